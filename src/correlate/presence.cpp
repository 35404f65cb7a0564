#include "correlate/presence.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "model/repo_path.hpp"

namespace gatepost::correlate {
namespace {

struct DigestHash {
  std::size_t operator()(const Digest128& digest) const {
    return table_hash({reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()});
  }
};

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

// Pairs findings of head and base, each at most once. What stands on a line that the change left alone is paired by
// that line, whatever was edited around it; the rest by identity, dependencies at last by package without version.
class Matcher {
 public:
  Matcher(const PresenceInputs& head, const BaseInputs& base)
      : head_matched(head.findings.all.size()),
        base_matched(base.findings.all.size()),
        still_affected(head.findings.all.size()),
        head_(head),
        base_(base) {
    for (const FileChange& file : head.change.files) {
      if (!file.old_path.empty()) changed_.emplace(file.old_path, &file);
    }
    by_line();
    by_id([](std::size_t, std::size_t) { return true; });
    by_package();
  }

  std::vector<bool> head_matched, base_matched;
  std::vector<bool> still_affected;  // of the head: another version of the package has the same flaw

 private:
  struct Waiting {
    std::vector<std::size_t> numbers;  // of base findings
    std::size_t next = 0;
  };
  using Candidates = std::unordered_map<Digest128, Waiting, DigestHash>;

  // Engine, rule, path and line; empty when the finding has no line of code.
  static Digest128 line_key(const ObservationTable& table, const Finding& finding, std::string_view path,
                            std::uint32_t line) {
    const ObservationRow& row = table.row(finding.primary);
    if (line == 0 || is_dependency_kind(finding.kind)) return {};
    const RuleInfo& rule = table.rule_of(row);
    return Sha256()
        .field(table.text(rule.engine))
        .field(table.text(rule.id))
        .field(path)
        .field(std::uint64_t{line})
        .finish128();
  }

  // Where the head has the first line of a base finding, if the change left that line alone.
  [[nodiscard]] Digest128 line_in_head(const Finding& finding) const {
    const std::string_view path = base_.findings.path_of(finding);
    if (path.empty()) return {};
    const auto changed = changed_.find(path);
    if (changed == changed_.end()) return line_key(base_.table, finding, path, finding.range.first_line);
    const FileChange& file = *changed->second;
    if (file.new_path.empty()) return {};
    const auto line = new_line_of(file, finding.range.first_line);
    return line_key(base_.table, finding, file.new_path, line.value_or(0));
  }

  void by_line() {
    std::vector<Digest128> head_lines(head_matched.size()), base_lines(base_matched.size());
    for (std::size_t h = 0; h < head_lines.size(); ++h) {
      const Finding& finding = head_.findings.all[h];
      head_lines[h] = line_key(head_.table, finding, head_.findings.path_of(finding), finding.range.first_line);
    }
    for (std::size_t b = 0; b < base_lines.size(); ++b) base_lines[b] = line_in_head(base_.findings.all[b]);
    // Several on one line: those of the same id belong together, the others in their order.
    by_id([&](std::size_t h, std::size_t b) { return !head_lines[h].empty() && head_lines[h] == base_lines[b]; });
    Candidates candidates;
    for (std::size_t b = 0; b < base_lines.size(); ++b) {
      if (!base_matched[b] && !base_lines[b].empty()) candidates[base_lines[b]].numbers.push_back(b);
    }
    for (std::size_t h = 0; h < head_lines.size(); ++h) {
      if (!head_matched[h]) pair(h, candidates, head_lines[h]);
    }
  }

  // Those with the same id for which `also` holds. Both lists are sorted by id.
  template <class Predicate>
  void by_id(const Predicate& also) {
    for (std::size_t h = 0, b = 0; h < head_matched.size() && b < base_matched.size();) {
      const auto order = head_.findings.all[h].id <=> base_.findings.all[b].id;
      if (order == 0 && !head_matched[h] && !base_matched[b] && also(h, b)) head_matched[h] = base_matched[b] = true;
      if (order <= 0) ++h;
      if (order >= 0) ++b;
    }
  }

  void by_package() {
    Candidates candidates;
    for (std::size_t b = 0; b < base_matched.size(); ++b) {
      if (base_matched[b]) continue;
      const Digest128 package = base_.base_identifier.package_key(base_.findings.all[b].primary);
      if (!package.empty()) candidates[package].numbers.push_back(b);
    }
    for (std::size_t h = 0; h < head_matched.size(); ++h) {
      if (head_matched[h]) continue;
      still_affected[h] = pair(h, candidates, base_.head_identifier.package_key(head_.findings.all[h].primary));
    }
  }

  // Takes the next of the base's candidates with this key.
  bool pair(std::size_t h, Candidates& candidates, const Digest128& key) {
    const auto found = key.empty() ? candidates.end() : candidates.find(key);
    if (found == candidates.end() || found->second.next == found->second.numbers.size()) return false;
    head_matched[h] = base_matched[found->second.numbers[found->second.next++]] = true;
    return true;
  }

  const PresenceInputs& head_;
  const BaseInputs& base_;
  std::unordered_map<std::string_view, const FileChange*> changed_;
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
Presence presence_of_known(const LinePresence& lines, const ObservationTable& table, const Finding& finding, bool moved,
                           bool still_affected) {
  const ObservationRow& row = table.row(finding.primary);
  const ObservationDetail* const detail = table.detail_of(row);
  const bool value_known = detail != nullptr && detail->secret && !detail->secret->id.empty();
  const bool new_line = lines.is_new_place({row.path, row.range, TextId::none});
  if (finding.kind == Kind::secret && !value_known && new_line) return Presence::introduced;
  if (lines.has_new_place(row)) return Presence::worsened;
  if (still_affected || lines.is_touched(row)) return Presence::touched;
  return moved ? Presence::moved : Presence::unrelated;
}

// Of one that the base report does not have. A package that the change did not touch cannot have got its flaw from it:
// the advisory is news.
Presence presence_of_new(const LinePresence& lines, const Finding& finding, bool looked_at_base) {
  const Presence by_lines = lines.of(finding);
  if (!looked_at_base) return by_lines;
  const bool news = is_dependency_kind(finding.kind) && finding.file != Finding::kNoFile;
  return news && by_lines == Presence::unrelated ? Presence::external : Presence::introduced;
}

}  // namespace

Comparison compare_with_base(const PresenceInputs& inputs, const BaseInputs& base) {
  const LinePresence lines(inputs);
  const Matcher pairs(inputs, base);
  Comparison result;
  for (std::size_t h = 0; h < inputs.findings.all.size(); ++h) {
    const Finding& finding = inputs.findings.all[h];
    const bool moved = base.was_renamed(inputs.findings.path_of(finding));
    result.head.push_back(pairs.head_matched[h]
                              ? presence_of_known(lines, inputs.table, finding, moved, pairs.still_affected[h])
                              : presence_of_new(lines, finding, base.engine_ran_on_base(finding.primary)));
  }
  for (std::size_t b = 0; b < base.findings.all.size(); ++b) {
    if (pairs.base_matched[b]) continue;
    const bool ran = base.engine_ran_on_head(base.findings.all[b].primary);
    result.gone.push_back({static_cast<std::uint32_t>(b), ran ? Presence::fixed : Presence::not_evaluated});
  }
  return result;
}

}  // namespace gatepost::correlate
