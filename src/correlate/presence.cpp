#include "correlate/presence.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/hash.hpp"

namespace gatepost::correlate {
namespace {

struct DigestHash {
  std::size_t operator()(const Digest128& digest) const {
    return table_hash({reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()});
  }
};

class LinePresence {
 public:
  explicit LinePresence(const PresenceInputs& inputs) : in_(inputs) {
    for (const FileChange& file : inputs.change.files) {
      if (!file.new_path.empty()) changed_.emplace(file.new_path, &file);
    }
  }

  Presence of(const Finding& finding) const {
    if (in_.change.base_source == BaseSource::none) return Presence::introduced;
    const ObservationRow& row = in_.table.row(finding.primary);
    if (is_dependency_kind(finding.kind)) return of_dependency(finding);
    const FileChange* const file = change_of(row.path);
    const Range& range = row.range;
    // A finding about a file as a whole is new with the file; any other change of the file touches it.
    const bool line_matters = range.first_line != 0 || (file != nullptr && file->kind == ChangeKind::added);
    if (file != nullptr && line_matters && touches_new_lines(*file, range.first_line, range.first_line))
      return Presence::introduced;
    for (const StoredLocation& step : in_.table.locations(row.flow)) {
      const FileChange* const changed = change_of(step.path);
      if (changed != nullptr && touches_added_lines(*changed, step.range.first_line, step.range.last_line)) {
        return Presence::introduced;
      }
    }
    return is_touched(row) ? Presence::touched : Presence::unrelated;
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

  Presence of_dependency(const Finding& finding) const {
    const ObservationRow& row = in_.table.row(finding.primary);
    const FileChange* const manifest = change_of(row.path);
    if (manifest == nullptr) return Presence::unrelated;
    switch (in_.package_change(finding.primary)) {
      case PackageChange::changed:
        return Presence::introduced;
      case PackageChange::unchanged:
        return Presence::unrelated;
      case PackageChange::unknown:
        break;
    }
    // The scanner's own line, when it has one: tools write 1 for "somewhere in this file".
    const bool has_line = row.range.first_line > 1 || row.range.last_line > row.range.first_line;
    if (has_line) {
      return touches_new_lines(*manifest, row.range.first_line, row.range.last_line) ? Presence::introduced
                                                                                     : Presence::unrelated;
    }
    return manifest->kind == ChangeKind::added ? Presence::introduced : Presence::touched;
  }

  const PresenceInputs& in_;
  std::unordered_map<std::string_view, const FileChange*> changed_;
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
    by_id();
    by_package();
  }

  std::vector<bool> head_matched, base_matched;
  std::vector<bool> still_affected;  // of the head: another version of the package has the same flaw

 private:
  using Numbers = std::unordered_map<Digest128, std::vector<std::size_t>, DigestHash>;

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
    Numbers lines;
    for (std::size_t b = 0; b < base_matched.size(); ++b) {
      const Digest128 key = line_in_head(base_.findings.all[b]);
      if (!key.empty()) lines[key].push_back(b);
    }
    for (std::size_t h = 0; h < head_matched.size(); ++h) {
      const Finding& finding = head_.findings.all[h];
      const Digest128 key = line_key(head_.table, finding, head_.findings.path_of(finding), finding.range.first_line);
      if (const auto found = lines.find(key); found != lines.end()) pair(h, found->second);
    }
  }

  void by_id() {
    // Both are sorted by id.
    for (std::size_t h = 0, b = 0; h < head_matched.size() && b < base_matched.size();) {
      const auto order = head_.findings.all[h].id <=> base_.findings.all[b].id;
      if (order == 0 && !head_matched[h] && !base_matched[b]) head_matched[h] = base_matched[b] = true;
      if (order <= 0) ++h;
      if (order >= 0) ++b;
    }
  }

  void by_package() {
    Numbers packages;
    for (std::size_t b = 0; b < base_matched.size(); ++b) {
      if (base_matched[b]) continue;
      const Digest128 package = base_.base_identifier.package_key(base_.findings.all[b].primary);
      if (!package.empty()) packages[package].push_back(b);
    }
    for (std::size_t h = 0; h < head_matched.size(); ++h) {
      if (head_matched[h]) continue;
      const Digest128 package = base_.head_identifier.package_key(head_.findings.all[h].primary);
      const auto found = package.empty() ? packages.end() : packages.find(package);
      if (found != packages.end()) still_affected[h] = pair(h, found->second);
    }
  }

  // Takes one of the base's candidates, the one of the same id if there is one.
  bool pair(std::size_t h, std::vector<std::size_t>& candidates) {
    if (candidates.empty()) return false;
    const FindingId id = head_.findings.all[h].id;
    auto chosen = std::ranges::find_if(candidates, [&](std::size_t b) { return base_.findings.all[b].id == id; });
    if (chosen == candidates.end()) chosen = candidates.begin();
    head_matched[h] = base_matched[*chosen] = true;
    candidates.erase(chosen);
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

Comparison compare_with_base(const PresenceInputs& inputs, const BaseInputs& base) {
  const LinePresence lines(inputs);
  const Matcher pairs(inputs, base);
  Comparison result;
  for (std::size_t h = 0; h < inputs.findings.all.size(); ++h) {
    const Finding& finding = inputs.findings.all[h];
    const ObservationRow& row = inputs.table.row(finding.primary);
    if (pairs.head_matched[h]) {
      const bool touched = pairs.still_affected[h] || lines.is_touched(row);
      const bool moved = base.was_renamed(inputs.findings.path_of(finding));
      result.head.push_back(touched ? Presence::touched : moved ? Presence::moved : Presence::unrelated);
    } else {
      // A package that the change did not touch cannot have got its flaw from it: the advisory is news.
      const bool news = is_dependency_kind(finding.kind) && finding.file != Finding::kNoFile &&
                        lines.of(finding) == Presence::unrelated;
      result.head.push_back(news ? Presence::external : Presence::introduced);
    }
  }
  for (std::size_t b = 0; b < base.findings.all.size(); ++b) {
    if (pairs.base_matched[b]) continue;
    const bool ran = base.engine_ran_on_head(base.findings.all[b].primary);
    result.gone.push_back({static_cast<std::uint32_t>(b), ran ? Presence::fixed : Presence::not_evaluated});
  }
  return result;
}

}  // namespace gatepost::correlate
