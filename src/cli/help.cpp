#include "cli/help.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <memory>
#include <sstream>
#include <vector>

#include "base/text.hpp"
#include "cli/version.hpp"

namespace gatepost::cli {
namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 verdict pass or warn, or done; 1 verdict fail; 2 usage or configuration error;\n"
    "3 inconclusive: evidence missing or unreadable; 4 a remote service was unavailable; 70 internal error; 130 "
    "interrupted.\n";

void declare_globals(CLI::App& app, Globals& globals) {
  app.add_option("--repo", globals.repository, "The repository. Default: the work tree around the current directory")
      ->type_name("DIR");
  app.add_option("--config", globals.config, "Settings file to use instead of the repository's .gatepost.yml")
      ->type_name("FILE");
  app.add_option("--log-level", globals.log_level, "debug, info, warning, error or off. Default: warning")
      ->type_name("LEVEL");
  app.add_flag("--quiet", globals.quiet, "Only errors on standard error");
  app.add_option("--color", globals.colour, "auto, always or never. Default: auto")->type_name("WHEN");
  app.add_flag("--dry-run", globals.dry_run, "Print what would be done, change nothing");
  app.add_option("--now", globals.now, "The time to judge by, RFC 3339; for tests. Default: the clock")
      ->type_name("TIME");
}

// The subcommand that the command line chose, as deep as it goes.
const CLI::App* chosen(const CLI::App& app) {
  const CLI::App* current = &app;
  for (auto next = current->get_subcommands(); !next.empty(); next = current->get_subcommands()) current = next.front();
  return current;
}

std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name() : full_name(*app.get_parent()) + " " + app.get_name();
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* level = &app; level != nullptr; level = level->get_parent()) {
    for (const CLI::Option* option : level->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App* sub) { return !sub->get_group().empty(); })) {
    names.push_back(command->get_name());
  }
  return names;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names) {
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string close = text::nearest(word, views);
  return close.empty() ? "" : fmt::format("; did you mean {}?", close);
}

// An option by its name, an argument by the word that the help has for it.
std::string shown_name(const CLI::Option& option) {
  return option.get_positional() ? option.get_type_name() : option.get_name(false, true);
}

std::string mistake(const CLI::App& app, const CLI::ParseError& failure) {
  const CLI::App& where = *chosen(app);
  const std::vector<std::string> extras = app.remaining(true);
  const bool missing = dynamic_cast<const CLI::RequiredError*>(&failure) != nullptr && !command_names(where).empty();
  if ((missing || dynamic_cast<const CLI::ExtrasError*>(&failure) != nullptr) && !extras.empty()) {
    const std::string_view word = std::string_view(extras.front()).substr(0, extras.front().find('='));
    const std::string shown = text::printable(word, 60);
    if (word.starts_with("-"))
      return fmt::format("unknown option {}{}", shown, did_you_mean(word, option_names(where)));
    if (!command_names(where).empty())
      return fmt::format("unknown command \"{}\"{}", shown, did_you_mean(word, command_names(where)));
    // The shell has put files in the place of a pattern without quotes.
    const bool reads_reports = where.get_option_no_throw("--report") != nullptr;
    return fmt::format("unexpected argument \"{}\"{}", shown,
                       reads_reports ? "; each report has a --report of its own, and a pattern stands in quotes, as "
                                       "--report 'reports/*'"
                                     : "");
  }
  if (missing) {
    return fmt::format("a command is missing; expected one of {}", text::join(command_names(where), ", "));
  }
  if (dynamic_cast<const CLI::RequiredError*>(&failure) != nullptr) {
    for (const CLI::Option* option : where.get_options()) {
      if (option->get_required() && option->count() == 0)
        return fmt::format("{} is missing: {}", shown_name(*option), option->get_description());
    }
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&failure) != nullptr) {
    const std::string_view name =
        std::string_view(failure.what()).substr(0, std::string_view(failure.what()).find(':'));
    if (const CLI::Option* const option = where.get_option_no_throw(std::string(name)); option != nullptr)
      return fmt::format("{} needs a value: {} {}", name, name, option->get_type_name());
  }
  return text::printable(failure.what(), 300);
}

