#include "correlate/placement.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace gatepost;
using namespace gatepost::correlate;
using Fit = FileIndex::Fit;

namespace {

FileIndex index_of(std::vector<std::string> files) {
  std::ranges::sort(files);
  return FileIndex(std::move(files));
}

struct Case {
  const char* path;
  Fit fit;
  const char* file;
};

}  // namespace

TEST_CASE("placement: a path means the file whose whole path ends it, or the one file that ends with it") {
  const FileIndex index = index_of({"app.py", "src/a.c", "lib/src/a.c", "services/pay/main.go", "services/cart/main.go",
                                    "web/server.js", "docs/ünï code.md"});
  const Case cases[] = {
      {"src/a.c", Fit::exact, "src/a.c"},
      {"/home/x/build/src/a.c", Fit::suffix, "src/a.c"},
      {"/home/x/lib/src/a.c", Fit::suffix, "lib/src/a.c"},
      {"C:/work/web/server.js", Fit::suffix, "web/server.js"},
      {"server.js", Fit::suffix, "web/server.js"},
      {"pay/main.go", Fit::suffix, "services/pay/main.go"},
      {"main.go", Fit::ambiguous, ""},
      {"/tmp/x/app.py", Fit::suffix, "app.py"},
      {"/x/other/a.c", Fit::none, ""},
      {"xsrc/a.c", Fit::none, ""},
      {"docs/ünï code.md", Fit::exact, "docs/ünï code.md"},
      {"", Fit::none, ""},
      {"missing.txt", Fit::none, ""},
  };
  for (const Case& test : cases) {
    INFO(std::string(test.path));
    const FileIndex::Match match = index.match(test.path);
    CHECK(match.fit == test.fit);
    const bool placed = match.fit == Fit::exact || match.fit == Fit::suffix;
    CHECK((placed ? index.files()[match.file] : "") == test.file);
  }
}

TEST_CASE("placement: a bare name at the root is not taken when another file has it, too") {
  const FileIndex index = index_of({"app.py", "services/app.py"});
  CHECK(index.match("/tmp/x/app.py").fit == Fit::ambiguous);
  CHECK(index.match("app.py").fit == Fit::exact);
}

TEST_CASE("placement: says which paths it could not place, by name only") {
  ObservationTable table;
  for (const char* const path : {"/home/somebody/secret/place/main.go", "/nowhere/zzz.c"}) {
    table.add(Observation{.rule = "r", .place = {.path = path}}, TextId::none, 0);
  }
  const Placement placement = place(table, index_of({"a/main.go", "b/main.go"}));
  REQUIRE(placement.notes.size() == 1);
  CHECK(placement.notes[0].code == "unknown-path");
  CHECK(placement.notes[0].text.find("main.go, zzz.c") != std::string::npos);
  CHECK(placement.notes[0].text.find("somebody") == std::string::npos);
}
