#include "app/doctor.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "app/forge_health.hpp"
#include "app/health.hpp"
#include "app/report_files.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "context/codeowners_location.hpp"
#include "context/owners_check.hpp"
#include "doc/json_writer.hpp"
#include "git/library.hpp"
#include "git/revision.hpp"
#include "git/tree.hpp"
#include "report/escape.hpp"

namespace gatepost::app {
namespace {

constexpr const char* to_string(Health health) {
  switch (health) {
    case Health::ok:
      return "ok";
    case Health::warning:
      return "warn";
    case Health::failure:
      return "fail";
  }
  return "fail";
}

constexpr std::size_t kMostComplaints = 5;  // of CODEOWNERS; the others are counted

std::string way_out_of(ReportState state) {
  switch (state) {
    case ReportState::complete:
    case ReportState::complete_empty:
      return "";
    case ReportState::partial:
      return "let the scanner write it again; gatepost convert tells what was read of it";
    case ReportState::unrecognised:
      return "gatepost formats lists what is read; leave other files out of the globs";
    case ReportState::tool_error:
      return "the scanner says that it failed: look at its log";
  }
  return "";
}

class Doctor {
 public:
  Doctor(const Ports& ports, const DoctorRequest& request)
      : ports_(ports),
        inputs_(ports, request.gather.flags),
        request_(with_inputs(inputs_, request.gather)),
        version_(request.version),
        ci_(detect_ci(ports)) {}

  std::vector<HealthCheck> examine() {
    look_at_ci();
    std::ranges::move(forge_health(ports_, ci_, version_), std::back_inserter(rows_));
    auto repository = open_repository(ports_, request_.repository, ci_);
    if (!repository) {
      rows_.push_back(failed_check("repository", repository.error()));
      return std::move(rows_);
    }
    look_at_repository(*repository);
    if (ci_.judges_other_run) {
      // What is checked out is not the change, and nothing of the change belongs here.
      rows_.push_back(
          {"base", Health::ok, "gatepost publish asks the forge for the change; no checkout of it is needed", {}});
    } else {
      look_at_change(*repository);
    }
    return std::move(rows_);
  }

 private:
  void look_at_ci() {
    if (ci_.system == CiFacts::System::none) {
      rows_.push_back({"CI", Health::ok, "none recognised; base and head come from the command line", {}});
      return;
    }
    const std::string about = what_it_is_about();
    const bool read = ci_.notes.empty();
    std::string fix;
    if (!read) fix = "pass GITHUB_EVENT_PATH to the step, and in a container of your own the file that it names";
    if (read && about.empty()) fix = "run on pull_request, push or merge_group (GitHub), on merge requests (GitLab)";
    rows_.push_back(
        {"CI", fix.empty() ? Health::ok : Health::warning,
         fmt::format("{}, event {}: {}", app::to_string(ci_.system), ci_.event.empty() ? "unknown" : ci_.event,
                     about.empty() ? "it tells of no change" : about),
         fix});
    for (const Note& note : ci_.notes) rows_.push_back({"CI", Health::warning, note.text, {}});
  }

  // What was understood of the event; "" when there is no change in it.
  [[nodiscard]] std::string what_it_is_about() const {
    const std::string into = ci_.target_branch.empty() ? "" : " into " + ci_.target_branch;
    if (ci_.judges_other_run) return "the run that judged " + ci_.change_head.substr(0, 10);
    if (ci_.change_request) return fmt::format("change request {}{}", *ci_.change_request, into);
    if (!ci_.queue_base.empty()) return "what the merge queue would merge into " + ci_.queue_base.substr(0, 10);
    if (!ci_.target_branch.empty()) return "a change" + into;
    return ci_.event_base.empty() ? "" : "what was pushed since " + ci_.event_base.substr(0, 10);
  }

