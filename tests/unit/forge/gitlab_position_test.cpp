#include <doctest/doctest.h>

#include "base/digest.hpp"
#include "forge/gitlab_position.hpp"

using namespace gatepost;
using forge::GitLabPosition;
using publish::PatchLine;

namespace {

const std::string kHead(40, 'a'), kBase(40, 'b'), kStart(40, 'd');

struct File {
  const char* name;
  const char* old_path;
  const char* new_path;
  bool added, deleted;
  const char* diff;
};

// Old 10-14 are new 10-16: 12 is replaced by three lines. Old 30 is gone.
constexpr const char* kDiff = "@@ -10,5 +10,7 @@\n a\n b\n-c\n+d\n+e\n+f\n g\n h\n@@ -29,3 +31,2 @@\n x\n-y\n z\n";
constexpr File kChanged{"changed", "src/a.c", "src/a.c", false, false, kDiff};
constexpr File kRenamed{"renamed", "old/a.c", "src/a.c", false, false, kDiff};
constexpr File kAdded{"new", "src/n.c", "src/n.c", true, false, "@@ -0,0 +1,3 @@\n+a\n+b\n+c\n"};
constexpr File kTop{"changed at its top", "src/t.c", "src/t.c", false, false, "@@ -1,2 +1,3 @@\n+a\n b\n c\n"};
constexpr File kFilled{"empty before", "src/e.c", "src/e.c", false, false, "@@ -0,0 +1,2 @@\n+a\n+b\n"};
constexpr File kEmptied{"emptied", "src/z.c", "src/z.c", false, false, "@@ -1,2 +0,0 @@\n-a\n-b\n"};

publish::ShownFile shown(const File& file) {
  publish::ShownFile it{
      .old_path = file.old_path, .new_path = file.new_path, .added = file.added, .deleted = file.deleted};
  it.hunks = publish::parse_patch(file.diff).value();
  return it;
}

std::string json_of(const GitLabPosition& position) {
  doc::JsonWriter json;
  forge::write_position(json, position, {.number = 7, .head = kHead, .base = kBase, .start = kStart});
  return json.take();
}

}  // namespace

TEST_CASE("gitlab: a position has the numbers of the sides on which its line is, and no others") {
  const struct {
    const char* what;
    File file;
    PatchLine first, last;
    bool on_lines;
    PatchLine line;
    const char* codes;  // "start end" without the path; "" for no range
  } kCases[] = {
      {"added", kChanged, {0, 13}, {0, 13}, true, {0, 13}, ""},
      {"added, told with an old number", kChanged, {12, 13}, {12, 13}, true, {0, 13}, ""},
      {"removed", kChanged, {12, 0}, {12, 0}, true, {12, 0}, ""},
      {"unchanged, shown", kChanged, {13, 15}, {13, 15}, true, {13, 15}, ""},
      {"unchanged, told without its old number", kChanged, {0, 15}, {0, 15}, true, {13, 15}, ""},
      {"unchanged, before all that is shown", kChanged, {0, 3}, {0, 3}, true, {3, 3}, ""},
      {"unchanged, between what is shown", kChanged, {0, 20}, {0, 20}, true, {18, 20}, ""},
      {"unchanged, behind all that is shown", kChanged, {0, 50}, {0, 50}, true, {49, 50}, ""},
      {"the file", kChanged, {}, {}, false, {}, ""},

      {"added, renamed", kRenamed, {0, 12}, {0, 12}, true, {0, 12}, ""},
      {"removed, renamed", kRenamed, {30, 0}, {30, 0}, true, {30, 0}, ""},
      {"unchanged, renamed", kRenamed, {10, 10}, {10, 10}, true, {10, 10}, ""},
      {"outside, renamed", kRenamed, {0, 20}, {0, 20}, true, {18, 20}, ""},
      {"the file, renamed", kRenamed, {}, {}, false, {}, ""},

      {"added, new file", kAdded, {0, 2}, {0, 2}, true, {0, 2}, ""},
      {"new file, told with an old number", kAdded, {2, 2}, {2, 2}, true, {0, 2}, ""},
      {"new file, a line that is not shown", kAdded, {0, 9}, {0, 9}, true, {0, 9}, ""},
      {"the file, new", kAdded, {}, {}, false, {}, ""},

      {"several added", kChanged, {0, 12}, {0, 14}, true, {0, 14}, "13_12 13_14"},
      {"several removed", kEmptied, {1, 0}, {2, 0}, true, {2, 0}, "1_0 2_0"},
      {"several unchanged", kChanged, {10, 10}, {11, 11}, true, {11, 11}, "10_10 11_11"},
      {"from unchanged to added", kChanged, {0, 11}, {0, 13}, true, {0, 13}, "11_11 13_13"},
      {"from added to unchanged", kChanged, {0, 14}, {0, 16}, true, {14, 16}, "13_14 14_16"},
      {"from removed to added", kChanged, {12, 0}, {0, 12}, true, {0, 12}, "12_12 13_12"},
      {"several outside", kChanged, {0, 20}, {0, 22}, true, {20, 22}, "18_20 20_22"},
      {"several, renamed", kRenamed, {0, 12}, {0, 14}, true, {0, 14}, "13_12 13_14"},
      {"several, new file", kAdded, {0, 1}, {0, 3}, true, {0, 3}, "0_1 0_3"},
      {"several, at the top", kTop, {0, 1}, {1, 2}, true, {1, 2}, "1_1 1_2"},
      {"several, in a file that was empty", kFilled, {0, 1}, {0, 2}, true, {0, 2}, "0_1 0_2"},
  };
  for (const auto& it : kCases) {
    CAPTURE(it.file.name);
    CAPTURE(it.what);
    const publish::ShownFile file = shown(it.file);
    const GitLabPosition position =
        forge::gitlab_position({"m", "b", it.file.old_path, it.file.new_path, it.first, it.last}, file);
    CHECK(position.on_lines == it.on_lines);
    CHECK(position.line.old_line == it.line.old_line);
    CHECK(position.line.new_line == it.line.new_line);
    CHECK(position.old_path == it.file.old_path);
    CHECK(position.new_path == it.file.new_path);
    std::string codes;
    if (position.range) {
      const std::string hash = sha1_hex(it.file.new_path) + "_";
      const auto& [start, end] = *position.range;
      CHECK(start.line_code.starts_with(hash));
      CHECK(end.line_code.starts_with(hash));
      codes = start.line_code.substr(hash.size()) + " " + end.line_code.substr(hash.size());
    }
    CHECK(codes == it.codes);
  }
}

