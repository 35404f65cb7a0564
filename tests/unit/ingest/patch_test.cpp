#include "ingest/patch.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace gatepost;
using ingest::edits_of_patch;

namespace {

const std::string kHeader =
    "diff --git a/web/x.json b/web/x.json\nindex 1..2 100644\n--- a/web/x.json\n+++ b/web/x.json\n";

}  // namespace

TEST_CASE("patch: each hunk replaces the lines it covers") {
  const auto edits = edits_of_patch(kHeader +
                                    "@@ -4,3 +4,4 @@ context\n one\n-two\n+TWO\n+and a half\n three\n"
                                    "@@ -20 +21 @@\n-last\n+LAST\n\\ No newline at end of file\n");
  REQUIRE(edits.size() == 2);
  CHECK(edits[0] == Edit{"web/x.json", {.first_line = 4, .last_line = 6}, "one\nTWO\nand a half\nthree\n"});
  CHECK(edits[1] == Edit{"web/x.json", {.first_line = 20, .last_line = 20}, "LAST\n"});
}

TEST_CASE("patch: lines that look like headers inside a hunk are lines") {
  const auto edits = edits_of_patch(kHeader + "@@ -1,2 +1,2 @@\n--- a\n+++ b\n x\n");
  REQUIRE(edits.size() == 1);
  CHECK(edits[0].text == "++ b\nx\n");
}

TEST_CASE("patch: what is damaged, or not a change of lines, gives nothing") {
  CHECK(edits_of_patch("").empty());
  CHECK(edits_of_patch("no patch at all").empty());
  CHECK(edits_of_patch(kHeader + "@@ -1,3 +1,3 @@\n one\n").empty());              // cut
  CHECK(edits_of_patch(kHeader + "@@ -1,1 +1,1 @@\n one\n+two\n").size() == 1);    // more behind the hunk
  CHECK(edits_of_patch(kHeader + "@@ -x +1 @@\n-one\n+two\n").empty());            // no number
  CHECK(edits_of_patch(kHeader + "@@ -1 +1 @@\n-one\n*two\n").empty());            // no sign
  CHECK(edits_of_patch(kHeader + "@@ -3,0 +4,1 @@\n+only new\n").empty());         // no old line
  CHECK(edits_of_patch("--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+x\n").empty());  // a new file
  CHECK(edits_of_patch("--- a/x\n+++ b/y\n@@ -1 +1 @@\n-x\n+y\n").empty());        // a rename
  CHECK(edits_of_patch("@@ -1 +1 @@\n-x\n+y\n").empty());                          // no file
  CHECK(edits_of_patch("--- a/x\n").empty());
}