  void look_at_repository(const git::Repository& repository) {
    rows_.push_back({"repository", Health::ok, repository.is_bare() ? "bare" : "work tree found", {}});
    if (repository.is_shallow()) {
      rows_.push_back({"history", Health::warning, "shallow clone: the base of a change may be missing",
                       "fetch-depth: 0 (GitHub), GIT_DEPTH: 0 (GitLab), or " + git::unshallow_command()});
    } else {
      rows_.push_back({"history", Health::ok, "complete", {}});
    }
    if (repository.is_partial()) {
      rows_.push_back({"contents", Health::warning,
                       "partial clone: files whose contents are missing count as changed as a whole",
                       git::unfilter_command()});
    }
  }

  void look_at_change(const git::Repository& repository) {
    std::vector<Note> notes;
    const auto found = find_change(repository, ci_, request_.base, request_.head, notes);
    if (!found) {
      rows_.push_back(failed_check("base", found.error()));
      const auto head = git::head_commit(repository);
      if (head) return look_at_rules(repository, {.change = {}, .rules = *head});
      rows_.push_back(failed_check("configuration", head.error()));
      return;
    }
    const ChangeSet* const change = &found->change;
    if (change->base.empty()) {
      rows_.push_back({"base", Health::warning, "none: findings are existing ones, and none can be called new",
                       "add --base, for example --base origin/main"});
    } else {
      rows_.push_back({"base",
                       change->confident ? Health::ok : Health::warning,
                       fmt::format("{} ({}), {}", change->base.substr(0, 10), to_string(change->base_source),
                                   text::count_of(change->files.size(), "changed file")),
                       {}});
    }
    for (const Note& note : notes)
      rows_.push_back({"base", note.level == Note::Level::info ? Health::ok : Health::warning, note.text, {}});
    look_at_rules(repository, *found);
  }

  void look_at_rules(const git::Repository& repository, const FoundChange& found) {
    const auto settings = read_settings(ports_, repository, found, {.config = request_.config}, inputs_);
    if (settings) {
      rows_.push_back(
          {"configuration",
           Health::ok,
           fmt::format("valid, {}, mode {}", text::count_of(settings->rules.policies.size(), "policy", "policies"),
                       policy::to_string(settings->rules.mode)),
           {}});
      look_at_reports(repository, *settings);
    } else {
      rows_.push_back({"configuration", Health::failure, settings.error().message,
                       "gatepost config check shows the same for the work tree"});
    }
    look_at_owners(repository, found.rules, settings ? settings->codeowners_dialect : std::nullopt);
  }

  void look_at_reports(const git::Repository& repository, const config::Settings& settings) {
    const auto& patterns = request_.reports.empty() ? settings.reports : request_.reports;
    if (patterns.empty()) {
      rows_.push_back({"reports", Health::failure, "none are named",
                       "add --report 'reports/**/*.sarif', or \"reports\" to .gatepost.yml"});
      return;
    }
    ObservationTable table;
    ingest::Options options;
    options.threads = default_threads();
    const auto missing =
        read_reports(table, patterns, repository, options, request_.reports.empty() ? "reports" : "--report");
    if (!missing) {
      rows_.push_back(failed_check("reports", missing.error()));
      return;
    }
    for (const std::string& sentence : *missing) {
      rows_.push_back({"reports", Health::failure, sentence,
                       "artifacts of an earlier job are only there when this job downloads or needs them"});
    }
    std::vector<std::string> engines;
    for (const ReportInfo& report : table.reports()) {
      std::ranges::copy(report.engines, std::back_inserter(engines));
      const std::string why = is_complete(report.state) || report.notes.empty()
                                  ? ""
                                  : ": " + std::ranges::max_element(report.notes, {}, &Note::level)->text;
      rows_.push_back({"reports", is_complete(report.state) ? Health::ok : Health::failure,
                       fmt::format("{}: {}{}, {}{}", report.path, gatepost::to_string(report.state),
                                   report.format.empty() ? "" : " " + report.format,
                                   text::count_of(report.records.mapped, "finding"), why),
                       way_out_of(report.state)});
    }
    for (const std::string& scanner : settings.evidence.required_scanners) {
      const bool there = std::ranges::find(engines, scanner) != engines.end();
      rows_.push_back({"scanners",
                       there ? Health::ok : Health::failure,
                       fmt::format("required scanner {} {}", scanner, there ? "reported" : "did not report"),
                       {}});
    }
  }

