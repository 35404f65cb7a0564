#include "app/rejudge.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/control_changes.hpp"
#include "app/forge_change.hpp"
#include "base/text.hpp"
#include "context/change_signals.hpp"
#include "correlate/find.hpp"
#include "correlate/placement.hpp"

namespace gatepost::app {
namespace {

// One finding with everything that lies beside it.
struct Entry {
  Finding finding;
  Presence presence = Presence::introduced;
  bool unplaced = false;
};

// A line that the forge shows as new; of a file as a whole, a new file. Tools write line 1 of a manifest for "somewhere
// in this file". Where the forge shows no lines nothing is known.
bool is_shown_as_new(const Finding& finding, Range range, const FileChange& file) {
  if (!file.lines_known) return false;
  const bool somewhere = is_dependency_kind(finding.kind) && range.first_line <= 1 && range.last_line <= 1;
  if (range.first_line == 0 || somewhere) return file.kind == ChangeKind::added && !somewhere;
  return touches_new_lines(file, range.first_line, range.first_line);
}

// The forge counts the lines of the change's tip.
std::optional<Range> range_at_tip(const ResultFile& result, const Finding& finding) {
  const auto known = result.head_lines.find(finding.id);
  if (known == result.head_lines.end()) return finding.range;
  if (!known->second) return std::nullopt;
  return Range{.first_line = known->second->first, .last_line = known->second->last};
}

void raise_presence(ResultFile& result) {
  Assessment& it = result.found.assessment;
  for (std::size_t i = 0; i < it.findings.all.size(); ++i) {
    const Finding& finding = it.findings.all[i];
    if (finding.in_base_only || finding.file == Finding::kNoFile) continue;
    const FileChange* const file = it.change.find_new(it.findings.path_of(finding));
    const auto range = range_at_tip(result, finding);
    if (file != nullptr && range && is_shown_as_new(finding, *range, *file))
      it.assessed[i].presence = Presence::introduced;
  }
}

// Files that the change leaves behind, sorted: what its findings can lie in.
std::vector<std::string> files_of(const ChangeSet& change) {
  std::vector<std::string> files;
  for (const FileChange& file : change.files) {
    if (!file.new_path.empty()) files.push_back(file.new_path);
  }
  std::ranges::sort(files);
  return files;
}

// Puts the files of both into one sorted list.
void merge_files(Findings& findings, Findings& others) {
  std::vector<std::string> files;
  std::ranges::set_union(findings.files, others.files, std::back_inserter(files));
  for (Findings* const side : {&findings, &others}) {
    for (Finding& finding : side->all) {
      if (finding.file == Finding::kNoFile) continue;
      const auto place = std::ranges::lower_bound(files, side->files[finding.file]);
      finding.file = static_cast<std::uint32_t>(place - files.begin());
    }
  }
  findings.files = std::move(files);
}

std::vector<Entry> entries_of(const Found& found) {
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < found.assessment.findings.all.size(); ++i)
    entries.push_back({found.assessment.findings.all[i], found.assessment.assessed[i].presence,
                       found.assessment.assessed[i].unplaced});
  return entries;
}

void put_back(std::vector<Entry> entries, Found& found) {
  Assessment& it = found.assessment;
  std::ranges::stable_sort(entries, {}, [](const Entry& entry) { return entry.finding.id; });
  it.findings.all.clear();
  it.assessed.clear();
  for (const Entry& entry : entries) {
    it.findings.all.push_back(entry.finding);
    it.assessed.push_back({.presence = entry.presence, .unplaced = entry.unplaced});
  }
}

// What the change does to the rules it is judged by, from the forge's list of files.
void add_findings_of_change(const std::string& repository, Found& found) {
  Assessment& it = found.assessment;
  ObservationTable own;
  add_control_changes(it.change, own);
  const correlate::FileIndex files(files_of(it.change));
  const correlate::Placement placement = correlate::place(own, files);
  Findings findings = correlate::find({.table = own, .files = files, .placement = placement, .repository = repository});
  const auto first_row = static_cast<Row>(it.table.size());
  const auto first_member = static_cast<std::uint32_t>(it.findings.members.size());
  add_control_changes(it.change, it.table);
  merge_files(it.findings, findings);
  std::vector<Entry> entries = entries_of(found);
  // Nothing in the result goes by the id of one of these.
  std::erase_if(entries, [&](const Entry& entry) {
    return std::ranges::binary_search(findings.all, entry.finding.id, {}, &Finding::id);
  });
  for (const Row member : findings.members) it.findings.members.push_back(first_row + member);
  for (Finding finding : findings.all) {
    finding.primary += first_row;
    finding.first_member += first_member;
    entries.push_back({.finding = finding});
  }
  put_back(std::move(entries), found);
}

// What the forge does not tell.
void add_gaps(const publish::ChangeRequest& request, Found& found) {
  if (!request.files_complete) {
    found.missing.push_back(
        fmt::format("the forge lists only {} of this change: whether it changes the rules it is judged by is not known",
                    text::count_of(request.files.size(), "file")));
  }
  const auto hidden = std::ranges::count_if(request.files, [](const auto& file) { return !file.lines_known; });
  if (hidden == 0) return;
  found.notes.push_back({Note::Level::info,
                         "forge-lines",
                         fmt::format("the forge does not show the lines of {}: where findings stand there is as the "
                                     "first stage says",
                                     text::count_of(static_cast<std::size_t>(hidden), "changed file")),
                         {}});
}

}  // namespace

Status check_belongs(const ResultFile& result, const publish::ChangeRequest& request) {
  const std::string& judged = result.change.change_head.empty() ? result.change.head : result.change.change_head;
  if (judged != request.head) {
    return error(ErrorKind::conflict,
                 fmt::format("the result is about commit {}, but the change request is at {}", judged.substr(0, 10),
                             text::printable(request.head.substr(0, 10))),
                 "a newer run publishes its own result");
  }
  return Done{};
}

void take_code_facts(const ResultFile& result, const publish::ChangeRequest& request, context::Surroundings& out) {
  // That nothing imports a package would lower a risk: only what imports it is believed.
  out.imports.clear();
  for (const auto& [question, fact] : result.imports) {
    if (fact.seen == ImportSeen::imported) out.imports.emplace(question, fact);
  }
  const ChangeSet shown = change_of(request);
  std::vector<context::ChangedFile> files;
  for (const FileChange& file : shown.files) files.push_back({.change = &file});
  out.signals = context::stronger_signals(result.signals, context::change_signals(files));
}

Assessment rejudge(ResultFile result, const publish::ChangeRequest& request, const Basis& basis) {
  Found& found = result.found;
  ChangeSet& change = found.assessment.change;
  ChangeSet shown = change_of(request);
  change.files = std::move(shown.files);
  raise_presence(result);
  add_findings_of_change(basis.settings.repository, found);
  add_gaps(request, found);
  Basis own = basis;
  own.tools_may_suppress = false;
  return judge(found, own);
}

}  // namespace gatepost::app
