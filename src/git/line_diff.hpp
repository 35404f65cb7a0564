// Which lines differ between two texts.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/change.hpp"

namespace gatepost::git {

// The hunks of `git diff -U0`. Lines that differ only in CR, LF or blanks at their end are hunks of their own with
// `line_endings_only`, which pair the lines one to one; the others are then those of
// `git diff -U0 --ignore-space-at-eol`.
Result<std::vector<Hunk>> diff_lines(std::string_view before, std::string_view after);

// Lines of a text; an unfinished last line counts.
std::uint32_t count_lines(std::string_view text);

}  // namespace gatepost::git
