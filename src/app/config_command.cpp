#include "app/config_command.hpp"

#include <fmt/core.h>

#include <vector>

#include "app/ci.hpp"
#include "app/gather.hpp"
#include "app/settings_files.hpp"
#include "app/starter_reports.hpp"
#include "base/assert.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"
#include "config/settings.hpp"
#include "git/library.hpp"

namespace gatepost::app {
namespace {

constexpr const char* kUsualReports = "reports/**/*.sarif";

// A git::Library must run.
Result<git::Repository> with_work_tree(const Ports& ports, const ConfigRequest& request) {
  GP_TRY(git::Repository repository, open_repository(ports, request.repository, detect_ci(ports)));
  if (repository.is_bare())
    return error(ErrorKind::usage, "the repository is bare: it has no work tree with a configuration");
  return repository;
}

std::string list_of(const StarterReports& reports) {
  if (reports.patterns.empty()) return fmt::format("  - \"{}\"\n", kUsualReports);
  std::string list;
  for (const std::string& pattern : reports.patterns) list += fmt::format("  - \"{}\"\n", pattern);
  return list;
}

// What was found, in a line: whoever wonders about a scanner sees whether it is among them.
std::string found_text(const StarterReports& reports) {
  if (reports.patterns.empty())
    return fmt::format("no report is here yet: it names {}; put in what your scanners write", kUsualReports);
  return text::printable(fmt::format("it names {} found here{}{}: {}", text::count_of(reports.files, "report"),
                                     reports.tools.empty() ? "" : ", by ", text::join(reports.tools, ", "),
                                     text::join(reports.patterns, " ")),
                         600);
}

// Such a waiver is no mistake: it may wait for its day or for approval. But nobody should believe that it helps.
void warn_of_waivers(const config::Settings& settings, std::chrono::sys_days today) {
  for (const policy::Waiver& waiver : settings.waivers) {
    const std::string problem = policy::problem_of(waiver, settings.rules.waivers, today);
    if (problem.empty() || !waiver.imported_from.empty()) continue;
    log::warning(fmt::format("{}: waiver {} does not apply: {}", waiver.where, waiver.id.value, problem));
  }
}

// Beside a policy file the shorthand `gate:` is an error, so the starter only shows it.
std::string without_gate(std::string starter) {
  const std::size_t begin = starter.find("\ngate:\n");
  GP_ASSERT(begin != std::string::npos);
  const std::size_t end = starter.find("\n\n", begin);
  const std::string block = starter.substr(begin, end - begin);
  return starter.replace(begin, block.size(), text::replace_all(block, "\n", "\n# "));
}

// What the starter does, in words: the mode of a policy file wins over its own.
std::string mode_text(const config::Files& files) {
  const auto settings = config::load(files);
  if (files.policy && !settings) return "; the policy beside it has mistakes: gatepost config check";
  if (!files.policy || settings->rules.mode == policy::Mode::monitor)
    return "; it starts in monitor mode, which never closes the gate";
  return fmt::format("; the mode is that of {}: {}", files.policy->name, to_string(settings->rules.mode));
}

}  // namespace

Result<ExitCode> config_check(const Ports& ports, const ConfigRequest& request) {
  GP_TRY(const git::Library library, git::Library::start());
  GP_TRY(const git::Repository repository, with_work_tree(ports, request));
  const std::string root = repository.work_tree();
  GP_TRY(config::Files files, settings_files(root));
  GP_CHECK(add_addresses(ports, "", files));
  GP_CHECK(use_config(request.config, files));
  GP_TRY(const config::Settings settings, config::load(files));
  GP_CHECK(config::check_strictly(settings));
  for (const Note& note : settings.notes) log::warning(note.at.empty() ? note.text : note.at + ": " + note.text);
  warn_of_waivers(settings, day_of(request.now ? *request.now : ports.clock()));
  std::string lines;
  for (const auto* const file : {&files.settings, &files.policy, &files.waivers, &files.services, &files.teams}) {
    if (*file) lines += fmt::format("{}: valid\n", (*file)->name);
  }
  if (lines.empty()) lines = "no configuration file; the defaults are in force\n";
  lines += fmt::format(
      "{} in force, {}, {}{}mode {}\n", text::count_of(settings.rules.policies.size(), "policy", "policies"),
      text::count_of(settings.waivers.size(), "waiver"),
      files.services ? text::count_of(settings.services.size(), "service") + ", " : "",
      files.teams ? text::count_of(settings.teams.size(), "team") + ", " : "", to_string(settings.rules.mode));
  GP_CHECK(ports.output(lines));
  return ExitCode::done;
}

Result<ExitCode> config_init(const Ports& ports, const ConfigRequest& request) {
  GP_TRY(const git::Library library, git::Library::start());
  GP_TRY(const git::Repository repository, with_work_tree(ports, request));
  const std::string root = repository.work_tree();
  const StarterReports reports = starter_reports(repository);
  const auto example = find_resource("gatepost.example.yml");
  GP_ASSERT(example.has_value());
  std::string text = text::replace_all(std::string(*example), "  - \"{{reports}}\"\n", list_of(reports));
  GP_TRY(config::Files files, settings_files(root));
  if (files.policy) text = without_gate(std::move(text));
  if (request.dry_run) {
    GP_CHECK(ports.output(text));
    return ExitCode::done;
  }
  if (files.settings && !request.force) {
    return error(ErrorKind::usage, fmt::format("{} exists already", files.settings->name),
                 "--force overwrites it, --dry-run prints the starter");
  }
  const std::string name = files.settings ? files.settings->name : std::string(config::kSettingsPaths[0]);
  GP_CHECK(write_file(root + "/" + name, text));
  files.settings = config::File{name, text};
  GP_CHECK(ports.output(
      fmt::format("wrote {}{}\n{}\nnext: gatepost doctor\n", name, mode_text(files), found_text(reports))));
  return ExitCode::done;
}

Result<ExitCode> config_schema(const Ports& ports, const ConfigRequest& request) {
  const auto schema = find_resource("schema/" + request.schema + ".schema.json");
  if (!schema)
    return error(
        ErrorKind::usage,
        fmt::format("there is no schema \"{}\"; expected gatepost, policy, waivers, services, teams or mapping",
                    text::printable(request.schema, 40)));
  GP_CHECK(ports.output(*schema));
  return ExitCode::done;
}

}  // namespace gatepost::app
