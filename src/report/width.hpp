// How many columns of a terminal a text takes, and texts made to fit. For texts that went through escape::terminal:
// valid UTF-8 in one line without control characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::report {

// 2 for East Asian wide characters and emoji, 0 for combining marks, 1 for everything else.
unsigned width_of(char32_t character);
std::size_t width_of(std::string_view s);

// At most `columns` wide; what is cut off at the end is shown by "…".
std::string fit(std::string_view s, std::size_t columns);
// The same for a path: the name at its end matters most, then its first directory, then the directories near the name.
// "payments/…/checkout/orders.py:118"
std::string fit_path(std::string_view path, std::size_t columns);
// Broken at blanks into lines of at most `columns`; a word that is longer than a line is broken anywhere.
std::vector<std::string> wrap(std::string_view s, std::size_t columns);
// Blanks behind `s` until it is `columns` wide.
std::string pad(std::string s, std::size_t columns);

}  // namespace gatepost::report
