// GitHub's `primaryLocationLineHash`, bit for bit: what code scanning compares to tell an alert that moved from a new
// one. Its definition is github/codeql-action's src/fingerprints.ts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatepost::correlate {

// The value of each line of a file given as UTF-8, [0] being line 1: "a7f2ff13bc495cf2:1". One more value than the text
// has line ends.
std::vector<std::string> github_line_hashes(std::string_view text);

}  // namespace gatepost::correlate
