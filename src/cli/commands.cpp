#include "cli/commands.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <memory>

#include "app/advisories.hpp"
#include "app/check.hpp"
#include "app/config_command.hpp"
#include "app/convert.hpp"
#include "app/correlate_command.hpp"
#include "app/cvss.hpp"
#include "app/diff.hpp"
#include "app/doctor.hpp"
#include "app/explain.hpp"
#include "app/forge.hpp"
#include "app/inputs.hpp"
#include "app/mapping_command.hpp"
#include "app/owners.hpp"
#include "app/policy_command.hpp"
#include "app/publish_command.hpp"
#include "app/risk_command.hpp"
#include "app/writers.hpp"
#include "base/text.hpp"
#include "cli/version.hpp"

namespace gatepost::cli {
namespace {

using app::ExitCode;
using app::Ports;

// Options live as long as the action that reads them.
template <class T>
std::shared_ptr<T> options() {
  return std::make_shared<T>();
}

// A command below a command. The example is one or more command lines; help and reference show it.
CLI::App* add_nested(CLI::App& app, const char* name, const char* summary, const char* example) {
  CLI::App* const nested = app.add_subcommand(name, summary);
  nested->fallthrough();
  nested->footer(example);
  return nested;
}

// Without a description of its own: the option's type says what may be chosen.
CLI::Validator one_of(std::vector<std::string> values) { return CLI::IsMember(std::move(values)).description(""); }

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
      return "NAME,…";
    case app::InputKind::patterns:
      return "PATTERN";
    case app::InputKind::path:
    case app::InputKind::secret:
      return "PATH";
  }
  return "VALUE";
}

// The options that a pipeline can also give as variables. Those that commands declare by themselves are left out.
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

// The options of commands that read a change and its reports.
struct EvidenceOptions {
  app::GatherRequest request;
  std::string forge;  // "" when the environment decides

  [[nodiscard]] app::GatherRequest resolved(const Globals& globals) const {
    app::GatherRequest result = request;
    result.repository = globals.repository;
    result.config = globals.config;
    return result;
  }
};

void declare_forge(CLI::App& app, std::string& forge) {
  app.add_option("--forge", forge, "The CI whose variables tell base and head. Default: the one that we run in")
      ->check(one_of({"github", "gitlab", "none"}))
      ->type_name("github|gitlab|none");
}

void declare_evidence(CLI::App& app, EvidenceOptions& options) {
  app::GatherRequest& request = options.request;
  app.add_option("--base", request.base,
                 "What the change is compared with: a revision. Default: from the CI, else none")
      ->type_name("REV");
  app.add_option("--head", request.head, "The change: a revision. Default: from the CI, else HEAD")->type_name("REV");
  app.add_option("--report", request.reports,
                 "Reports of the head: a glob in the work tree, git:REV:GLOB in a commit, or - for standard input; "
                 "=FORMAT may follow. "
                 "Repeatable. Default: \"reports\" of .gatepost.yml")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  app.add_option("--base-report", request.base_reports,
                 "Reports of the base, to tell new findings from old ones. Repeatable")
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

// The n-th --output belongs to the n-th --format; a format without one goes to standard output.
struct CheckOptions {
  EvidenceOptions evidence;
  std::vector<std::string> formats, outputs;
  bool publish = false;
  std::string result;

  Result<app::CheckRequest> resolved(const Globals& globals) const {
    app::CheckRequest request;
    request.gather = evidence.resolved(globals);
    request.colour = globals.has_colour;
    request.now = globals.point_in_time;
    request.version = kVersion;
    request.publish = publish;
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

 private:
  static std::vector<Written> files_of(const app::CheckRequest& request) {
    std::vector<Written> files;
    for (const app::OutputRequest& output : request.outputs)
      files.push_back({"--format " + output.format, output.path});
    if (request.outputs.empty()) files.push_back({"the terminal report", "-"});
    if (!request.result.empty()) files.push_back({"--result", request.result});
    return files;
  }
};

void declare_outputs(CLI::App& app, CheckOptions& chosen) {
  app.add_option("--format", chosen.formats,
                 fmt::format("Write the result as {}. Repeatable. Default: terminal", app::writer_names()))
      ->type_name("FORMAT")
      ->allow_extra_args(false);
  app.add_option("--output", chosen.outputs, "File for the --format of the same position; - is standard output")
      ->type_name("FILE")
      ->allow_extra_args(false);
}

void declare_check(CLI::App& app, Action& action) {
  auto chosen = options<CheckOptions>();
  declare_evidence(app, chosen->evidence);
  declare_outputs(app, *chosen);
  app.add_option("--result", chosen->result,
                 "Write what was found as data for a second, trusted stage that publishes it: for changes whose CI job "
                 "may not write, as those of forks")
      ->type_name("FILE");
  app.add_flag("--publish", chosen->publish,
               "Tell the forge whose CI this is: comment, notes on lines, and what the settings ask for");
  declare_inputs(app, chosen->evidence.request.flags, {"config", "reports", "base-reports", "result"});
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) -> Result<ExitCode> {
      GP_TRY(const app::CheckRequest request, chosen->resolved(globals));
      GP_TRY(const Verdict verdict, app::check(app::for_forge(ports, chosen->evidence.forge), request));
      return app::exit_code(verdict.outcome);
    };
  });
}

