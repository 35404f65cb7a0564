// Base64 (RFC 4648), both alphabets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatepost {

// Blanks and line ends are skipped, padding may be missing. Empty for any other character and for a number of letters
// that no bytes have.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace gatepost
