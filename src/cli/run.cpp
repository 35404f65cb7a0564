#include "cli/run.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/terminal.hpp"
#include "cli/version.hpp"

namespace gatepost::cli {
namespace {

std::optional<std::string> environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

Status write_standard_output(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size()) return Done{};
  return error(ErrorKind::usage, "standard output cannot be written");
}

std::string nonce() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", device(), device(), device(), device());
}

Status write_standard_error(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stderr) == bytes.size()) return Done{};
  return error(ErrorKind::usage, "standard error cannot be written");
}

app::Ports real_ports() {
  std::error_code ignored;
  return {.environment = environment,
          .clock =
              [] {
                const auto now = std::chrono::system_clock::now().time_since_epoch();
                return Timestamp{std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
              },
          .output = write_standard_output,
          .narration = write_standard_error,
          .directory = std::filesystem::current_path(ignored).string(),
          .output_is_terminal = is_terminal(STDOUT_FILENO),
          .terminal_columns = terminal_columns(STDOUT_FILENO, environment),
          .http = [](net::CurlOptions options) -> Result<std::unique_ptr<net::Http>> {
            GP_TRY(auto http, net::CurlHttp::create(std::move(options)));
            return std::unique_ptr<net::Http>(std::move(http));
          },
          .sleep = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
          .nonce = nonce};
}

void report_error(const Error& failure) {
  // One problem a line.
  for (const std::string_view line : text::split(failure.message, '\n')) log::error(line);
  if (!failure.hint.empty()) std::fprintf(stderr, "gatepost: hint: %s\n", text::printable(failure.hint, 500).c_str());
}

// Fills in what is derived from the global options.
Status resolve(Globals& globals) {
  const auto level = log::parse_level(globals.quiet ? "error" : globals.log_level);
  if (!level)
    return error(ErrorKind::usage, fmt::format("--log-level is \"{}\"; expected debug, info, warning, error or off",
                                               text::printable(globals.log_level, 40)));
  const auto colour = parse_colour_mode(globals.colour);
  if (!colour)
    return error(ErrorKind::usage,
                 fmt::format("--color is \"{}\"; expected auto, always or never", text::printable(globals.colour, 40)));
  globals.has_colour = wants_colour(*colour, environment, is_terminal(STDOUT_FILENO));
  log::configure(*level, wants_colour(*colour, environment, is_terminal(STDERR_FILENO)));
  if (globals.now.empty()) return Done{};
  globals.point_in_time = parse_timestamp(globals.now);
  if (!globals.point_in_time) {
    return error(ErrorKind::usage, fmt::format("--now is \"{}\"; expected a time like 2026-11-21T12:00:00Z",
                                               text::printable(globals.now, 40)));
  }
  return Done{};
}

int finish(const Result<app::ExitCode>& result) {
  if (!result) {
    report_error(result.error());
    return static_cast<int>(app::exit_code(result.error()));
  }
  // What is still in the buffer must not be lost without a word.
  if (std::fflush(stdout) != 0) {
    log::error("standard output cannot be written");
    return static_cast<int>(app::ExitCode::usage);
  }
  return static_cast<int>(*result);
}

}  // namespace

int run(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves early is an error of writing, not a death
  Globals globals;
  Action action;
  CLI::App app(
      "Application security posture in the pipeline: reads scanner reports, scopes them to the change, closes the gate "
      "by policy.",
      "gatepost");
  declare(app, globals, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    return explain_parse_error(app, failure);
  }
  if (const auto status = resolve(globals); !status) return finish(status.error());
  if (const auto status = forbid_core_dumps(); !status) return finish(status.error());
  return finish(action(real_ports(), globals));
}

}  // namespace gatepost::cli
