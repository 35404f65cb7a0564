// The narration on standard error: `gatepost: warning: …`. The product goes to standard output and never through here.
#pragma once

#include <optional>
#include <string_view>

namespace gatepost::log {

enum class Level { debug, info, warning, error, off };

// Called once by main. Without it, warnings and errors are shown without colour.
void configure(Level level, bool colour);
std::optional<Level> parse_level(std::string_view name);  // debug info warning error off

// Control characters in `message` are made visible, so that a stranger's text cannot forge a line or a terminal code.
void debug(std::string_view message);
void info(std::string_view message);
void warning(std::string_view message);
void error(std::string_view message);

}  // namespace gatepost::log