TEST_CASE("gitlab: a position is written with its commits, both paths, and only the sides there are") {
  const std::string commits =
      R"("base_sha":")" + kBase + R"(","start_sha":")" + kStart + R"(","head_sha":")" + kHead + "\"";
  const auto of = [](const File& file, PatchLine first, PatchLine last) {
    return json_of(forge::gitlab_position({"m", "b", file.old_path, file.new_path, first, last}, shown(file)));
  };
  CHECK(of(kRenamed, {0, 13}, {0, 13}) ==
        R"({"position_type":"text",)" + commits + R"(,"old_path":"old/a.c","new_path":"src/a.c","new_line":13})");
  CHECK(of(kChanged, {13, 15}, {13, 15}) ==
        R"({"position_type":"text",)" + commits +
            R"(,"old_path":"src/a.c","new_path":"src/a.c","old_line":13,"new_line":15})");
  CHECK(of(kAdded, {}, {}) ==
        R"({"position_type":"file",)" + commits + R"(,"old_path":"src/n.c","new_path":"src/n.c"})");
  // Of "src/n.c"; the digest as sha1sum gives it.
  const std::string code = sha1_hex("src/n.c");
  CHECK(of(kAdded, {0, 1}, {0, 2}) ==
        R"({"position_type":"text",)" + commits +
            R"(,"old_path":"src/n.c","new_path":"src/n.c","new_line":2,"line_range":{"start":{"line_code":")" + code +
            R"(_0_1","type":"new","new_line":1},"end":{"line_code":")" + code +
            R"(_0_2","type":"new","new_line":2}}})");
}

TEST_CASE("gitlab: a file whose lines are not known takes notes as a whole, whatever line is named") {
  publish::ShownFile file{.old_path = "big.c", .new_path = "big.c", .lines_known = false};
  const auto position = forge::gitlab_position({"m", "b", "big.c", "big.c", {0, 4}, {0, 5}}, file);
  CHECK_FALSE(position.on_lines);
  CHECK_FALSE(position.range);
}

TEST_CASE("SHA-1 is what it is elsewhere") {
  CHECK(sha1_hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(sha1_hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
}
