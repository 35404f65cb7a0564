// Hides what may be a secret in texts that scanners write about secrets.
#pragma once

#include <string>
#include <string_view>

namespace gatepost {

// Every run of 12 or more letters, digits and +/=_- that looks like a token (letters mixed with digits, or a mix of
// cases that no word has) becomes "****". File paths and words stay readable.
std::string mask_tokens(std::string_view text);

}  // namespace gatepost
