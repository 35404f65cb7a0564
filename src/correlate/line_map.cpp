#include "correlate/line_map.hpp"

#include <algorithm>

namespace gatepost::correlate {
namespace {

// The number of the hunk whose lines on one side, given by `first` and `count`, contain the line.
std::uint32_t hunk_with(const FileChange& file, std::uint32_t line, std::uint32_t Hunk::* first,
                        std::uint32_t Hunk::* count) {
  const auto ends_before = [&](const Hunk& hunk) { return std::uint64_t{hunk.*first} + hunk.*count <= line; };
  const auto found = std::ranges::partition_point(file.hunks, ends_before);
  if (found == file.hunks.end()) return Record::kNoHunk;
  const Hunk& hunk = *found;
  if (hunk.*count == 0 || hunk.*first > line) return Record::kNoHunk;
  return static_cast<std::uint32_t>(found - file.hunks.begin());
}

const FileChange* find(const std::unordered_map<std::string_view, const FileChange*>& files, std::string_view path) {
  const auto found = files.find(path);
  return found == files.end() ? nullptr : found->second;
}

}  // namespace

LineMap::LineMap(const ChangeSet& change) : change_(change) {
  for (const FileChange& file : change.files) {
    if (!file.old_path.empty()) by_old_path_.emplace(file.old_path, &file);
    if (!file.new_path.empty()) by_new_path_.emplace(file.new_path, &file);
  }
}

LineMap::Place LineMap::of_base(std::string_view path, std::uint32_t line) const {
  if (line == 0 || path.empty() || change_.base_source == BaseSource::none) return {.line = line};
  const FileChange* const file = find(by_old_path_, path);
  if (file == nullptr) return {LineState::kept, line};
  if (file->kind == ChangeKind::deleted) return {LineState::edited, line};
  if (const auto kept = new_line_of(*file, line)) return {LineState::kept, *kept};
  const std::uint32_t number = hunk_with(*file, line, &Hunk::old_first, &Hunk::old_count);
  if (number == Record::kNoHunk) return {.line = line};
  const Hunk& hunk = file->hunks[number];
  const std::uint32_t within = std::min(line - hunk.old_first, std::max(hunk.new_count, 1U) - 1);
  return {LineState::edited, hunk.new_first + within, number};
}

LineMap::Place LineMap::of_head(std::string_view path, std::uint32_t line) const {
  if (line == 0 || path.empty() || change_.base_source == BaseSource::none) return {.line = line};
  const FileChange* const file = find(by_new_path_, path);
  if (file == nullptr || !touches_new_lines(*file, line, line)) return {LineState::kept, line};
  if (file->kind == ChangeKind::added) return {LineState::edited, line};
  const std::uint32_t number = hunk_with(*file, line, &Hunk::new_first, &Hunk::new_count);
  return {number == Record::kNoHunk ? LineState::unknown : LineState::edited, line, number};
}

std::string_view LineMap::head_path(std::string_view path) const {
  const FileChange* const file = find(by_old_path_, path);
  return file == nullptr || file->kind != ChangeKind::renamed ? path : std::string_view(file->new_path);
}

}  // namespace gatepost::correlate