void declare_publish(CLI::App& app, Action& action) {
  struct Options {
    CheckOptions check;
    std::string result, forge;
  };
  auto chosen = options<Options>();
  app.add_option("result", chosen->result, "What check --result wrote in the untrusted run")
      ->required()
      ->type_name("RESULT");
  declare_forge(app, chosen->forge);
  declare_outputs(app, chosen->check);
  declare_inputs(
      app, chosen->check.evidence.request.flags,
      {"config", "reports", "base-reports", "fail-on", "advisory", "event", "result", "output-dir", "upload-sarif"});
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) -> Result<ExitCode> {
      GP_TRY(app::CheckRequest check, chosen->check.resolved(globals));
      return app::publish(app::for_forge(ports, chosen->forge), {.result = chosen->result,
                                                                 .outputs = std::move(check.outputs),
                                                                 .colour = check.colour,
                                                                 .dry_run = check.dry_run,
                                                                 .now = check.now,
                                                                 .flags = std::move(check.gather.flags),
                                                                 .version = std::move(check.version)});
    };
  });
}

void declare_explain(CLI::App& app, Action& action) {
  struct Options {
    CheckOptions check;
    std::string finding;
  };
  auto chosen = options<Options>();
  app.add_option("finding", chosen->finding, "Id of a finding, in short (GP-ABCDEFGH) or full form")
      ->required()
      ->type_name("FINDING");
  declare_evidence(app, chosen->check.evidence);
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) -> Result<ExitCode> {
      GP_TRY(const app::CheckRequest request, chosen->check.resolved(globals));
      return app::explain(app::for_forge(ports, chosen->check.evidence.forge), request, chosen->finding);
    };
  });
}

void declare_convert(CLI::App& app, Action& action) {
  auto chosen = options<app::ConvertRequest>();
  app.add_option("reports", chosen->reports, "Report files, - for standard input")->required()->type_name("REPORT");
  app.add_option("--tool", chosen->tool, "Read the files as this format and no other; see gatepost formats")
      ->type_name("FORMAT");
  app.add_option("--format", chosen->format, fmt::format("Write as {}. Default: json", app::table_writer_names()))
      ->type_name("FORMAT");
  app.add_option("--output", chosen->output, "File to write; - is standard output. Default: -")->type_name("FILE");
  app.add_option("--mappings", chosen->mappings, "A mapping of your own, or a folder of them")->type_name("PATH");
  app.add_option("--threads", chosen->threads,
                 "Threads to read large reports with. Default: one for each core, at most 8")
      ->type_name("N");
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals&) {
      app::ConvertRequest request = *chosen;
      request.version = kVersion;
      return app::convert(ports, request);
    };
  });
}

void declare_cvss(CLI::App& app, Action& action) {
  auto chosen = options<app::CvssRequest>();
  app.add_option("vectors", chosen->vectors, "CVSS vectors of v2, v3.0, v3.1 or v4.0; - reads one a line")
      ->type_name("VECTOR");
  app.add_flag("--json", chosen->json, "As JSON, one object a line");
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals&) { return app::cvss(ports, *chosen); };
  });
}

