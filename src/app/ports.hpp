// Everything of the world that a command may touch besides files and the repository. main makes the real ones, tests
// make their own.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace gatepost::app {

struct Ports {
  std::function<std::optional<std::string>(const char* name)> environment;  // empty for unset and for ""
  std::function<Timestamp()> clock;
  std::function<Status(std::string_view bytes)> output;  // standard output
  std::string directory;                                 // the current directory, absolute
  bool output_is_terminal = false;
  std::size_t terminal_columns = 80;
};

}  // namespace gatepost::app