// The example is kept as the command's footer. What options need or exclude is told when somebody goes against it.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_type_size() == 0) return "";
    std::string text = option->get_type_name().empty() ? "" : " " + option->get_type_name();
    if (option->get_expected_max() == CLI::detail::expected_max_vector_size) text += " ...";
    return option->get_required() ? text + " (required)" : text;
  }

  // Below a command, what stands in its groups is listed as well: "dead list".
  std::string make_subcommand(const CLI::App* sub) const override {
    const std::vector<const CLI::App*> nested = sub->get_subcommands({});
    const bool of_root = sub->get_parent()->get_parent() == nullptr;
    if (of_root || nested.empty()) return CLI::Formatter::make_subcommand(sub);
    std::ostringstream lines;
    for (const CLI::App* const it : nested) {
      const std::string name = fmt::format("{} {}", sub->get_name(), it->get_name());
      CLI::detail::format_help(lines, name, it->get_description(), column_width_);
    }
    return lines.str();
  }

  std::string make_footer(const CLI::App* app) const override {
    const std::string example = app->get_footer();
    std::string text = "Example:\n";
    for (const std::string_view line : text::split(example, '\n')) text += fmt::format("  {}\n", line);
    return text;
  }
};

std::string help_text(const CLI::App& app) {
  const bool is_root = app.get_parent() == nullptr;
  std::string text = app.help(is_root ? "" : full_name(*app.get_parent()));
  if (!is_root) text += "\nOptions that every command has: gatepost --help\n";
  return text + "\n" + kExitCodes;
}

std::string option_line(const CLI::Option& option) {
  const std::string name = option.get_positional() ? option.get_name(true) : option.get_name(false, true);
  const bool takes_value = !option.get_positional() && option.get_type_size() != 0;
  const std::string type = takes_value && !option.get_type_name().empty() ? " " + option.get_type_name() : "";
  return fmt::format("| `{}{}` | {} |\n", text::replace_all(name, "|", "\\|"), text::replace_all(type, "|", "\\|"),
                     text::replace_all(option.get_description(), "|", "\\|"));
}

std::string option_table(const CLI::App& app) {
  std::string lines;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_name(false, true).find("--help") == std::string::npos) lines += option_line(*option);
  }
  return lines.empty() ? "" : "\n| option | meaning |\n| --- | --- |\n" + lines;
}

std::string example_of(const CLI::App& app) { return fmt::format("\n```sh\n{}\n```\n", app.get_footer()); }

// A command below another, and those below it.
std::string section_of(const CLI::App& app, const std::string& heading) {
  std::string text = fmt::format("\n{} {}\n\n{}\n", heading, full_name(app), app.get_description()) +
                     option_table(app) + example_of(app);
  for (const CLI::App* nested : app.get_subcommands({})) text += section_of(*nested, heading + "#");
  return text;
}

}  // namespace

void declare(CLI::App& app, Globals& globals, Action& action) {
  app.require_subcommand(1);
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_version_flag("--version", fmt::format("gatepost {}", kVersion), "Print the version and exit");
  declare_globals(app, globals);
  for (const Command& command : commands()) {
    CLI::App* const sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    sub->fallthrough();
    command.declare(*sub, action);
    sub->footer(std::string(command.example));
  }
  app.footer("gatepost check --base origin/main --report 'reports/**/*.sarif'");
  CLI::App* const printed = app.add_subcommand("reference", "Prints docs/cli.md")->group("");
  printed->callback([&action] {
    action = [](const app::Ports& ports, const Globals&) -> Result<app::ExitCode> {
      GP_CHECK(ports.output(reference()));
      return app::ExitCode::done;
    };
  });
}

int explain_parse_error(const CLI::App& app, const CLI::ParseError& failure) {
  if (dynamic_cast<const CLI::CallForHelp*>(&failure) != nullptr) {
    std::fputs(help_text(*chosen(app)).c_str(), stdout);
    return static_cast<int>(app::ExitCode::done);
  }
  if (dynamic_cast<const CLI::CallForVersion*>(&failure) != nullptr) {
    std::fprintf(stdout, "%s\n", failure.what());
    return static_cast<int>(app::ExitCode::done);
  }
  std::fprintf(stderr, "gatepost: error: %s\ngatepost: hint: see %s --help\n", mistake(app, failure).c_str(),
               full_name(*chosen(app)).c_str());
  return static_cast<int>(app::ExitCode::usage);
}

std::string reference() {
  Globals globals;
  Action action;
  CLI::App app("", "gatepost");
  declare(app, globals, action);
  std::string text =
      "# The command line\n\nGenerated by `gatepost reference`; do not edit. Standard output carries the product, "
      "standard error the "
      "narration.\n\n## Global options\n\nAccepted before and after the command.\n";
  text += option_table(app) + "\n";
  text += fmt::format("{}\n## Commands\n", kExitCodes);
  for (const Command& command : commands()) {
    CLI::App* const sub = app.get_subcommand(std::string(command.name));
    text +=
        fmt::format("\n### gatepost {}\n\n{}\n", command.name, command.summary) + option_table(*sub) + example_of(*sub);
    for (const CLI::App* nested : sub->get_subcommands({})) text += section_of(*nested, "####");
  }
  return text;
}

}  // namespace gatepost::cli
