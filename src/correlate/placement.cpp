#include "correlate/placement.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <set>
#include <utility>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "model/repo_path.hpp"

namespace gatepost::correlate {
namespace {

constexpr std::size_t kExamples = 3;  // paths that a note names

std::string_view last_segment(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// True when `tail` is `path` or its end after a "/".
bool ends_with_path(std::string_view path, std::string_view tail) {
  if (!path.ends_with(tail)) return false;
  return path.size() == tail.size() || path[path.size() - tail.size() - 1] == '/';
}

// Only the name is told of a path from another machine.
std::string describe(const char* why, const std::set<std::string_view>& paths, const char* hint) {
  std::string examples;
  std::size_t shown = 0;
  for (const std::string_view path : paths) {
    if (shown++ == kExamples) break;
    examples.append(examples.empty() ? "" : ", ").append(text::printable(last_segment(path), 60));
  }
  if (paths.size() > kExamples) examples += ", …";
  return fmt::format("{} {} ({}); {}", text::count_of(paths.size(), "path"), why, examples, hint);
}

}  // namespace

FileIndex::FileIndex(std::vector<std::string> files)
    : files_(std::move(files)), first_(std::bit_ceil(files_.size() + 1), kNone), next_(files_.size(), kNone) {
  for (std::size_t i = files_.size(); i-- > 0;) {
    std::uint32_t& first = first_[slot_of(last_segment(files_[i]))];
    next_[i] = std::exchange(first, static_cast<std::uint32_t>(i));
  }
}

std::size_t FileIndex::slot_of(std::string_view name) const { return table_hash(name) & (first_.size() - 1); }

FileIndex::Match FileIndex::match(std::string_view path) const {
  const auto exact = std::ranges::lower_bound(files_, path);
  if (exact != files_.end() && *exact == path) return {Fit::exact, static_cast<std::uint32_t>(exact - files_.begin())};
  const std::string_view name = last_segment(path);
  if (path.empty()) return {};
  // The file whose whole path ends the reported one; the longest of several.
  const std::string* longest = nullptr;
  std::uint32_t file = 0;
  std::size_t same_name = 0, contains_path = 0;
  for (std::uint32_t candidate = first_[slot_of(name)]; candidate != kNone; candidate = next_[candidate]) {
    const std::string& known = files_[candidate];
    if (last_segment(known) != name) continue;
    ++same_name;
    if (ends_with_path(path, known) && (longest == nullptr || known.size() > longest->size())) {
      longest = &known;
      file = candidate;
    }
    if (longest == nullptr && ends_with_path(known, path)) {
      file = candidate;
      ++contains_path;
    }
  }
  if (longest != nullptr) {
    // "…/app.py" and a file app.py at the root: sure only when there is no other app.py.
    const bool name_alone = longest->find('/') == std::string::npos;
    if (name_alone && same_name > 1) return {Fit::ambiguous};
    return {Fit::suffix, file};
  }
  if (contains_path == 1) return {Fit::suffix, file};
  return {contains_path > 1 ? Fit::ambiguous : Fit::none};
}

Placement place(const ObservationTable& table, const FileIndex& index) {
  Placement placement;
  std::vector<bool> seen(table.text_count());
  std::set<std::string_view> ambiguous, unknown;
  const auto place_one = [&](TextId path) {
    const auto id = static_cast<std::uint32_t>(path);
    if (id == 0 || seen[id]) return;
    seen[id] = true;
    const FileIndex::Match match = index.match(table.text(path));
    if (match.fit == FileIndex::Fit::ambiguous) ambiguous.insert(table.text(path));
    if (match.fit == FileIndex::Fit::none) unknown.insert(table.text(path));
    const bool placed = match.fit == FileIndex::Fit::exact || match.fit == FileIndex::Fit::suffix;
    if (!placed) return;
    if (id >= placement.file_of_text.size()) placement.file_of_text.resize(id + 1, Placement::kNoFile);
    placement.file_of_text[id] = match.file;
  };
  for (Row row = 0; row < table.size(); ++row) {
    const ObservationRow& seen_row = table.row(row);
    place_one(seen_row.path);
    for (const StoredLocation& step : table.locations(seen_row.flow)) place_one(step.path);
    if (const ObservationDetail* detail = table.detail_of(seen_row)) {
      for (const StoredLocation& location : detail->locations) place_one(location.path);
      for (const StoredLocation& location : detail->related) place_one(location.path);
    }
  }
  if (!ambiguous.empty()) {
    placement.notes.push_back({Note::Level::warning,
                               "ambiguous-path",
                               describe("could be several files of the repository", ambiguous,
                                        "let the scanner run in the repository's root, or write full paths"),
                               {}});
  }
  if (!unknown.empty()) {
    placement.notes.push_back({Note::Level::info,
                               "unknown-path",
                               describe("not a file of the repository", unknown,
                                        "without a report of the base nobody knows whether findings there are new"),
                               {}});
  }
  return placement;
}

}  // namespace gatepost::correlate
