// What kind of terminal we write to.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::cli {

enum class ColourMode { automatic, always, never };
std::optional<ColourMode> parse_colour_mode(std::string_view name);  // auto always never

using Environment = std::function<std::optional<std::string>(const char*)>;

// For `automatic`: NO_COLOR (any value) and TERM=dumb say no, CLICOLOR_FORCE and FORCE_COLOR (anything but 0) say yes,
// in this order; else a terminal has colours and a file has none. See https://no-color.org and
// https://bixense.com/clicolors.
bool wants_colour(ColourMode mode, const Environment& environment, bool is_terminal);

bool is_terminal(int descriptor);
// Columns of the terminal, else COLUMNS, else 80; between 40 and 240.
std::size_t terminal_columns(int descriptor, const Environment& environment);

}  // namespace gatepost::cli
