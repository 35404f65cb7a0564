#include "cli/options.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "app/writers.hpp"
#include "base/text.hpp"
#include "cli/version.hpp"

namespace gatepost::cli {
namespace {

// "--advisory" alone means yes.
std::string flag_value(const CLI::results_t& given) {
  return given.empty() || given.front().empty() ? "true" : given.front();
}

std::string type_name_of(const app::InputName& input) {
  switch (input.kind) {
    case app::InputKind::choice:
    case app::InputKind::boolean:
      return std::string(input.values);
    case app::InputKind::number:
      return "N";
    case app::InputKind::words:
      return "NAMES";
    case app::InputKind::patterns:
      return "PATTERN";
    case app::InputKind::path:
    case app::InputKind::secret:
      return "PATH";
  }
  return "VALUE";
}

// What goes into a file: the option that says so, and the file.
struct Written {
  std::string option, path;
};

// Two documents in one place are none.
Status check_apart(const std::vector<Written>& files) {
  std::map<std::string, const Written*> taken;
  for (const Written& it : files) {
    if (it.path == "/dev/null") continue;
    std::error_code ignored;
    const std::string file =
        it.path == "-"
            ? "-"
            : std::filesystem::weakly_canonical(std::filesystem::absolute(it.path, ignored), ignored).string();
    const auto [other, fresh] = taken.emplace(file, &it);
    if (fresh) continue;
    const std::string place = it.path == "-" ? "standard output" : text::printable(it.path, 200);
    return error(ErrorKind::usage, fmt::format("{} and {} both go to {}", other->second->option, it.option, place),
                 "give each format an --output of its own");
  }
  return Done{};
}

std::vector<Written> files_of(const app::CheckRequest& request) {
  std::vector<Written> files;
  for (const app::OutputRequest& output : request.outputs) files.push_back({"--format " + output.format, output.path});
  if (request.outputs.empty()) files.push_back({"the terminal report", "-"});
  if (!request.result.empty()) files.push_back({"--result", request.result});
  return files;
}

}  // namespace

CLI::App* add_nested(CLI::App& app, const char* name, const char* summary, const char* example) {
  CLI::App* const nested = app.add_subcommand(name, summary);
  nested->fallthrough();
  nested->footer(example);
  return nested;
}

CLI::Validator one_of(std::vector<std::string> values) {
  const auto is_one = [values = std::move(values)](const std::string& said) -> std::string {
    if (std::ranges::find(values, said) != values.end()) return "";
    const std::vector<std::string_view> known(values.begin(), values.end());
    const std::string close = text::nearest(said, known);
    return fmt::format("\"{}\" is not known; {}expected one of {}", text::printable(said, 60),
                       close.empty() ? "" : fmt::format("did you mean {}? ", close), text::join(values, ", "));
  };
  return {is_one, ""};
}

CLI::Validator number_from(int least, int most) {
  const auto is_within = [least, most](const std::string& said) -> std::string {
    const auto number = text::parse_number(said);
    const bool fits =
        number && *number >= static_cast<std::uint64_t>(least) && *number <= static_cast<std::uint64_t>(most);
    return fits ? ""
                : fmt::format("\"{}\" does not fit; expected a number from {} to {}", text::printable(said, 40), least,
                              most);
  };
  return {is_within, ""};
}

void declare_inputs(CLI::App& app, app::Flags& flags, std::initializer_list<std::string_view> left_out) {
  for (const app::InputName& input : app::input_names()) {
    const bool own = std::ranges::find(left_out, input.name) != left_out.end();
    if (input.flag.empty() || own) continue;
    CLI::Option* const option = app.add_option(
        std::string(input.flag),
        [&flags, name = std::string(input.name)](const CLI::results_t& given) {
          flags[name] = flag_value(given);
          return true;
        },
        fmt::format("{}. Default: {}", input.description, input.fallback));
    option->type_name(type_name_of(input));
    if (input.kind == app::InputKind::boolean) option->expected(0, 1);
  }
}

app::GatherRequest EvidenceOptions::resolved(const Globals& globals) const {
  app::GatherRequest result = request;
  result.repository = globals.repository;
  result.config = globals.config;
  result.now = globals.point_in_time;
  return result;
}

void declare_forge(CLI::App& app, std::string& forge) {
  app.add_option("--forge", forge, "The CI whose variables tell base and head. Default: the one that we run in")
      ->check(one_of({"github", "gitlab", "none"}))
      ->type_name("github|gitlab|none");
}

CLI::Option* declare_change(CLI::App& app, std::optional<std::uint64_t>& change, const char* description) {
  const auto is_number = [](const std::string& said) {
    const bool fits = text::parse_number(said).value_or(0) != 0;
    return fits ? std::string() : "\"" + text::printable(said, 40) + "\" is no change request; expected a number as 7";
  };
  return app.add_option("--change", change, description)->type_name("NUMBER")->check(CLI::Validator(is_number, ""));
}

void declare_branch_evidence(CLI::App& app, EvidenceOptions& options) {
  app::GatherRequest& request = options.request;
  app.add_option("--head", request.head, "What is judged: a revision. Default: from the CI, else HEAD")
      ->type_name("REV");
  app.add_option("--report", request.reports,
                 "Reports of the head: a glob in the work tree, git:REV:GLOB in a commit, or - for standard input; "
                 "=FORMAT may follow. "
                 "Repeatable. Default: \"reports\" of .gatepost.yml")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  app.add_option("--vex", request.vex,
                 "VEX document of the pipeline: OpenVEX, CSAF, CycloneDX or SPDX 3. Repeatable; beside vex.files of "
                 ".gatepost.yml")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("--runtime", request.runtime,
                 "What was seen loaded or called at run time. Repeatable; beside runtime.files of .gatepost.yml")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("--cache-dir", request.cache_dir,
                 "Folder that feeds from the network are kept in. Default: GATEPOST_CACHE_DIR, else gatepost in the "
                 "user's cache")
      ->type_name("DIR");
  app.add_option("--threads", request.threads,
                 "Threads to read large reports with. Default: one for each core, at most 8")
      ->type_name("N");
  declare_forge(app, options.forge);
}

void declare_evidence(CLI::App& app, EvidenceOptions& options) {
  app::GatherRequest& request = options.request;
  app.add_option("--base", request.base,
                 "What the change is compared with: a revision. Default: from the CI, else none")
      ->type_name("REV");
  declare_branch_evidence(app, options);
  app.add_option("--base-report", request.base_reports,
                 "Reports of the base, to tell new findings from old ones. Repeatable")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  declare_store(app, request.store);
}

void declare_store(CLI::App& app, std::string& store) {
  app.add_option("--store", store,
                 "Where the ledger is: git, sqlite:FILE, postgresql, or none. Default: what the settings say")
      ->type_name("STORE");
}

Result<app::CheckRequest> CheckOptions::resolved(const Globals& globals) const {
  app::CheckRequest request;
  request.gather = evidence.resolved(globals);
  request.colour = globals.has_colour;
  request.now = globals.point_in_time;
  request.version = kVersion;
  request.publish = publish;
  request.record = record;
  request.dry_run = globals.dry_run;
  if (outputs.size() > formats.size()) {
    return error(ErrorKind::usage,
                 fmt::format("--output is given {} times, --format {} times", outputs.size(), formats.size()),
                 "the n-th --output belongs to the n-th --format");
  }
  for (std::size_t i = 0; i < formats.size(); ++i) {
    if (const auto known = app::writer(formats[i]); !known) return known.error();
    request.outputs.push_back({formats[i], i < outputs.size() ? outputs[i] : "-"});
  }
  request.result = result;
  GP_CHECK(check_apart(files_of(request)));
  return request;
}

void declare_outputs(CLI::App& app, CheckOptions& chosen) {
  app.add_option("--format", chosen.formats,
                 fmt::format("Write the result as {}. Repeatable. Default: terminal", app::writer_names()))
      ->type_name("FORMAT")
      ->allow_extra_args(false);
  app.add_option("--output", chosen.outputs, "File for the --format of the same position; - is standard output")
      ->type_name("FILE")
      ->allow_extra_args(false);
}

}  // namespace gatepost::cli