void declare_formats(CLI::App& app, Action& action) {
  struct Options {
    bool json = false, markdown = false;
  };
  auto chosen = options<Options>();
  auto* const json = app.add_flag("--json", chosen->json, "As a JSON array sorted by id");
  app.add_flag("--markdown", chosen->markdown, "As the table of docs/formats.md")->excludes(json);
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals&) {
      const auto style = chosen->json       ? app::FormatsStyle::json
                         : chosen->markdown ? app::FormatsStyle::markdown
                                            : app::FormatsStyle::text;
      return app::formats(ports, style);
    };
  });
}

struct OwnersOptions {
  app::OwnersRequest request;
  std::string dialect = "auto";
};

void declare_owners_options(CLI::App& app, OwnersOptions& chosen) {
  app.add_option("--dialect", chosen.dialect, "Language of CODEOWNERS, and where it is looked for. Default: auto")
      ->check(one_of({"auto", "github", "gitlab"}))
      ->type_name("github|gitlab|auto");
  app.add_option("--codeowners", chosen.request.codeowners, "Read this file on disk; no repository is needed")
      ->type_name("FILE");
  app.add_option("--rev", chosen.request.revision, "Commit to read CODEOWNERS from. Default: HEAD")->type_name("REV");
  app.add_flag("--json", chosen.request.json, "As JSON");
}

app::OwnersRequest resolved(const OwnersOptions& chosen, const Globals& globals) {
  app::OwnersRequest request = chosen.request;
  request.repository = globals.repository;
  request.colour = globals.has_colour;
  if (chosen.dialect == "github") request.dialect = OwnersDialect::github;
  if (chosen.dialect == "gitlab") request.dialect = OwnersDialect::gitlab;
  return request;
}

void declare_owners_findings(CLI::App& app, Action& action) {
  struct Options {
    CheckOptions check;
    bool json = false;
  };
  auto chosen = options<Options>();
  CLI::App* const findings =
      add_nested(app, "findings", "Counts whom findings go to, by the step that names the owner, and by team.",
                 "gatepost owners findings --base origin/main --report 'reports/**/*.sarif'");
  findings->add_flag("--json", chosen->json, "As JSON");
  declare_evidence(*findings, chosen->check.evidence);
  findings->callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) -> Result<ExitCode> {
      GP_TRY(const app::CheckRequest request, chosen->check.resolved(globals));
      return app::owners_findings(app::for_forge(ports, chosen->check.evidence.forge), request, chosen->json);
    };
  });
}

void declare_owners(CLI::App& app, Action& action) {
  auto chosen = options<OwnersOptions>();
  declare_owners_options(app, *chosen);
  app.add_option("paths", chosen->request.paths, "Repository paths; they need not exist. - reads one a line")
      ->type_name("PATH");
  app.callback([&action, chosen] {
    if (action) return;  // a command below was chosen
    action = [chosen](const Ports& ports, const Globals& globals) {
      return app::owners(ports, resolved(*chosen, globals));
    };
  });

  auto checked = options<OwnersOptions>();
  CLI::App* const check = add_nested(app, "check", "Checks CODEOWNERS, and lists paths that nobody owns.",
                                     "gatepost owners check --known-owners teams.txt");
  declare_owners_options(*check, *checked);
  check
      ->add_option("--known-owners", checked->request.known_owners,
                   "Owners that exist, one a line as CODEOWNERS writes them")
      ->type_name("FILE");
  check->callback([&action, checked] {
    action = [checked](const Ports& ports, const Globals& globals) {
      return app::owners_check(ports, resolved(*checked, globals));
    };
  });
  declare_owners_findings(app, action);
}

void declare_diff(CLI::App& app, Action& action) {
  struct Options {
    app::DiffRequest request;
    std::string forge;
  };
  auto chosen = options<Options>();
  app.add_option("--base", chosen->request.base, "What the change is compared with. Default: from the CI")
      ->type_name("REV");
  app.add_option("--head", chosen->request.head, "The change. Default: from the CI, else HEAD")->type_name("REV");
  declare_forge(app, chosen->forge);
  app.add_flag("--json", chosen->request.json, "As JSON");
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) {
      app::DiffRequest request = chosen->request;
      request.repository = globals.repository;
      request.colour = globals.has_colour;
      return app::diff(app::for_forge(ports, chosen->forge), request);
    };
  });
}

