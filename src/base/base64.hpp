// Base64 (RFC 4648), both alphabets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatepost {

std::string base64_encode(std::string_view bytes);  // padded, on one line
// The alphabet for URLs, without padding, as in a JWT.
std::string base64url_encode(std::string_view bytes);

// Blanks and line ends are skipped, padding may be missing. Empty for any other character and for a number of letters
// that no bytes have.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace gatepost
