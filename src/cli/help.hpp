// The parser for the table of commands, its help texts, and what it says about mistakes.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/commands.hpp"

namespace gatepost::cli {

// Declares global options and all commands on `app`.
void declare(CLI::App& app, Globals& globals, Action& action);
// Prints the help that was asked for, or the mistake with the nearest spelling. Returns the process's exit code.
int explain_parse_error(const CLI::App& app, const CLI::ParseError& failure);
// The reference of all commands in Markdown: docs/cli.md.
std::string reference();

}  // namespace gatepost::cli
