#include "model/change.hpp"

#include <algorithm>

namespace gatepost {
namespace {

// True when no line of the new file can be said to be the same as before.
bool all_lines_changed(const FileChange& file) {
  const bool other_bytes = file.binary && (file.kind != ChangeKind::renamed || file.similarity < 100);
  const bool other_type = file.kind == ChangeKind::type_changed && file.hunks.empty();
  if (file.kind == ChangeKind::deleted) return false;  // there is no new file
  return file.kind == ChangeKind::added || !file.lines_known || other_bytes || other_type;
}

bool overlaps(const Hunk& hunk, std::uint32_t first, std::uint32_t last) {
  return hunk.new_count > 0 && hunk.new_first <= last && first < std::uint64_t{hunk.new_first} + hunk.new_count;
}

// Hunks are in the order of their lines; one that only removes lines stands behind the line before them.
template <class Accept>
bool touches(const FileChange& file, std::uint32_t first, std::uint32_t last, Accept accept) {
  if (all_lines_changed(file)) return true;
  const auto counts = [&](const Hunk& hunk) { return !hunk.line_endings_only && accept(hunk); };
  if (first == 0) return std::ranges::any_of(file.hunks, counts);
  last = std::max(first, last);
  const auto ends_before = [&](const Hunk& hunk) {
    return std::uint64_t{hunk.new_first} + std::max(hunk.new_count, 1U) <= first;
  };
  for (auto hunk = std::ranges::partition_point(file.hunks, ends_before);
       hunk != file.hunks.end() && hunk->new_first <= last; ++hunk) {
    if (overlaps(*hunk, first, last) && counts(*hunk)) return true;
  }
  return false;
}

std::string_view path_of(const FileChange& file) { return file.new_path.empty() ? file.old_path : file.new_path; }

}  // namespace

void ChangeSet::sort() { std::ranges::stable_sort(files, {}, path_of); }

const FileChange* ChangeSet::find_new(std::string_view path) const {
  for (const FileChange& file : std::ranges::equal_range(files, path, {}, path_of)) {
    if (file.new_path == path && !path.empty()) return &file;
  }
  return nullptr;
}

bool touches_new_lines(const FileChange& file, std::uint32_t first, std::uint32_t last) {
  return touches(file, first, last, [](const Hunk&) { return true; });
}

bool touches_added_lines(const FileChange& file, std::uint32_t first, std::uint32_t last) {
  return touches(file, first, last, [](const Hunk& hunk) { return hunk.old_count == 0; });
}

std::optional<std::uint32_t> new_line_of(const FileChange& file, std::uint32_t old_line) {
  if (old_line == 0 || file.kind == ChangeKind::deleted || all_lines_changed(file)) return std::nullopt;
  std::int64_t shift = 0;
  for (const Hunk& hunk : file.hunks) {
    const std::uint32_t first = hunk.old_count == 0 ? hunk.old_first + 1 : hunk.old_first;
    if (old_line < first) break;
    if (old_line < std::uint64_t{first} + hunk.old_count) {
      if (!hunk.line_endings_only) return std::nullopt;
      return hunk.new_first + (old_line - first);
    }
    shift += std::int64_t{hunk.new_count} - std::int64_t{hunk.old_count};
  }
  return static_cast<std::uint32_t>(std::int64_t{old_line} + shift);
}

}  // namespace gatepost