  void look_at_owners(const git::Repository& repository, const git::ObjectId& commit,
                      std::optional<OwnersDialect> dialect) {
    const auto owners = read_owners(repository, commit, dialect ? dialect : dialect_of(ci_.system));
    if (!owners) {
      rows_.push_back(failed_check("CODEOWNERS", owners.error()));
      return;
    }
    if (!owners->exists()) {
      rows_.push_back({"CODEOWNERS", Health::warning, "there is none: findings have no owner",
                       "add .github/CODEOWNERS or .gitlab/CODEOWNERS"});
      return;
    }
    const auto tree = git::Tree::of_commit(repository, commit);
    const auto paths = tree ? tree->paths() : tree.error();
    context::OwnersCheckInput input{.owners = *owners};
    if (paths) input.paths = *paths;
    const OwnersCheck check = context::check_owners(input);
    const std::size_t complaints = check.diagnostics.size();
    std::string covered;
    if (const auto ppm = check.coverage ? check.coverage->owned_ppm() : std::nullopt)
      covered = fmt::format(", {} % of the files have an owner", *ppm / 10'000);
    rows_.push_back({"CODEOWNERS", complaints == 0 ? Health::ok : Health::warning,
                     fmt::format("{}{}{}", check.file, covered,
                                 complaints == 0 ? "" : ", " + text::count_of(complaints, "complaint")),
                     complaints == 0 ? "" : "gatepost owners check lists them all"});
    for (const OwnersDiagnostic& it : std::span(check.diagnostics).first(std::min(complaints, kMostComplaints))) {
      const std::string at = it.line ? fmt::format("{}:{}", check.file, *it.line) : check.file;
      rows_.push_back({"CODEOWNERS", Health::warning, fmt::format("{}: {}", at, it.text), it.suggestion});
    }
  }

  const Ports& ports_;
  const Inputs inputs_;
  const GatherRequest request_;
  const std::string version_;
  CiFacts ci_;
  std::vector<HealthCheck> rows_;
};

std::string as_text(const std::vector<HealthCheck>& rows) {
  std::string out;
  for (const HealthCheck& row : rows) {
    out += report::escape::log_line(
               fmt::format("{:<5} {:<14} {}", to_string(row.health), row.name, report::escape::terminal(row.text))) +
           "\n";
    if (!row.fix.empty()) out += fmt::format("{:<20} -> {}\n", "", report::escape::terminal(row.fix));
  }
  return out;
}

std::string as_json(const std::vector<HealthCheck>& rows) {
  doc::JsonWriter json(doc::JsonWriter::Style::indented);
  json.begin_array();
  for (const HealthCheck& row : rows) {
    json.begin_object().field("check", row.name).field("state", to_string(row.health)).field("text", row.text);
    json.optional_field("fix", row.fix).end_object();
  }
  json.end_array();
  return json.take() + "\n";
}

}  // namespace

Result<ExitCode> doctor(const Ports& ports, const DoctorRequest& request) {
  GP_TRY(const git::Library library, git::Library::start());
  const std::vector<HealthCheck> rows = Doctor(ports, request).examine();
  GP_CHECK(ports.output(request.json ? as_json(rows) : as_text(rows)));
  const bool healthy = std::ranges::none_of(rows, [](const HealthCheck& row) { return row.health == Health::failure; });
  return healthy ? ExitCode::done : ExitCode::inconclusive;
}

}  // namespace gatepost::app
