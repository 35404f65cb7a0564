#include "report/diff.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/golden.hpp"

namespace gatepost::report {
namespace {

ChangeSet change() {
  return {
      .base = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334",
      .head = "9f8e7d6c5b4a39281706f5e4d3c2b1a099887766",
      .base_source = BaseSource::merge_parents,
      .files = {
          {.kind = ChangeKind::added, .new_path = "docs/\x1b[31m::x.md", .new_mode = 0100644, .hunks = {{0, 0, 1, 12}}},
          {.kind = ChangeKind::deleted, .old_path = "gone.bin", .old_mode = 0100644, .binary = true},
          {.kind = ChangeKind::renamed,
           .old_path = "old.c",
           .new_path = "new.c",
           .old_mode = 0100644,
           .new_mode = 0100755,
           .similarity = 93,
           .hunks = {{3, 1, 3, 2}, {40, 2, 41, 2, true}}},
          {.kind = ChangeKind::modified,
           .old_path = "vast.sql",
           .new_path = "vast.sql",
           .old_mode = 0100644,
           .new_mode = 0100644,
           .lines_known = false}}};
}

std::string text_of(Status (*write)(const ChangeSet&, const Sink&), const ChangeSet& of) {
  std::string out;
  REQUIRE(write(of, [&](std::string_view piece) -> Status {
    out += piece;
    return Done{};
  }));
  return out;
}

}  // namespace

TEST_CASE("diff: files, renames and hunks as text and as JSON") {
  test::check_golden("report/diff/diff.txt", text_of(write_diff_text, change()));
  test::check_golden("report/diff/diff.json", text_of(write_diff_json, change()));
}

TEST_CASE("diff: without a base nothing is said about one") {
  const ChangeSet none{.head = "9f8e7d6c5b4a39281706f5e4d3c2b1a099887766"};
  CHECK(text_of(write_diff_text, none) == "9f8e7d6c, no base\n0 files, 0 hunks\n");
  CHECK(text_of(write_diff_json, none) ==
        "{\"gatepost\":\"diff/1\",\"head\":\"9f8e7d6c5b4a39281706f5e4d3c2b1a099887766\",\"base_source\":\"none\","
        "\"confident\":true,\"files\":[]}\n");
}

}  // namespace gatepost::report
