#include "correlate/presence.hpp"

#include <algorithm>
#include <compare>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "correlate/match.hpp"
#include "model/purl.hpp"
#include "model/repo_path.hpp"
#include "model/version.hpp"

namespace gatepost::correlate {
namespace {

constexpr std::uint32_t kLinesOfStatement = 10;  // a longer range is a function, a resource or a file

std::string_view last_segment(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// "a.c" is the end of "src/a.c".
bool is_end_of(std::string_view end, std::string_view path) {
  return path.size() > end.size() && path.ends_with(end) && path[path.size() - end.size() - 1] == '/';
}

class LinePresence {
 public:
  explicit LinePresence(const PresenceInputs& inputs) : in_(inputs) {
    for (const FileChange& file : inputs.change.files) {
      if (file.new_path.empty()) continue;
      changed_.emplace(file.new_path, &file);
      std::string path = normalise_reported_path(text::strip_controls(file.new_path), true);
      const std::string name(last_segment(path));
      by_name_[name].push_back({&file, std::move(path)});
    }
  }

  Presence of(const Finding& finding) const {
    if (in_.change.base_source == BaseSource::none) return Presence::existing;
    const ObservationRow& row = in_.table.row(finding.primary);
    if (in_.placement.file_of(row.path) == Placement::kNoFile) return of_unplaced(finding, row);
    if (is_dependency_kind(finding.kind)) return of_dependency(finding);
    const FileChange* const file = change_of(row.path);
    if (file != nullptr && in_.line_is_doubtful && in_.line_is_doubtful(finding.primary)) return Presence::introduced;
    const StoredLocation place{row.path, row.range, TextId::none};
    if (is_new_place(place) || has_new_place(row) || may_mean_edited_file(finding, row)) return Presence::introduced;
    const bool statement = row.range.first_line != 0 && row.range.last_line - row.range.first_line < kLinesOfStatement;
    if (statement && touches(place)) return Presence::introduced;
    const auto edited = [&](const StoredLocation& step) { return touches(step); };
    if (std::ranges::any_of(in_.table.locations(row.flow), edited)) return Presence::introduced;
    return is_touched(row) ? Presence::touched : Presence::unrelated;
  }

  // A reported path that is not the whole path of a file may mean another one than the file that it fits best, and so
  // may one that is the end of a longer path, or that tools spell differently from git. Names are the author's to
  // choose: when such a file was edited at the finding's line, that is the one.
  bool may_mean_edited_file(const Finding& finding, const ObservationRow& row) const {
    const std::string reported = normalise_reported_path(in_.table.text(row.path), true);
    const auto named = by_name_.find(std::string(last_segment(reported)));
    if (named == by_name_.end() || row.range.first_line == 0) return false;
    const std::string_view placed = in_.findings.path_of(finding);
    return std::ranges::any_of(named->second, [&](const Named& other) {
      const bool may_be_meant = other.path == reported || is_end_of(reported, other.path) ||
                                (reported != placed && is_end_of(other.path, reported));
      return other.file->new_path != placed && may_be_meant &&
             touches_new_lines(*other.file, row.range.first_line, row.range.first_line);
    });
  }

  // True when the place begins on a new or edited line. A finding about a file as a whole is new with the file; any
  // other change of the file touches it.
  bool is_new_place(const StoredLocation& place) const {
    const FileChange* const file = change_of(place.path);
    if (file == nullptr) return false;
    const bool line_matters = place.range.first_line != 0 || file->kind == ChangeKind::added;
    return line_matters && touches_new_lines(*file, place.range.first_line, place.range.first_line);
  }

  // True for a further place of the finding, beside the first.
  bool has_new_place(const ObservationRow& row) const {
    const ObservationDetail* const detail = in_.table.detail_of(row);
    return detail != nullptr && std::ranges::any_of(detail->locations, [&](const StoredLocation& place) {
             const bool first = place.path == row.path && place.range.first_line == row.range.first_line;
             return !first && is_new_place(place);
           });
  }

  // True when the change edits any line of any of the finding's places.
  bool is_touched(const ObservationRow& row) const {
    if (touches({row.path, row.range, TextId::none})) return true;
    const auto touched = [&](const StoredLocation& location) { return touches(location); };
    if (std::ranges::any_of(in_.table.locations(row.flow), touched)) return true;
    const ObservationDetail* const detail = in_.table.detail_of(row);
    return detail != nullptr &&
           (std::ranges::any_of(detail->locations, touched) || std::ranges::any_of(detail->related, touched));
  }

  const FileChange* change_of(TextId path) const {
    const std::uint32_t file = in_.placement.file_of(path);
    if (file == Placement::kNoFile) return nullptr;
    const auto found = changed_.find(in_.findings.files[file]);
    return found == changed_.end() ? nullptr : found->second;
  }

 private:
  bool touches(const StoredLocation& location) const {
    const FileChange* const file = change_of(location.path);
    return file != nullptr && touches_new_lines(*file, location.range.first_line, location.range.last_line);
  }

  // In no file of the commit, or in one of several: what the change has to do with it is not known, unless it adds the
  // package or edits that line of a file with that name.
  Presence of_unplaced(const Finding& finding, const ObservationRow& row) const {
    if (is_dependency_kind(finding.kind)) {
      return in_.package_change(finding.primary) == PackageChange::changed ? Presence::introduced : Presence::touched;
    }
    const auto named =
        by_name_.find(std::string(last_segment(normalise_reported_path(in_.table.text(row.path), true))));
    const bool may_be_new = named != by_name_.end() && std::ranges::any_of(named->second, [&](const Named& other) {
                              return touches_new_lines(*other.file, row.range.first_line, row.range.first_line);
                            });
    return may_be_new ? Presence::introduced : Presence::touched;
  }

  Presence of_dependency(const Finding& finding) const {
    switch (in_.package_change(finding.primary)) {
      case PackageChange::changed:
        return Presence::introduced;
      case PackageChange::unchanged:
        return Presence::unrelated;
      case PackageChange::unknown:
        break;
    }
    const ObservationRow& row = in_.table.row(finding.primary);
    const FileChange* const manifest = change_of(row.path);
    if (manifest == nullptr) return Presence::unrelated;
    // The scanner's own line, when it has one: tools write 1 for "somewhere in this file".
    const bool has_line = row.range.first_line > 1 || row.range.last_line > row.range.first_line;
    if (has_line && !touches_new_lines(*manifest, row.range.first_line, row.range.last_line)) return Presence::touched;
    return Presence::introduced;
  }

  const PresenceInputs& in_;
  struct Named {
    const FileChange* file = nullptr;
    std::string path;  // as a report would have it
  };
  std::unordered_map<std::string_view, const FileChange*> changed_;
  std::unordered_map<std::string, std::vector<Named>> by_name_;  // changed files by their last segment
};

// Numbers for the versions of a package in both scans, in their order, so that of several the nearest belong together.
// Versions that nobody can order come last, by their text.
class VersionPlaces {
 public:
  VersionPlaces(const ObservationTable& head, const ObservationTable& base) {
    std::map<Package, std::vector<std::string_view>> versions;
    for (const ObservationTable* const table : {&head, &base}) {
      std::unordered_set<std::uint32_t> seen;
      for (Row row = 0; row < table->size(); ++row) {
        const StoredComponent* const component = table->component_of(table->row(row));
        if (component == nullptr || !seen.insert(table->row(row).component).second) continue;
        versions[key(*table, *component)].emplace_back(table->text(component->version));
      }
    }
    for (auto& [package, all] : versions) {
      order(package.first, all);
      auto& places = places_[package];
      for (const std::string_view version : all) places.emplace(version, static_cast<std::uint32_t>(places.size() + 1));
    }
  }

  std::uint32_t of(const ObservationTable& table, const StoredComponent& component) const {
    return places_.at(key(table, component)).at(table.text(component.version));
  }

 private:
  using Package = std::pair<std::string_view, std::string_view>;  // type of the purl, name

  static Package key(const ObservationTable& table, const StoredComponent& component) {
    return {purl_type(table.text(component.purl)), table.text(component.package)};
  }

  static void order(std::string_view type, std::vector<std::string_view>& versions) {
    std::ranges::sort(versions);
    const auto twice = std::ranges::unique(versions);
    versions.erase(twice.begin(), twice.end());
    const auto scheme = version_scheme_of(type);
    if (!scheme || versions.size() > kMostOrdered) return;
    const auto known = [&](std::string_view it) { return compare_versions(*scheme, it, it).has_value(); };
    const auto others = std::ranges::stable_partition(versions, known);
    std::ranges::stable_sort(versions.begin(), others.begin(), [&](std::string_view a, std::string_view b) {
      return compare_versions(*scheme, a, b) == std::weak_ordering::less;
    });
  }

  static constexpr std::size_t kMostOrdered = 1000;  // more versions of one package are a stranger's doing
  std::map<Package, std::unordered_map<std::string_view, std::uint32_t>> places_;
};

// Numbers for texts, the same for both sides.
class Numbers {
 public:
  std::uint32_t of(std::string_view text) {
    return numbers_.try_emplace(std::string(text), static_cast<std::uint32_t>(numbers_.size())).first->second;
  }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

// Findings of head and base as matching sees them.
class Records {
 public:
  Records(const PresenceInputs& head, const BaseInputs& base)
      : head_(head), base_(base), lines_(head.change), versions_(head.table, base.table) {
    for (const FileChange& file : head.change.files) {
      if (!file.old_path.empty()) changed_.insert(file.old_path);
    }
    for (const Finding& finding : base.findings.all) base_records.push_back(of_base(finding));
    for (const Finding& finding : head.findings.all) head_records.push_back(of_head(finding));
  }

  [[nodiscard]] Side base_side() const { return side(base_records, base_.findings, base_.base_identifier); }
  [[nodiscard]] Side head_side() const { return side(head_records, head_.findings, base_.head_identifier); }
  std::uint16_t engine(std::string_view name) {
    return static_cast<std::uint16_t>(std::min<std::uint32_t>(engines_.of(name), 0xFFFF));  // names are a stranger's
  }

  std::vector<Record> base_records, head_records;

 private:
  static Side side(std::span<const Record> records, const Findings& findings, Identifier& identifier) {
    return {records, [&](Key key, std::uint32_t i) { return identifier.match_key(key, findings.all[i].primary); },
            [&](std::uint32_t i, std::vector<std::uint64_t>& out) {
              const auto words = identifier.words(findings.all[i].primary);
              out.assign(words.begin(), words.end());
            }};
  }

  Record record(const ObservationTable& table, const Finding& finding, const Identifier& identifier) {
    const ObservationRow& row = table.row(finding.primary);
    const Category category = identifier.category(finding.primary);
    const std::uint32_t at =
        category == Category::package ? versions_.of(table, *table.component_of(row)) : finding.range.first_line;
    return {.id = finding.id.digest,
            .line = at,
            .expected = at,
            .file = files_.of(identifier.path_of(row)),
            .engine = engine(table.text(table.rule_of(row).engine)),
            .category = category,
            .no_code = identifier.lacks_code(finding.primary)};
  }

  Record of_base(const Finding& finding) {
    Record it = record(base_.table, finding, base_.base_identifier);
    const std::string_view path = base_.findings.path_of(finding);
    it.renamed = lines_.head_path(path) != path;
    if (it.category == Category::package) {
      const bool left_alone = !path.empty() && !changed_.contains(path);
      it.state = left_alone ? LineState::kept : LineState::unknown;
      return it;
    }
    const LineMap::Place place = lines_.of_base(path, it.line);
    it.expected = place.line;
    it.state = place.state;
    it.hunk = place.hunk;
    return it;
  }

  Record of_head(const Finding& finding) {
    Record it = record(head_.table, finding, base_.head_identifier);
    if (it.category == Category::package) return it;
    const LineMap::Place place = lines_.of_head(head_.findings.path_of(finding), it.line);
    it.state = place.state;
    it.hunk = place.hunk;
    return it;
  }

  const PresenceInputs& head_;
  const BaseInputs& base_;
  LineMap lines_;
  VersionPlaces versions_;
  std::unordered_set<std::string_view> changed_;  // files of the base
  Numbers files_, engines_;
};

}  // namespace

PackageChange package_change(std::span<const std::uint32_t> lines, const FileChange& manifest) {
  if (lines.empty()) return PackageChange::unknown;
  const bool changed =
      std::ranges::any_of(lines, [&](std::uint32_t line) { return touches_new_lines(manifest, line, line); });
  return changed ? PackageChange::changed : PackageChange::unchanged;
}

std::vector<Presence> presence_by_lines(const PresenceInputs& inputs) {
  const LinePresence lines(inputs);
  std::vector<Presence> presence;
  presence.reserve(inputs.findings.all.size());
  for (const Finding& finding : inputs.findings.all) presence.push_back(lines.of(finding));
  return presence;
}

namespace {

// Of a finding that the base has.
Presence known(const LinePresence& lines, const ObservationTable& table, const Finding& finding,
               const BaseMatch& match) {
  const ObservationRow& row = table.row(finding.primary);
  const ObservationDetail* const detail = table.detail_of(row);
  const bool value_known = detail != nullptr && detail->secret && !detail->secret->id.empty();
  const bool new_line = lines.is_new_place({row.path, row.range, TextId::none});
  if (!keeps_decisions(match.stage, match.similarity)) return Presence::introduced;
  if (finding.kind == Kind::secret && !value_known && new_line) return Presence::introduced;
  if (lines.has_new_place(row)) return Presence::worsened;
  if (match.event == MatchEvent::still_affected || lines.is_touched(row)) return Presence::touched;
  return match.event == MatchEvent::moved ? Presence::moved : Presence::unrelated;
}

// Of one that the base report does not have. A package that the change did not touch cannot have got its flaw from it:
// the advisory is news.
Presence presence_of_new(const LinePresence& lines, const Finding& finding, bool looked_at_base) {
  const Presence by_lines = lines.of(finding);
  if (!looked_at_base) return by_lines;
  const bool news = is_dependency_kind(finding.kind) && finding.file != Finding::kNoFile;
  return news && by_lines == Presence::unrelated ? Presence::external : Presence::introduced;
}

// The versions of each engine that has a report of its own.
using Versions = std::map<std::string, std::set<std::string>, std::less<>>;
Versions versions_of(const ObservationTable& table) {
  Versions versions;
  for (const ReportInfo& report : table.reports()) {
    if (report.engines.size() != 1) continue;
    for (const ToolInfo& tool : report.tools) {
      if (!tool.version.empty()) versions[report.engines[0]].insert(tool.version);
    }
  }
  return versions;
}

// Engines that report too little, or look for other things by now.
std::vector<Comparison::Doubt> doubts(const PresenceInputs& head, const BaseInputs& base, Records& records,
                                      std::span<const std::uint32_t> vanished) {
  std::map<std::uint16_t, std::string_view> names;
  for (const Finding& finding : base.findings.all) {
    const std::string_view name = base.table.text(base.table.rule_of(base.table.row(finding.primary)).engine);
    names.emplace(records.engine(name), name);
  }
  const Versions before = versions_of(base.table), after = versions_of(head.table);
  std::vector<Comparison::Doubt> out;
  for (const EngineLoss& loss : losses(records.base_records, vanished)) {
    const std::string_view name = names[loss.engine];
    const auto was = before.find(name), is = after.find(name);
    const bool other = was != before.end() && is != after.end() && was->second != is->second;
    if (loss.suspicious() || (other && loss.vanished > 0)) {
      out.push_back({std::string(name), loss.base, loss.vanished, other});
    }
  }
  std::ranges::sort(out, {}, &Comparison::Doubt::engine);
  return out;
}

void add_gone(const PresenceInputs& head, const BaseInputs& base, Records& records, std::span<const std::uint32_t> gone,
              Comparison& result) {
  std::vector<std::uint32_t> vanished;
  for (const std::uint32_t b : gone) {
    const bool left_alone = records.base_records[b].state == LineState::kept;
    if (left_alone && base.engine_ran_on_head(base.findings.all[b].primary)) vanished.push_back(b);
  }
  result.doubts = doubts(head, base, records, vanished);
  std::set<std::uint16_t> doubtful;
  for (const Comparison::Doubt& doubt : result.doubts) doubtful.insert(records.engine(doubt.engine));
  for (const std::uint32_t b : gone) {
    const Record& record = records.base_records[b];
    const bool certain = record.state != LineState::kept || !doubtful.contains(record.engine);
    const bool fixed = certain && base.engine_ran_on_head(base.findings.all[b].primary);
    result.gone.push_back({b, fixed ? Presence::fixed : Presence::not_evaluated});
  }
}

}  // namespace

std::vector<Presence> presence_of_known(const PresenceInputs& inputs, std::span<const Finding> findings,
                                        std::span<const BaseMatch> matches) {
  const LinePresence lines(inputs);
  std::vector<Presence> presence;
  presence.reserve(findings.size());
  for (std::size_t i = 0; i < findings.size(); ++i)
    presence.push_back(known(lines, inputs.table, findings[i], matches[i]));
  return presence;
}

Comparison compare_with_base(const PresenceInputs& inputs, const BaseInputs& base) {
  const LinePresence lines(inputs);
  Records records(inputs, base);
  const Matching matching = match(records.base_side(), records.head_side());
  Comparison result;
  result.head.reserve(inputs.findings.all.size());
  result.matches.resize(inputs.findings.all.size());
  auto pair = matching.pairs.begin();
  for (std::uint32_t h = 0; h < inputs.findings.all.size(); ++h) {
    const Finding& finding = inputs.findings.all[h];
    if (pair == matching.pairs.end() || pair->head != h) {
      result.head.push_back(presence_of_new(lines, finding, base.engine_ran_on_base(finding.primary)));
      continue;
    }
    result.matches[h] = {base.findings.all[pair->base].id, pair->stage, pair->event, pair->similarity, true};
    result.head.push_back(known(lines, inputs.table, finding, result.matches[h]));
    ++pair;
  }
  add_gone(inputs, base, records, matching.gone, result);
  return result;
}

}  // namespace gatepost::correlate
