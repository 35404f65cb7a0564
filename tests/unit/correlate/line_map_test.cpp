#include "correlate/line_map.hpp"

#include <doctest/doctest.h>

using namespace gatepost;
using namespace gatepost::correlate;

namespace {

bool equal(const LineMap::Place& place, LineState state, std::uint32_t line, std::uint32_t hunk = Record::kNoHunk) {
  return place.state == state && place.line == line && place.hunk == hunk;
}

}  // namespace

TEST_CASE("line map: kept lines have their new number, edited ones their hunk") {
  // Lines 10-11 became 10-12, line 20 went away, two lines came behind 30.
  const ChangeSet change{
      .base = "b",
      .head = "h",
      .base_source = BaseSource::given,
      .files = {{.kind = ChangeKind::modified,
                 .old_path = "a.c",
                 .new_path = "a.c",
                 .hunks = {{10, 2, 10, 3}, {20, 1, 20, 0}, {30, 0, 31, 2}}},
                {.kind = ChangeKind::modified, .old_path = "big.c", .new_path = "big.c", .lines_known = false},
                {.kind = ChangeKind::added, .new_path = "new.c"},
                {.kind = ChangeKind::renamed, .old_path = "old.c", .new_path = "to.c", .similarity = 100},
                {.kind = ChangeKind::deleted, .old_path = "gone.c"}}};
  const LineMap map(change);
  CHECK(equal(map.of_base("a.c", 9), LineState::kept, 9));
  CHECK(equal(map.of_base("a.c", 11), LineState::edited, 11, 0));
  CHECK(equal(map.of_base("a.c", 15), LineState::kept, 16));
  CHECK(equal(map.of_base("a.c", 20), LineState::edited, 20, 1));
  CHECK(equal(map.of_base("a.c", 30), LineState::kept, 30));
  CHECK(equal(map.of_base("a.c", 31), LineState::kept, 33));
  CHECK(equal(map.of_head("a.c", 9), LineState::kept, 9));
  CHECK(equal(map.of_head("a.c", 12), LineState::edited, 12, 0));
  CHECK(equal(map.of_head("a.c", 32), LineState::edited, 32, 2));
  CHECK(equal(map.of_head("a.c", 33), LineState::kept, 33));
  CHECK(equal(map.of_base("b.c", 5), LineState::kept, 5));
  CHECK(equal(map.of_base("big.c", 5), LineState::unknown, 5));
  CHECK(equal(map.of_head("big.c", 5), LineState::unknown, 5));
  CHECK(equal(map.of_head("new.c", 5), LineState::edited, 5));
  CHECK(equal(map.of_base("gone.c", 5), LineState::edited, 5));
  CHECK(equal(map.of_base("old.c", 5), LineState::kept, 5));
  CHECK(equal(map.of_base("a.c", 0), LineState::unknown, 0));
  CHECK(equal(map.of_head("", 5), LineState::unknown, 5));
  CHECK(map.head_path("old.c") == "to.c");
  CHECK(map.head_path("a.c") == "a.c");
}

TEST_CASE("line map: without a base nothing is known") {
  const ChangeSet nothing;
  CHECK(equal(LineMap(nothing).of_head("a.c", 3), LineState::unknown, 3));
}