void declare_config(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  const auto with = [](const app::ConfigRequest& chosen, const Globals& globals) {
    app::ConfigRequest request = chosen;
    request.repository = globals.repository;
    request.config = globals.config;
    request.dry_run |= globals.dry_run;
    request.now = globals.point_in_time;
    return request;
  };
  CLI::App* const check =
      add_nested(app, "check", "Checks .gatepost.yml, the policy, the waivers and the services of the work tree.",
                 "gatepost config check");
  check->callback([&action, with] {
    action = [with](const Ports& ports, const Globals& globals) { return app::config_check(ports, with({}, globals)); };
  });
  auto initial = options<app::ConfigRequest>();
  CLI::App* const init = add_nested(app, "init", "Writes a starter .gatepost.yml that names the reports found here.",
                                    "gatepost config init --dry-run");
  init->add_flag("--force", initial->force, "Overwrite an existing file");
  init->callback([&action, with, initial] {
    action = [with, initial](const Ports& ports, const Globals& globals) {
      return app::config_init(ports, with(*initial, globals));
    };
  });
  auto printed = options<app::ConfigRequest>();
  CLI::App* const schema = add_nested(app, "schema", "Prints the JSON Schema of a configuration file.",
                                      "gatepost config schema policy >policy.schema.json");
  schema
      ->add_option("name", printed->schema, "gatepost, policy, waivers, services, teams or mapping. Default: gatepost")
      ->check(one_of({"gatepost", "policy", "waivers", "services", "teams", "mapping"}))
      ->type_name("NAME");
  schema->callback([&action, with, printed] {
    action = [with, printed](const Ports& ports, const Globals& globals) {
      return app::config_schema(ports, with(*printed, globals));
    };
  });
}

void declare_mapping(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  auto tested = options<std::vector<std::string>>();
  CLI::App* const test = add_nested(app, "test", "Compiles mappings of reports, and runs the tests in them.",
                                    "gatepost mapping test .gatepost/mappings\ngatepost mapping test acme-lint.yaml");
  test->add_option("files", *tested, "Mappings, or folders of them")->required()->type_name("PATH");
  test->callback([&action, tested] {
    action = [tested](const Ports& ports, const Globals&) { return app::mapping_test(ports, *tested); };
  });

  struct New {
    std::string report, id;
  };
  auto chosen = options<New>();
  CLI::App* const sketch =
      add_nested(app, "new", "Prints a first mapping for a report of a tool that is not known yet.",
                 "gatepost mapping new report.json --id acme-lint >acme-lint.yaml");
  sketch->add_option("report", chosen->report, "A report of the tool, with findings")->required()->type_name("REPORT");
  sketch->add_option("--id", chosen->id, "Id of the mapping. Default: the report's name")->type_name("ID");
  sketch->callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals&) {
      return app::mapping_new(ports, chosen->report, chosen->id);
    };
  });
}

