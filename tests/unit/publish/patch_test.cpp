#include "publish/patch.hpp"

#include <doctest/doctest.h>

#include <string>

namespace gatepost::publish {
namespace {

// "1:1 0:2 2:0 | 9:9": old and new number of each line, hunks parted by "|"; "no" for a diff that is refused.
std::string told(std::string_view diff) {
  const auto hunks = parse_patch(diff);
  if (!hunks) return "no";
  std::string out;
  for (const Patch& hunk : *hunks) {
    out += out.empty() ? "" : "| ";
    for (const PatchLine& line : hunk.lines) {
      out += std::to_string(line.old_line) + ":" + std::to_string(line.new_line) + " ";
    }
  }
  return out;
}

}  // namespace

TEST_CASE("patch: the lines of each hunk have their numbers on both sides") {
  struct Row {
    const char *what, *diff, *lines;
  };
  const Row rows[] = {
      {"context, removed and added", "@@ -1,2 +1,2 @@ int main()\n a\n-b\n+c\n", "1:1 2:0 0:2 "},
      {"counts that are left out are 1", "@@ -5 +7 @@\n-a\n+b\n", "5:0 0:7 "},
      {"a new file", "@@ -0,0 +1,2 @@\n+a\n+b\n", "0:1 0:2 "},
      {"a deleted file", "@@ -1,2 +0,0 @@\n-a\n-b\n", "1:0 2:0 "},
      {"several hunks", "@@ -1 +1 @@\n-a\n+b\n@@ -9,1 +9,2 @@\n c\n+d\n", "1:0 0:1 | 9:9 0:10 "},
      {"no line end at the end", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file",
       "1:0 0:1 "},
      {"headers of the file before", "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "1:0 0:1 "},
      {"CR LF", "@@ -1,2 +1,2 @@\r\n a\r\n-b\r\n+c\r\n", "1:1 2:0 0:2 "},
      {"a context line whose blank was stripped", "@@ -1,3 +1,3 @@\n a\n\n b\n", "1:1 2:2 3:3 "},
      {"lines that look like headers", "@@ -1,2 +1,2 @@\n--- a\n-@@ -1 +1 @@\n+++ b\n+\\ x\n", "1:0 2:0 0:1 0:2 "},
      {"nothing", "", ""},
      {"the old side starts behind", "@@ -10,0 +11,1 @@\n+a\n", "0:11 "},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(told(row.diff) == row.lines);
  }
}

TEST_CASE("patch: what is cut, damaged or too long is refused as a whole") {
  const char* const diffs[] = {
      "garbage",
      "Binary files a/x and b/x differ\n",
      "@@ -1,2 +1,2 @@\n a\n",                      // cut in the hunk
      "@@ -1,2 +1,2 @@",                            // cut behind its header
      "@@ -1 +1 @@\n-a\n+b\n@@ -9",                 // cut in the second header
      "@@ -1 +1 @@\n-a\n+b\ngarbage\n",             // more lines than were told
      "@@ -1 +1 @@\n-a\n-b\n+c\n",                  // more old lines than were told
      "@@ -1,2 +1,2 @@\n a\n*b\n",                  // a sign that nobody knows
      "@@ -0,1 +1,1 @@\n-a\n+b\n",                  // there is no line 0
      "@@ -1,0 +1,0 @@\n",                          // a hunk of nothing
      "@@ -99999999999999999999 +1 @@\n-a\n+b\n",   // no number
      "@@ -4294967295,2 +1 @@\n-a\n-b\n+c\n",       // beyond what is counted
      "@@ --1 +1 @@\n-a\n+b\n",                     // a sign
      "@@ -1 @@\n-a\n",                             // one side
      "@@@ -1 -1 +1 @@@\n  a\n",                    // of a merge
      "@@ -9 +9 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n"  // upwards
  };
  for (const char* const diff : diffs) {
    CAPTURE(diff);
    CHECK(told(diff) == "no");
  }
  std::string endless = "@@ -1,300000 +1,300000 @@\n";
  for (int i = 0; i < 300'000; ++i) endless += " a\n";
  CHECK(told(endless) == "no");
}

TEST_CASE("patch: a line of the new side is found with its hunk") {
  const auto hunks = parse_patch("@@ -1,2 +1,3 @@\n a\n+b\n c\n@@ -20,2 +21,1 @@\n-x\n y\n");
  REQUIRE(hunks);
  CHECK(find_new_line(*hunks, 2)->line == PatchLine{0, 2});
  CHECK(find_new_line(*hunks, 3)->line == PatchLine{2, 3});
  CHECK(find_new_line(*hunks, 21)->line == PatchLine{21, 21});
  CHECK(find_new_line(*hunks, 21)->hunk == &(*hunks)[1]);
  CHECK_FALSE(find_new_line(*hunks, 4));
  CHECK_FALSE(find_new_line(*hunks, 0));
  CHECK_FALSE(find_new_line({}, 1));
}

TEST_CASE("patch: a line outside of the diff has its old number") {
  const auto hunks = parse_patch("@@ -5,1 +5,3 @@\n a\n+b\n+c\n@@ -20,2 +21,0 @@\n-x\n-y\n");
  REQUIRE(hunks);
  CHECK(old_line_outside(*hunks, 1) == 1);
  CHECK(old_line_outside(*hunks, 4) == 4);
  CHECK(old_line_outside(*hunks, 8) == 6);
  CHECK(old_line_outside(*hunks, 21) == 19);
  CHECK(old_line_outside(*hunks, 22) == 22);
  CHECK(old_line_outside({}, 7) == 7);
}

}  // namespace gatepost::publish
