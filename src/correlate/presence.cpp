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

// Pairs findings of head and base: first by identity, then dependencies by package without version.
struct Pairs {
  std::vector<bool> head_matched, base_matched, still_affected;
};

Pairs match(const PresenceInputs& head, const BaseInputs& base) {
  Pairs pairs{std::vector<bool>(head.findings.all.size()), std::vector<bool>(base.findings.all.size()),
              std::vector<bool>(head.findings.all.size())};
  // Both are sorted by id.
  for (std::size_t h = 0, b = 0; h < head.findings.all.size() && b < base.findings.all.size();) {
    const auto order = head.findings.all[h].id <=> base.findings.all[b].id;
    if (order == 0) pairs.head_matched[h] = pairs.base_matched[b] = true;
    if (order <= 0) ++h;
    if (order >= 0) ++b;
  }
  std::unordered_map<Digest128, std::vector<std::size_t>, DigestHash> by_package;
  for (std::size_t b = 0; b < base.findings.all.size(); ++b) {
    const Digest128 package =
        pairs.base_matched[b] ? Digest128{} : base.base_identifier.package_key(base.findings.all[b].primary);
    if (!package.empty()) by_package[package].push_back(b);
  }
  for (std::size_t h = 0; h < head.findings.all.size(); ++h) {
    const Digest128 package =
        pairs.head_matched[h] ? Digest128{} : base.head_identifier.package_key(head.findings.all[h].primary);
    const auto found = package.empty() ? by_package.end() : by_package.find(package);
    if (found == by_package.end() || found->second.empty()) continue;
    pairs.base_matched[found->second.back()] = true;
    pairs.head_matched[h] = pairs.still_affected[h] = true;
    found->second.pop_back();
  }
  return pairs;
}

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
  const Pairs pairs = match(inputs, base);
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
