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

// Follows a line number through the hunks; `from` and `to` choose the direction.
std::optional<std::uint32_t> follow(const FileChange& file, std::uint32_t line, std::uint32_t Hunk::* from_first,
                                    std::uint32_t Hunk::* from_count, std::uint32_t Hunk::* to_first,
                                    std::uint32_t Hunk::* to_count) {
  if (line == 0 || file.kind == ChangeKind::deleted || all_lines_changed(file)) return std::nullopt;
  std::int64_t shift = 0;
  for (const Hunk& hunk : file.hunks) {
    const std::uint32_t count = hunk.*from_count;
    const std::uint32_t first = count == 0 ? hunk.*from_first + 1 : hunk.*from_first;
    if (line < first) break;
    if (line < std::uint64_t{first} + count) {
      if (!hunk.line_endings_only) return std::nullopt;
      return hunk.*to_first + (line - first);
    }
    shift += std::int64_t{hunk.*to_count} - std::int64_t{count};
  }
  return static_cast<std::uint32_t>(std::int64_t{line} + shift);
}

std::string_view path_of(const FileChange& file) { return file.new_path.empty() ? file.old_path : file.new_path; }

}  // namespace

void ChangeSet::sort() {
  std::ranges::stable_sort(files, {}, path_of);
  renamed.clear();
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    if (files[i].kind == ChangeKind::renamed) renamed.push_back(i);
  }
  std::ranges::sort(renamed, {}, [&](std::uint32_t i) -> const std::string& { return files[i].old_path; });
}

const FileChange* ChangeSet::find_new(std::string_view path) const {
  for (const FileChange& file : std::ranges::equal_range(files, path, {}, path_of)) {
    if (file.new_path == path && !path.empty()) return &file;
  }
  return nullptr;
}

const FileChange* ChangeSet::find_old(std::string_view path) const {
  if (path.empty()) return nullptr;
  const auto found = std::ranges::lower_bound(files, path, {}, path_of);
  if (found != files.end() && found->old_path == path) return &*found;
  const auto old_path = [&](std::uint32_t i) { return std::string_view(files[i].old_path); };
  const auto moved = std::ranges::lower_bound(renamed, path, {}, old_path);
  return moved == renamed.end() || old_path(*moved) != path ? nullptr : &files[*moved];
}

bool touches_new_lines(const FileChange& file, std::uint32_t first, std::uint32_t last) {
  return touches(file, first, last, [](const Hunk&) { return true; });
}

bool touches_added_lines(const FileChange& file, std::uint32_t first, std::uint32_t last) {
  return touches(file, first, last, [](const Hunk& hunk) { return hunk.old_count == 0; });
}

std::optional<std::uint32_t> new_line_of(const FileChange& file, std::uint32_t old_line) {
  return follow(file, old_line, &Hunk::old_first, &Hunk::old_count, &Hunk::new_first, &Hunk::new_count);
}

std::optional<std::uint32_t> old_line_of(const FileChange& file, std::uint32_t new_line) {
  return follow(file, new_line, &Hunk::new_first, &Hunk::new_count, &Hunk::old_first, &Hunk::old_count);
}

}  // namespace gatepost
