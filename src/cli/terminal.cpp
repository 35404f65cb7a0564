#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.hpp"

namespace gatepost::cli {

std::optional<ColourMode> parse_colour_mode(std::string_view name) {
  if (name == "auto") return ColourMode::automatic;
  if (name == "always") return ColourMode::always;
  if (name == "never") return ColourMode::never;
  return std::nullopt;
}

bool wants_colour(ColourMode mode, const Environment& environment, bool is_terminal) {
  if (mode != ColourMode::automatic) return mode == ColourMode::always;
  if (environment("NO_COLOR") || environment("TERM") == "dumb") return false;
  for (const char* const name : {"CLICOLOR_FORCE", "FORCE_COLOR"}) {
    if (const auto value = environment(name); value && *value != "0") return true;
  }
  return is_terminal;
}

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

std::size_t terminal_columns(int descriptor, const Environment& environment) {
  constexpr std::size_t kNarrowest = 40, kWidest = 240, kUsual = 80;
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return std::clamp<std::size_t>(size.ws_col, kNarrowest, kWidest);
  const auto columns = text::parse_number(environment("COLUMNS").value_or(""));
  return std::clamp(columns.value_or(kUsual), kNarrowest, kWidest);
}

}  // namespace gatepost::cli
