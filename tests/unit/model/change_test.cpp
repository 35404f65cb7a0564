#include "model/change.hpp"

#include <doctest/doctest.h>

using namespace gatepost;

namespace {

// Old lines 1 to 10; line 3 replaced by two, lines 5 and 6 with other endings, one line added after 8, line 10 deleted.
FileChange edited() {
  return {.kind = ChangeKind::modified,
          .old_path = "a",
          .new_path = "a",
          .hunks = {{3, 1, 3, 2, false}, {5, 2, 6, 2, true}, {8, 0, 10, 1, false}, {10, 1, 11, 0, false}}};
}

FileChange renamed(const std::string& from, const std::string& to) {
  return {.kind = ChangeKind::renamed, .old_path = from, .new_path = to};
}

}  // namespace

TEST_CASE("change: an unchanged line keeps its identity across the hunks, a changed one has none") {
  const FileChange file = edited();
  struct Case {
    std::uint32_t old_line;
    std::optional<std::uint32_t> new_line;
  };
  for (const Case& it : {Case{1, 1}, Case{2, 2}, Case{3, {}}, Case{4, 5}, Case{5, 6}, Case{6, 7}, Case{7, 8},
                         Case{8, 9}, Case{9, 11}, Case{10, {}}, Case{11, 12}, Case{0, {}}}) {
    CAPTURE(it.old_line);
    CHECK(new_line_of(file, it.old_line) == it.new_line);
    if (it.new_line) CHECK(old_line_of(file, *it.new_line) == it.old_line);
  }
  for (const std::uint32_t added : {3U, 4U, 10U}) CHECK_FALSE(old_line_of(file, added));
}

TEST_CASE("change: lines count as touched when they were added or replaced, not for their endings") {
  const FileChange file = edited();
  CHECK(touches_new_lines(file, 4, 4));
  CHECK(touches_new_lines(file, 1, 3));
  CHECK_FALSE(touches_new_lines(file, 5, 9));
  CHECK(touches_new_lines(file, 5, 10));
  CHECK_FALSE(touches_new_lines(file, 11, 99));
  CHECK(touches_new_lines(file, 0, 0));
  CHECK_FALSE(touches_added_lines(file, 1, 9));
  CHECK(touches_added_lines(file, 10, 10));
}

TEST_CASE("change: a changed binary, and a file that could not be compared, is touched everywhere and maps no line") {
  for (const bool binary : {true, false}) {
    const FileChange file{.old_path = "a", .new_path = "a", .binary = binary, .lines_known = binary};
    CHECK(touches_new_lines(file, 7, 7));
    CHECK(touches_new_lines(file, 0, 0));
    CHECK_FALSE(new_line_of(file, 7));
    CHECK_FALSE(old_line_of(file, 7));
  }
}

TEST_CASE("change: a file is found by the path it has, and by the path it had") {
  ChangeSet change;
  change.files = {renamed("z", "b"), renamed("a", "y"), {.old_path = "m", .new_path = "m"}};
  change.files.push_back({.kind = ChangeKind::deleted, .old_path = "gone"});
  change.files.push_back({.kind = ChangeKind::added, .new_path = "new"});
  change.sort();
  const auto new_path = [](const FileChange* file) { return file == nullptr ? "-" : file->new_path; };
  for (const char* path : {"b", "y", "m", "new"}) CHECK(new_path(change.find_new(path)) == path);
  for (const char* path : {"a", "z", "gone", "other", ""}) CHECK(change.find_new(path) == nullptr);
  CHECK(new_path(change.find_old("z")) == "b");
  CHECK(new_path(change.find_old("a")) == "y");
  CHECK(new_path(change.find_old("m")) == "m");
  CHECK(new_path(change.find_old("gone")).empty());
  for (const char* path : {"b", "y", "new", "other", ""}) CHECK(change.find_old(path) == nullptr);
}
