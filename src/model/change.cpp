#include "model/change.hpp"

#include <algorithm>

namespace gatepost {
namespace {

template <class Accept>
bool any_hunk_within(const FileChange& file, std::uint32_t first, std::uint32_t last, Accept accept) {
  if (!file.lines_known || file.binary || file.kind == ChangeKind::added) return true;
  return std::ranges::any_of(file.hunks, [&](const Hunk& hunk) {
    if (hunk.new_count == 0 || hunk.line_endings_only || !accept(hunk)) return false;
    const bool anywhere = first == 0;
    return anywhere || (hunk.new_first <= last && first < hunk.new_first + hunk.new_count);
  });
}

// Follows a line number through the hunks; `from` and `to` choose the direction.
std::optional<std::uint32_t> follow(const FileChange& file, std::uint32_t line, std::uint32_t Hunk::* from_first,
                                    std::uint32_t Hunk::* from_count, std::uint32_t Hunk::* to_first,
                                    std::uint32_t Hunk::* to_count) {
  if (!file.lines_known || file.binary || line == 0) return std::nullopt;
  std::int64_t shift = 0;
  for (const Hunk& hunk : file.hunks) {
    const std::uint32_t count = hunk.*from_count;
    const std::uint32_t first = count == 0 ? hunk.*from_first + 1 : hunk.*from_first;
    if (line < first) break;
    if (line < first + count) {
      if (!hunk.line_endings_only) return std::nullopt;
      return hunk.*to_first + (line - first);
    }
    shift += std::int64_t{hunk.*to_count} - std::int64_t{count};
  }
  return static_cast<std::uint32_t>(line + shift);
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
  const auto found = std::ranges::lower_bound(files, path, {}, path_of);
  return found == files.end() || path.empty() || found->new_path != path ? nullptr : &*found;
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
  return any_hunk_within(file, first, std::max(first, last), [](const Hunk&) { return true; });
}

bool touches_added_lines(const FileChange& file, std::uint32_t first, std::uint32_t last) {
  return any_hunk_within(file, first, std::max(first, last), [](const Hunk& hunk) { return hunk.old_count == 0; });
}

std::optional<std::uint32_t> new_line_of(const FileChange& file, std::uint32_t old_line) {
  return follow(file, old_line, &Hunk::old_first, &Hunk::old_count, &Hunk::new_first, &Hunk::new_count);
}

std::optional<std::uint32_t> old_line_of(const FileChange& file, std::uint32_t new_line) {
  return follow(file, new_line, &Hunk::new_first, &Hunk::new_count, &Hunk::old_first, &Hunk::old_count);
}

}  // namespace gatepost
