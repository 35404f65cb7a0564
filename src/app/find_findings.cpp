#include "app/find_findings.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/compare_with_ledger.hpp"
#include "app/control_changes.hpp"
#include "app/engine_coverage.hpp"
#include "base/text.hpp"
#include "correlate/find.hpp"
#include "correlate/former_ids.hpp"
#include "correlate/line_map.hpp"
#include "correlate/presence.hpp"

namespace gatepost::app {
namespace {

std::string_view engine_of(const ObservationTable& table, Row row) {
  return table.text(table.rule_of(table.row(row)).engine);
}

// Numbers of files in Findings::files; those that only the base has are appended.
class FileNumbers {
 public:
  explicit FileNumbers(std::vector<std::string>& files) : files_(files) {
    for (std::uint32_t i = 0; i < files.size(); ++i) numbers_.emplace(files[i], i);
  }
  std::uint32_t of(const std::string& path) {
    const auto [entry, fresh] = numbers_.try_emplace(path, static_cast<std::uint32_t>(files_.size()));
    if (fresh) files_.push_back(path);
    return entry->second;
  }

 private:
  std::vector<std::string>& files_;
  std::map<std::string, std::uint32_t> numbers_;
};

// The base's findings that the head no longer has join the others; all stay sorted by id.
void add_gone(const correlate::Comparison& comparison, const Findings& base, Assessment& out,
              std::vector<Presence>& presence) {
  struct Entry {
    Finding finding;
    Presence presence = Presence::fixed;
    BaseMatch match;
  };
  Findings& findings = out.findings;
  FileNumbers numbers(findings.files);
  std::vector<Entry> all;
  for (std::size_t i = 0; i < findings.all.size(); ++i)
    all.push_back({findings.all[i], presence[i], out.base_matches[i]});
  for (const auto& gone : comparison.gone) {
    Finding finding = base.all[gone.finding];
    finding.in_base_only = true;
    const auto members = base.members_of(finding);
    finding.first_member = static_cast<std::uint32_t>(findings.members.size());
    findings.members.insert(findings.members.end(), members.begin(), members.end());
    if (finding.file != Finding::kNoFile) finding.file = numbers.of(base.files[finding.file]);
    all.push_back({finding, gone.presence, {}});
  }
  std::ranges::stable_sort(all, {}, [](const Entry& entry) { return entry.finding.id; });
  findings.all.clear();
  presence.clear();
  out.base_matches.clear();
  for (const Entry& entry : all) {
    findings.all.push_back(entry.finding);
    presence.push_back(entry.presence);
    out.base_matches.push_back(entry.match);
  }
}

Note note_of(const correlate::Comparison::Doubt& doubt) {
  const std::string of = doubt.other_version ? " has another version than on the base and" : "";
  return {Note::Level::warning,
          "suspicious-loss",
          fmt::format("{}{} no longer reports {} of its {} in code that the change left alone: they are not called "
                      "fixed; make the report of the base with the scanner and the rules of today",
                      doubt.engine, of, doubt.vanished, text::count_of(doubt.base, "finding")),
          {}};
}

std::vector<Presence> compare(const Evidence& evidence, const correlate::PresenceInputs& inputs, Assessment& out,
                              std::vector<Note>& notes) {
  const correlate::LineMap lines(out.change);
  const correlate::IdentityInputs head = identity_inputs(evidence, out);
  const correlate::IdentityInputs base{out.base_table,
                                       *evidence.base_files,
                                       evidence.base_sources.placement,
                                       evidence.base_sources.contexts,
                                       evidence.settings.repository,
                                       [&](std::string_view path) { return lines.head_path(path); },
                                       evidence.threads,
                                       &evidence.base_sources.code};
  const Findings base_findings = correlate::find(base);
  correlate::Identifier head_identifier(head), base_identifier(base);
  const EngineCoverage head_coverage(out.table), base_coverage(out.base_table);
  const auto ran_on_head = [&](Row row) { return head_coverage.covers(out.base_table, row); };
  const auto ran_on_base = [&](Row row) { return base_coverage.covers(out.table, row); };
  const correlate::Comparison comparison = correlate::compare_with_base(
      inputs, {out.base_table, base_findings, head_identifier, base_identifier, ran_on_head, ran_on_base});
  for (const auto& doubt : comparison.doubts) notes.push_back(note_of(doubt));
  std::vector<Presence> presence = comparison.head;
  out.base_matches = comparison.matches;
  add_gone(comparison, base_findings, out, presence);
  return presence;
}

void add_presence(const Evidence& evidence, Assessment& out, std::vector<Note>& notes) {
  const correlate::PresenceInputs inputs = presence_inputs(evidence, out);
  const std::vector<Presence> presence =
      evidence.base_files ? compare(evidence, inputs, out, notes) : correlate::presence_by_lines(inputs);
  out.assessed.resize(out.findings.all.size());
  for (std::size_t i = 0; i < presence.size(); ++i) {
    const Finding& finding = out.findings.all[i];
    const bool own = engine_of(out.table_of(finding), finding.primary) == kChangeEngine;
    out.assessed[i].presence = own ? Presence::introduced : presence[i];
  }
}

// In no file of this commit, and no report of the base tells whether it is new.
void mark_unplaced(const Evidence& evidence, Assessment& out) {
  const EngineCoverage base(out.base_table);
  for (std::size_t i = 0; i < out.findings.all.size(); ++i) {
    const Finding& finding = out.findings.all[i];
    if (finding.file != Finding::kNoFile || out.assessed[i].presence != Presence::touched) continue;
    out.assessed[i].unplaced = !evidence.base_files || !base.covers(out.table_of(finding), finding.primary);
  }
}

}  // namespace

correlate::IdentityInputs identity_inputs(const Evidence& evidence, const Assessment& assessment) {
  return {assessment.table,          *evidence.head_files,         evidence.sources.placement,
          evidence.sources.contexts, evidence.settings.repository, {},
          evidence.threads,          &evidence.sources.code};
}

correlate::PresenceInputs presence_inputs(const Evidence& evidence, const Assessment& assessment) {
  const auto package_change = [&sources = evidence.sources](Row row) {
    return row < sources.packages.size() ? sources.packages[row] : correlate::PackageChange::unknown;
  };
  const auto line_is_doubtful = [&sources = evidence.sources](Row row) {
    return row < sources.doubtful_lines.size() && sources.doubtful_lines[row];
  };
  return {assessment.table,  assessment.findings, evidence.sources.placement,
          assessment.change, package_change,      line_is_doubtful};
}

Found find_findings(Evidence& evidence) {
  Found found;
  Assessment& out = found.assessment;
  out.change = std::move(evidence.change);
  out.table = std::move(evidence.table);
  out.base_table = std::move(evidence.base_table);
  out.findings = correlate::find(identity_inputs(evidence, out));
  out.former_ids = correlate::ids_by_previous_key(identity_inputs(evidence, out), out.findings);
  found.notes = std::move(evidence.notes);
  add_presence(evidence, out, found.notes);
  std::ranges::copy(correlate::ids_in_base(out.findings, out.base_matches), std::back_inserter(out.former_ids));
  std::ranges::sort(out.former_ids);
  mark_unplaced(evidence, out);
  found.missing = std::move(evidence.missing);
  found.references = std::move(evidence.sources.references);
  if (evidence.ledger) found.compare_with_ledger = [&](Assessment& it) { compare_with_ledger(evidence, it); };
  return found;
}

}  // namespace gatepost::app