void declare_policy(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  auto checked = options<app::PolicyFilesRequest>();
  CLI::App* const check =
      add_nested(app, "check", "Checks policy and waiver files, and says what is wrong with each and where.",
                 "gatepost policy check\ngatepost policy check org-policy.yml waivers.yml");
  check->add_option("files", checked->files, "Files to check. Default: those of the work tree")->type_name("FILE");
  check->callback([&action, checked] {
    action = [checked](const Ports& ports, const Globals& globals) {
      app::PolicyFilesRequest request = *checked;
      request.repository = globals.repository;
      request.now = globals.point_in_time;
      return app::policy_check(ports, request);
    };
  });

  auto tested = options<app::PolicyFilesRequest>();
  CLI::App* const test = add_nested(app, "test", "Runs fixtures of policies: findings, an event, and what is expected.",
                                    "gatepost policy test\ngatepost policy test examples/policies/tests/*.yml");
  test->add_option("files", tested->files, "Fixtures. Default: .gatepost/policies/tests/*.yml")->type_name("FILE");
  test->add_option("--policy", tested->policy,
                   "Policy file for fixtures that name none. Default: that of the work tree")
      ->type_name("FILE");
  test->callback([&action, tested] {
    action = [tested](const Ports& ports, const Globals& globals) {
      app::PolicyFilesRequest request = *tested;
      request.repository = globals.repository;
      return app::policy_test(ports, request);
    };
  });

  struct Explained {
    CheckOptions check;
    std::string policy, finding, result;
    bool json = false;
  };
  auto explained = options<Explained>();
  CLI::App* const explain =
      add_nested(app, "explain", "Tells the truth of every condition of a policy for one finding.",
                 "gatepost policy explain new-secrets --finding GP-ABCDEFGH --base origin/main --report 'reports/*'");
  explain->add_option("policy", explained->policy, "Id of a policy")->required()->type_name("POLICY");
  explain->add_option("--finding", explained->finding, "Id of a finding, in short or full form")
      ->required()
      ->type_name("FINDING");
  explain
      ->add_option("--result", explained->result,
                   "Judge what check --result wrote, by the rules of the work tree, instead of reading reports")
      ->type_name("FILE");
  explain->add_flag("--json", explained->json, "As JSON");
  declare_evidence(*explain, explained->check.evidence);
  explain->callback([&action, explained] {
    action = [explained](const Ports& ports, const Globals& globals) -> Result<ExitCode> {
      GP_TRY(app::CheckRequest evidence, explained->check.resolved(globals));
      return app::policy_explain(app::for_forge(ports, explained->check.evidence.forge), {.check = std::move(evidence),
                                                                                          .policy = explained->policy,
                                                                                          .finding = explained->finding,
                                                                                          .json = explained->json,
                                                                                          .result = explained->result});
    };
  });
}

void declare_doctor(CLI::App& app, Action& action) {
  struct Options {
    EvidenceOptions evidence;
    bool json = false;
  };
  auto chosen = options<Options>();
  declare_evidence(app, chosen->evidence);
  app.add_flag("--json", chosen->json, "As JSON");
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) {
      const app::DoctorRequest request{
          .gather = chosen->evidence.resolved(globals), .json = chosen->json, .version = std::string(kVersion)};
      return app::doctor(app::for_forge(ports, chosen->evidence.forge), request);
    };
  });
}

void declare_correlate(CLI::App& app, Action& action) {
  auto chosen = options<app::CorrelateRequest>();
  app.add_option("file", chosen->file, "Observations as JSON or JSON lines; - for standard input")
      ->required()
      ->type_name("FILE");
  app.add_flag("--json", chosen->json, "As JSON");
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals&) { return app::correlate_observations(ports, *chosen); };
  });
}

void declare_risk(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  auto chosen = options<app::SimulateRequest>();
  CLI::App* const simulate =
      add_nested(app, "simulate", "Tells the risk of findings described in JSON, and what other numbers would change.",
                 "gatepost risk simulate findings.json\ngatepost risk simulate findings.json --tables other.yaml");
  simulate->add_option("file", chosen->file, "A list of {\"id\", \"input\"}; - for standard input")
      ->required()
      ->type_name("FILE");
  simulate->add_option("--tables", chosen->tables, "Numbers to use instead: YAML that names what differs")
      ->type_name("FILE");
  simulate->add_flag("--json", chosen->json, "As JSON");
  simulate->add_flag("--pull-request", chosen->pull_request,
                     "The file describes a change by the scores of its findings");
  simulate->callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals&) { return app::simulate_risk(ports, *chosen); };
  });
  CLI::App* const tables =
      add_nested(app, "tables", "Prints the numbers in force and where each comes from.", "gatepost risk tables");
  tables->callback(
      [&action] { action = [](const Ports& ports, const Globals&) { return app::print_risk_tables(ports); }; });
}

