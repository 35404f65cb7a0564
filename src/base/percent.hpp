// Percent encoding of parts of addresses (RFC 3986).
#pragma once

#include <string>
#include <string_view>

namespace gatepost {

// Letters, digits and "-._~" stand as they are, and so do the characters of `also`; everything else becomes "%XX".
std::string percent_encoded(std::string_view text, std::string_view also = {});

}  // namespace gatepost
