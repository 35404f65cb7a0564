#include "app/gather.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

#include "app/control_changes.hpp"
#include "app/enrich_threat.hpp"
#include "app/feed_files.hpp"
#include "app/gather_evidence.hpp"
#include "app/gather_imports.hpp"
#include "app/gather_ledger.hpp"
#include "app/gather_services.hpp"
#include "app/gather_signals.hpp"
#include "app/mapping_files.hpp"
#include "app/owners_file.hpp"
#include "app/report_files.hpp"
#include "app/secret_key.hpp"
#include "app/settings_files.hpp"
#include "app/source_facts.hpp"
#include "base/file.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "git/change_base.hpp"
#include "git/diff.hpp"
#include "git/revision.hpp"
#include "git/tree.hpp"

namespace gatepost::app {
namespace {

std::optional<OwnersDialect> owners_dialect(const config::Settings& settings, const CiFacts& ci) {
  return settings.codeowners_dialect ? settings.codeowners_dialect : dialect_of(ci.system);
}

Result<ingest::Options> ingest_options(const Ports& ports, const GatherRequest& request) {
  ingest::Options options;
  options.threads = request.threads == 0 ? default_threads() : request.threads;
  GP_TRY(SecretKeys keys, secret_keys(ports));
  options.secret_key = std::move(keys.current);
  options.previous_secret_key = std::move(keys.previous);
  return options;
}

// Settings that lie here and are not on the base are what newcomers wonder about.
Error no_reports_named(const Evidence& evidence, bool has_config) {
  const std::string revision = evidence.settings_revision.substr(0, 10);
  const auto& settings = evidence.settings_files.settings;
  std::string why = "no .gatepost.yml is here";
  if (!evidence.change.base.empty())
    why = fmt::format("commit {}, by whose settings this is judged, has no .gatepost.yml", revision);
  if (settings) why = fmt::format("the {} in force has no \"reports\"", text::printable(settings->name, 200));
  std::string hint = "add --report 'reports/**/*.sarif'";
  const auto lying_here = evidence.repository.is_bare() || settings || has_config
                              ? config::Files{}
                              : settings_files(evidence.repository.work_tree()).value_or(config::Files{});
  if (lying_here.settings)
    hint += fmt::format("; or try the {0} that lies here: --config {0}", lying_here.settings->name);
  return error(ErrorKind::usage, fmt::format("no reports are named: there is no --report, and {}", why), hint);
}

// A tree with what each of its files is; the paths are in an index of the evidence.
struct Listed {
  git::Tree tree;
  std::vector<git::Listing::Entry> entries;
};

Result<Listed> list_head(Evidence& evidence) {
  GP_TRY(git::Tree tree, git::Tree::of_commit(evidence.repository, *git::ObjectId::parse(evidence.change.head)));
  GP_TRY(git::Listing files, tree.list());
  evidence.head_files.emplace(std::move(files.paths));
  return Listed{std::move(tree), std::move(files.entries)};
}

// Other trees hardly differ from the head's: they are not read anew.
git::KnownTree known(const Evidence& evidence, const Listed& head) {
  return {head.tree.id(), evidence.head_files->files(), head.entries};
}

Result<Listed> list_base(Evidence& evidence, const Listed& head) {
  GP_TRY(git::Tree tree, git::Tree::of_commit(evidence.repository, *git::ObjectId::parse(evidence.change.base)));
  GP_TRY(auto files, tree.files([](std::string_view) { return true; }, known(evidence, head)));
  std::vector<std::string> paths;
  std::vector<git::Listing::Entry> entries;
  for (git::TreeFile& file : files) {
    paths.push_back(std::move(file.path));
    entries.push_back({file.type, file.id});
  }
  evidence.base_files.emplace(std::move(paths));
  return Listed{std::move(tree), std::move(entries)};
}

// Who proposes a change could bring the reports along that it is judged by. One that a scanner wrote over a committed
// file is another matter, but nobody can tell it from one that no scanner touched.
void refuse_own_reports(const ObservationTable& table, const ChangeSet& change, std::vector<std::string>& missing) {
  for (const ReportInfo& report : table.reports()) {
    if (change.find_new(report.path) == nullptr) continue;
    missing.push_back(fmt::format("{} is part of the change itself: a report has to come from the pipeline",
                                  text::printable(report.path, 200)));
  }
}

// Everything counts as existing without a base. On a change nothing may pass for that.
bool is_about_change(const CiFacts& ci) {
  return ci.change_request || ci.judges_other_run || ci.event.starts_with("pull_request") || ci.event == "merge_group";
}

// Base reports were written on the base: their paths and their code are those of the base's tree.
Status gather_base(Evidence& evidence, const GatherRequest& request, const ingest::Options& options,
                   std::string asked_by, const Listed& head) {
  const auto& patterns = request.base_reports.empty() ? evidence.settings.base_reports : request.base_reports;
  if (patterns.empty()) return Done{};
  if (evidence.change.base.empty()) {
    if (request.base_reports.empty()) {
      evidence.notes.push_back({Note::Level::info, "base-report", "base_reports are not read: no base is known", {}});
      return Done{};
    }
    return error(ErrorKind::usage, "--base-report needs a base: what was it made on?", "add --base REVISION");
  }
  GP_TRY(const auto missing,
         read_reports(evidence.base_table, patterns, evidence.repository, options, std::move(asked_by)));
  // Without the base's report nothing can be told from the past: that is a note, not missing evidence about the change.
  for (const std::string& sentence : missing)
    evidence.notes.push_back({Note::Level::warning, "base-report", sentence, {}});
  evidence.base_table.end_of_reading();
  refuse_own_reports(evidence.base_table, evidence.change, evidence.missing);
  const auto& reports = evidence.base_table.reports();
  if (std::ranges::none_of(reports, [](const ReportInfo& report) { return is_complete(report.state); })) {
    evidence.notes.push_back({Note::Level::warning,
                              "base-report",
                              "no report of the base could be read completely: what is new is told from the lines of "
                              "the change",
                              {}});
    return Done{};
  }
  GP_TRY(const Listed base, list_base(evidence, head));
  const correlate::LineMap lines(evidence.change);
  const auto edited = [&](std::string_view path, std::uint32_t line) {
    return lines.of_base(path, line).state == correlate::LineState::edited;
  };
  evidence.base_sources =
      source_facts(evidence.base_table, {base.tree, *evidence.base_files, base.entries}, nullptr, edited);
  return Done{};
}

// What the revision of the rules says about services and owners.
Status gather_surroundings(Evidence& evidence, const git::ObjectId& rules, const Listed& head) {
  GP_TRY(const git::Tree tree, git::Tree::of_commit(evidence.repository, rules));
  GP_TRY(const std::vector<git::TreeFile> files, tree.files(may_tell_surroundings, known(evidence, head)));
  GP_TRY(evidence.surroundings.services,
         gather_services(evidence.repository, evidence.settings.services, files, evidence.change));
  evidence.surroundings.folder_owners = gather_folder_owners(evidence.repository, files, evidence.notes);
  evidence.surroundings.teams = context::TeamDirectory(
      context::merge_teams(evidence.settings.teams, evidence.surroundings.services.groups, evidence.notes));
  return Done{};
}

context::Threats gather_threats(const Ports& ports, const GatherRequest& request, Evidence& evidence) {
  const git::Repository& repository = evidence.repository;
  const FeedRequest feeds{.root = repository.is_bare() ? "" : repository.work_tree(),
                          .cache_folder = request.cache_dir,
                          .cves = reported_cves(evidence.table, evidence.base_table),
                          .change = &evidence.change};
  return {.feeds = read_feeds(ports, evidence.settings.feeds, feeds, evidence.notes)};
}

// In a pipeline the step that checks out is the place to mend it.
Error with_checkout_advice(Error failure, const git::Repository& repository, CiFacts::System system) {
  if (!repository.is_shallow() || system == CiFacts::System::none) return failure;
  const bool github = system == CiFacts::System::github;
  failure.hint += failure.hint.empty() ? "" : "; or ";
  failure.hint += github ? "check out with fetch-depth: 0" : "give the job the variable GIT_DEPTH: 0";
  return failure;
}

// What the CI says about where it runs, and nothing about a change.
CiFacts without_change(CiFacts ci) {
  for (std::string* const it : {&ci.merge_commit, &ci.change_head, &ci.queue_base, &ci.forge_merge_base, &ci.push_base,
                                &ci.event_base, &ci.target_branch})
    it->clear();
  ci.change_request.reset();
  ci.judges_other_run = false;
  ci.event.clear();
  return ci;
}

}  // namespace

Result<git::Repository> open_repository(const Ports& ports, const std::string& directory, const CiFacts& ci) {
  const std::string& start = directory.empty() ? ports.directory : directory;
  const bool named_by_ci = !ci.workspace.empty() && (start == ci.workspace || start.starts_with(ci.workspace + "/"));
  return git::Repository::open(start, {.trusted_path = !directory.empty() || named_by_ci});
}

Result<FoundChange> find_change(const git::Repository& repository, const CiFacts& ci, const std::string& base,
                                const std::string& head, std::vector<Note>& notes) {
  const git::ChangeFacts facts{.base = base,
                               .head = head,
                               .merge_commit = ci.merge_commit,
                               .change_head = ci.change_head,
                               .queue_base = ci.queue_base,
                               .forge_merge_base = ci.forge_merge_base,
                               .push_base = ci.push_base,
                               .event_base = ci.event_base,
                               .target_branch = ci.target_branch};
  auto found = git::resolve_change_base(repository, facts);
  if (!found) return with_checkout_advice(std::move(found).error(), repository, ci.system);
  const git::ChangeBase resolved = std::move(*found);
  GP_TRY(git::Difference difference, git::diff(repository, resolved));
  std::ranges::move(difference.notes, std::back_inserter(notes));
  return FoundChange{.change = std::move(difference.change),
                     .rules = resolved.rules.value_or(resolved.head),
                     .looks_at_work_tree = head.empty() && ci.system == CiFacts::System::none};
}

Result<context::CodeOwners> read_owners(const git::Repository& repository, const git::ObjectId& commit,
                                        std::optional<OwnersDialect> dialect) {
  GP_TRY(const git::Tree tree, git::Tree::of_commit(repository, commit));
  return find_owners(
      [&](std::string_view path) -> Result<bool> {
        const auto file = tree.find(path);
        return file.ok() && file->has_value();
      },
      [&](const std::string& path) -> Result<OwnersFile> {
        GP_TRY(const auto file, tree.find(path));
        auto text = tree.read(path, context::codeowners::kGitLabBytes);
        if (!text || !text->has_value()) return OwnersFile{};
        return OwnersFile{std::move(**text), file ? file->id.hex() : ""};
      },
      dialect);
}

namespace {

Result<config::Files> read_settings_files(const Ports& ports, const git::Repository& repository,
                                          const FoundChange& found, const GatherRequest& request) {
  const bool own_files =
      found.change.base_source == BaseSource::none && found.looks_at_work_tree && !repository.is_bare();
  GP_TRY(const git::Tree tree, git::Tree::of_commit(repository, found.rules));
  GP_TRY(config::Files files, own_files ? settings_files(repository.work_tree()) : settings_files(tree));
  GP_CHECK(add_addresses(ports, request.cache_dir, files));
  GP_CHECK(use_config(request.config, files));
  return files;
}

Result<config::Settings> settings_of(const config::Files& files, const Inputs& inputs) {
  GP_TRY(const config::Overrides said, overrides(inputs));
  GP_TRY(config::Settings settings, config::load(files, said));
  GP_CHECK(apply(inputs, settings.publishing));
  return settings;
}

}  // namespace

Result<config::Settings> read_settings(const Ports& ports, const git::Repository& repository, const FoundChange& found,
                                       const GatherRequest& request, const Inputs& inputs) {
  GP_TRY(const config::Files files, read_settings_files(ports, repository, found, request));
  return settings_of(files, inputs);
}

GatherRequest with_inputs(const Inputs& inputs, GatherRequest request) {
  if (request.config.empty()) request.config = inputs.get("config").value_or("");
  if (request.reports.empty()) request.reports = inputs.list("reports");
  if (request.base_reports.empty()) request.base_reports = inputs.list("base-reports");
  return request;
}

Result<Evidence> gather(const Ports& ports, const GatherRequest& flags) {
  const Inputs inputs(ports, flags.flags);
  const GatherRequest request = with_inputs(inputs, flags);
  CiFacts ci = request.without_base ? without_change(detect_ci(ports)) : detect_ci(ports);
  GP_TRY(git::Repository repository, open_repository(ports, request.repository, ci));
  Evidence evidence(std::move(repository));
  evidence.notes = std::move(ci.notes);
  evidence.ci = std::move(ci);
  GP_TRY(FoundChange found, find_change(evidence.repository, evidence.ci, request.base, request.head, evidence.notes));
  evidence.settings_revision = found.rules.hex();
  GP_TRY(evidence.event, event(inputs));
  GP_TRY(evidence.settings_files, read_settings_files(ports, evidence.repository, found, request));
  GP_TRY(evidence.settings, settings_of(evidence.settings_files, inputs));
  GP_TRY(evidence.owners,
         read_owners(evidence.repository, found.rules, owners_dialect(evidence.settings, evidence.ci)));
  evidence.change = std::move(found.change);
  const auto& patterns = request.reports.empty() ? evidence.settings.reports : request.reports;
  if (patterns.empty() && !request.add_observations) return no_reports_named(evidence, !request.config.empty());
  GP_TRY(const Listed head, list_head(evidence));
  GP_CHECK(gather_surroundings(evidence, found.rules, head));

  GP_TRY(ingest::Options options, ingest_options(ports, request));
  GP_TRY(options.mappings, read_mappings(evidence.repository, found.rules));
  if (std::string hint = unused_mapping(evidence.repository, options.mappings); !hint.empty())
    evidence.notes.push_back({Note::Level::warning, "unused-mapping", std::move(hint), {}});
  evidence.threads = options.threads;
  GP_TRY(evidence.missing, read_reports(evidence.table, patterns, evidence.repository, options,
                                        flags.reports.empty() ? "reports" : "--report"));
  refuse_own_reports(evidence.table, evidence.change, evidence.missing);
  if (request.add_observations) GP_CHECK(request.add_observations(evidence));
  if (evidence.change.base_source == BaseSource::none && is_about_change(evidence.ci))
    evidence.missing.emplace_back("the base of this change is not known, so neither is what it brings: say --base");
  add_control_changes(evidence.change, evidence.table);
  evidence.table.end_of_reading();

  const bool compares =
      !request.without_base && !(request.base_reports.empty() && evidence.settings.base_reports.empty());
  const correlate::LineMap lines(evidence.change);
  const auto edited = [&](std::string_view path, std::uint32_t line) {
    return compares && lines.of_head(path, line).state == correlate::LineState::edited;
  };
  evidence.sources =
      source_facts(evidence.table, {head.tree, *evidence.head_files, head.entries}, &evidence.change, edited);
  std::ranges::copy(evidence.sources.placement.notes, std::back_inserter(evidence.notes));
  GP_CHECK(
      gather_base(evidence, request, options, flags.base_reports.empty() ? "base-reports" : "--base-report", head));
  const bool has_base = evidence.change.base_source != BaseSource::none && !evidence.change.base.empty();
  if (!request.without_base) GP_CHECK(gather_ledger(ports, request, has_base && !evidence.base_files, evidence));
  evidence.surroundings.imports = gather_imports({.repository = evidence.repository,
                                                  .head = head.tree,
                                                  .entries = head.entries,
                                                  .table = evidence.table,
                                                  .files = *evidence.head_files,
                                                  .placement = evidence.sources.placement,
                                                  .threads = evidence.threads},
                                                 evidence.notes);
  const std::string& tip = evidence.ci.change_head.empty() ? evidence.change.head : evidence.ci.change_head;
  evidence.surroundings.signals = gather_signals(evidence.repository, evidence.change, tip);
  evidence.surroundings.threats = gather_threats(ports, request, evidence);
  const bool own_files = evidence.change.base_source == BaseSource::none && found.looks_at_work_tree;
  GP_TRY(evidence.surroundings.evidence,
         gather_evidence(evidence.repository, evidence.settings,
                         {.rules = found.rules,
                          .change = &evidence.change,
                          .own_files = own_files,
                          .vex = request.vex,
                          .runtime = request.runtime,
                          .products = {evidence.settings.repository, evidence.ci.repository}}));
  return evidence;
}

}  // namespace gatepost::app
