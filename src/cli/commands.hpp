// The table of commands. A command is a file in commands/ that declares its options, and a line in commands.def; help
// texts and docs/cli.md are made from both.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace CLI {
class App;
}

namespace gatepost::cli {

// Accepted before and after the command and its arguments.
struct Globals {
  std::string repository, config, log_level = "warning", colour = "auto", now;
  bool quiet = false, dry_run = false;
  // Filled in from the above before a command runs.
  bool has_colour = false;
  std::optional<Timestamp> point_in_time;
};

// What the parsed command line asks for.
using Action = std::function<Result<app::ExitCode>(const app::Ports& ports, const Globals& globals)>;

struct Command {
  std::string_view name;
  std::string_view summary;  // one sentence
  std::string_view example;  // one or more command lines
  // Declares the options on `app`, and puts the action into `action` when the command is chosen.
  void (*declare)(CLI::App& app, Action& action);
};
std::span<const Command> commands();

#define GATEPOST_COMMAND(name, summary, example) void declare_##name(CLI::App& app, Action& action);
#include "cli/commands.def"
#undef GATEPOST_COMMAND

}  // namespace gatepost::cli