void declare_advisories(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  auto matched = options<app::MatchRequest>();
  CLI::App* const match =
      add_nested(app, "match", "Tells which components of bills of materials advisories are about.",
                 "gatepost advisories match --sbom bom.json --osv npm/all.zip\n"
                 "gatepost advisories match --sbom 'stored.jsonl' --osv changed/ --since 2026-11-20 --json");
  match
      ->add_option("--sbom", matched->sboms,
                   "Bill of materials: CycloneDX, SPDX, Syft's JSON, or what --inventory wrote. Repeatable")
      ->required()
      ->type_name("FILE");
  match
      ->add_option("--osv", matched->osv,
                   "Advisories of OSV: a record, a list or lines of them, a folder, an archive. Repeatable")
      ->required()
      ->type_name("PATH");
  match
      ->add_option("--service", matched->service,
                   "Whose components these are. Default: what the bill of materials says it is about")
      ->type_name("NAME");
  match->add_option("--since", matched->since, "Only advisories modified then or later. Default: all")
      ->type_name("TIME");
  match->add_flag("--json", matched->json, "As JSON");
  match
      ->add_option("--inventory", matched->inventory,
                   "Write the components, to be matched again later with --sbom: canonical JSON, one a line")
      ->type_name("FILE");
  match
      ->add_option("--observations", matched->observations,
                   "Write the matches as a report that check, correlate and convert read")
      ->type_name("FILE");
  match->callback([&action, matched] {
    action = [matched](const Ports& ports, const Globals&) {
      app::MatchRequest request = *matched;
      request.version = kVersion;
      return app::match_advisories(ports, request);
    };
  });

  auto compared = options<app::CompareRequest>();
  CLI::App* const compare =
      add_nested(app, "compare", "Compares two versions as their ecosystem orders them, or checks lines \"a < b\".",
                 "gatepost advisories compare PyPI 1.0rc1 1.0\ngatepost advisories compare Debian - <versions.txt");
  compare->add_option("ecosystem", compared->ecosystem, "As OSV names it, or the type of a package URL")
      ->required()
      ->type_name("ECOSYSTEM");
  compare->add_option("versions", compared->versions, "Two versions; - checks lines of standard input")
      ->required()
      ->type_name("VERSION");
  compare->callback([&action, compared] {
    action = [compared](const Ports& ports, const Globals&) { return app::compare_versions(ports, *compared); };
  });
}

constexpr std::array kCommands = {
    Command{"check", "Judges a change by its scanners' reports: the gate.",
            "gatepost check --base origin/main --report 'reports/**/*.sarif'\n"
            "gatepost check --report 'scans/*.json' --format markdown --output comment.md --format sarif --output "
            "out.sarif",
            declare_check},
    Command{"publish", "Judges what an untrusted run found by the rules of the base, and tells the forge.",
            "gatepost publish result.json", declare_publish},
    Command{"explain",
            "Tells why a finding has its risk, its owner and its effect on the verdict, and what would change them.",
            "gatepost explain GP-ABCDEFGH --base origin/main --report 'reports/**/*.sarif'", declare_explain},
    Command{"convert", "Turns any report into normalised observations.",
            "gatepost convert trivy.sarif bandit.json --format csv --output findings.csv", declare_convert},
    Command{"formats", "Lists the report formats, how each is recognised and what it yields.", "gatepost formats",
            declare_formats},
    Command{"cvss", "Computes the scores of CVSS vectors.",
            "gatepost cvss CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:P", declare_cvss},
    Command{"mapping", "Tries and starts mappings: how the reports of a tool are read, as data.",
            "gatepost mapping new report.json\ngatepost mapping test acme-lint.yaml", declare_mapping},
    Command{"owners", "Tells who owns paths, by CODEOWNERS.", "gatepost owners src/main.c docs/", declare_owners},
    Command{"diff", "Shows a change as the gate sees it: files, renames, hunks.",
            "gatepost diff --base origin/main --json", declare_diff},
    Command{"correlate",
            "Groups observations of several tools into findings, with the rule that merged or linked them.",
            "gatepost correlate observations.json --json", declare_correlate},
    Command{"risk", "Tells what the risk model would say, and by which numbers.",
            "gatepost risk simulate findings.json --json\ngatepost risk tables", declare_risk},
    Command{"policy", "Checks policies, runs their fixtures, and tells why one matches a finding.",
            "gatepost policy check\ngatepost policy test", declare_policy},
    Command{"advisories", "Matches bills of materials with advisories, also those of yesterday with those of today.",
            "gatepost advisories match --sbom bom.json --osv npm/all.zip", declare_advisories},
    Command{"config", "Checks, starts and describes the configuration.", "gatepost config init\ngatepost config check",
            declare_config},
    Command{"doctor", "Checks whether everything is there that a gate needs.",
            "gatepost doctor --report 'reports/**/*.sarif'", declare_doctor},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace gatepost::cli
