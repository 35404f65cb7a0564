#include "model/change.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace gatepost;

namespace {

// Two files as lists of lines, and the hunks between them: what git would say.
struct Edited {
  FileChange change{.kind = ChangeKind::modified, .old_path = "a", .new_path = "a"};
  std::vector<std::uint32_t> new_of_old;  // [old line] -> new line, 0 when gone; [0] unused
  std::vector<std::uint32_t> old_of_new;
  std::vector<bool> added;  // [new line] belongs to a hunk that replaces nothing
};

Edited edited(std::mt19937& random) {
  Edited made;
  made.new_of_old.push_back(0);
  made.old_of_new.push_back(0);
  made.added.push_back(false);
  const auto old_line = [&] { return static_cast<std::uint32_t>(made.new_of_old.size()); };
  const auto new_line = [&] { return static_cast<std::uint32_t>(made.old_of_new.size()); };
  for (std::size_t blocks = random() % 8; blocks > 0; --blocks) {
    for (std::size_t same = (blocks > 1 ? 1 : 0) + random() % 5; same > 0; --same) {
      const std::uint32_t old_number = old_line(), new_number = new_line();
      made.new_of_old.push_back(new_number);
      made.old_of_new.push_back(old_number);
      made.added.push_back(false);
    }
    auto gone = static_cast<std::uint32_t>(random() % 4), fresh = static_cast<std::uint32_t>(random() % 4);
    const bool ends_only = random() % 5 == 0;
    if (ends_only) fresh = gone;
    if (gone + fresh == 0) continue;
    made.change.hunks.push_back({.old_first = gone > 0 ? old_line() : old_line() - 1,
                                 .old_count = gone,
                                 .new_first = fresh > 0 ? new_line() : new_line() - 1,
                                 .new_count = fresh,
                                 .line_endings_only = ends_only});
    const std::uint32_t old_first = old_line(), new_first = new_line();
    for (std::uint32_t i = 0; i < gone; ++i) made.new_of_old.push_back(ends_only ? new_first + i : 0);
    for (std::uint32_t i = 0; i < fresh; ++i) {
      made.old_of_new.push_back(ends_only ? old_first + i : 0);
      made.added.push_back(!ends_only && gone == 0);
    }
  }
  for (std::size_t same = random() % 5; same > 0; --same) {
    const std::uint32_t old_number = old_line(), new_number = new_line();
    made.new_of_old.push_back(new_number);
    made.old_of_new.push_back(old_number);
    made.added.push_back(false);
  }
  return made;
}

FileChange file(ChangeKind kind, std::vector<Hunk> hunks = {}) {
  return {.kind = kind, .old_path = "a", .new_path = "a", .hunks = std::move(hunks)};
}

}  // namespace

TEST_CASE("change: lines are followed as a list of lines would have it") {
  std::mt19937 random(41);
  for (int round = 0; round < 20'000; ++round) {
    const Edited it = edited(random);
    for (std::uint32_t line = 1; line < it.new_of_old.size(); ++line) {
      const auto moved = new_line_of(it.change, line);
      REQUIRE(moved.value_or(0) == it.new_of_old[line]);
    }
  }
}

TEST_CASE("change: which lines a change touches, against a list of lines") {
  std::mt19937 random(43);
  for (int round = 0; round < 5000; ++round) {
    const Edited it = edited(random);
    const auto lines = static_cast<std::uint32_t>(it.old_of_new.size() - 1);
    for (std::uint32_t first = 1; first <= lines; ++first) {
      bool touched = false, added = false;
      for (std::uint32_t last = first; last <= lines; ++last) {
        touched |= it.old_of_new[last] == 0;
        added |= it.added[last];
        REQUIRE(touches_new_lines(it.change, first, last) == touched);
        REQUIRE(touches_added_lines(it.change, first, last) == added);
      }
    }
    const bool any = std::ranges::any_of(it.change.hunks, [](const Hunk& hunk) { return !hunk.line_endings_only; });
    REQUIRE(touches_new_lines(it.change, 0, 0) == any);
  }
}

TEST_CASE("change: a line number of 0 asks about the whole file") {
  const FileChange deleted_lines = file(ChangeKind::modified, {{.old_first = 5, .old_count = 2, .new_first = 4}});
  CHECK(touches_new_lines(deleted_lines, 0, 0));
  CHECK_FALSE(touches_new_lines(deleted_lines, 4, 5));
  CHECK_FALSE(touches_added_lines(deleted_lines, 0, 0));
  const FileChange endings = file(ChangeKind::modified, {{1, 9, 1, 9, true}});
  CHECK_FALSE(touches_new_lines(endings, 0, 0));
  CHECK_FALSE(touches_new_lines(endings, 3, 3));
  CHECK_FALSE(touches_new_lines(file(ChangeKind::renamed), 0, 0));
  CHECK_FALSE(touches_new_lines(file(ChangeKind::modified), 0, 0));  // a change of mode
}

TEST_CASE("change: a range that ends before it begins is one line") {
  const FileChange change = file(ChangeKind::modified, {{5, 1, 5, 1}});
  CHECK(touches_new_lines(change, 5, 0));
  CHECK_FALSE(touches_new_lines(change, 6, 0));
}

TEST_CASE("change: what cannot be compared counts as changed, and its lines are not followed") {
  FileChange unknown = file(ChangeKind::modified), binary = file(ChangeKind::modified),
             link = file(ChangeKind::type_changed);
  unknown.lines_known = false;
  binary.binary = true;
  for (const FileChange& change : {unknown, binary, link, file(ChangeKind::added)}) {
    CHECK(touches_new_lines(change, 1, 1));
    CHECK(touches_new_lines(change, 0, 0));
    CHECK(touches_added_lines(change, 7, 9));
  }
  CHECK_FALSE(new_line_of(unknown, 3));
  CHECK_FALSE(new_line_of(file(ChangeKind::deleted), 3));
  CHECK_FALSE(touches_new_lines(file(ChangeKind::deleted), 1, 1));
  CHECK_FALSE(new_line_of(file(ChangeKind::modified), 0));
  FileChange moved_binary = file(ChangeKind::renamed);
  moved_binary.binary = true;
  moved_binary.similarity = 100;
  CHECK_FALSE(touches_new_lines(moved_binary, 0, 0));
  moved_binary.similarity = 80;
  CHECK(touches_new_lines(moved_binary, 0, 0));
}

TEST_CASE("change: files are found by their new path") {
  ChangeSet change;
  change.files = {{.kind = ChangeKind::added, .new_path = "a"},
                  {.kind = ChangeKind::deleted, .old_path = "b"},
                  {.kind = ChangeKind::added, .new_path = "b"},
                  {.kind = ChangeKind::renamed, .old_path = "a2", .new_path = "c"},
                  {.kind = ChangeKind::modified, .old_path = "d", .new_path = "d"}};
  change.sort();
  CHECK(change.find_new("a") == &change.files[0]);
  CHECK(change.find_new("b") == &change.files[2]);
  CHECK(change.find_new("c") == &change.files[3]);
  CHECK(change.find_new("d") == &change.files[4]);
  CHECK(change.find_new("a2") == nullptr);
  CHECK(change.find_new("") == nullptr);
  CHECK(change.find_new("zz") == nullptr);
}

TEST_CASE("change: kinds and sources have names") {
  CHECK(to_string(ChangeKind::type_changed) == "type-changed");
  CHECK(to_string(BaseSource::none) == "none");
  CHECK(to_string(BaseSource::merge_queue) == "merge-queue");
}
