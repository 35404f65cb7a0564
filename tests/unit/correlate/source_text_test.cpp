#include "correlate/source_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace gatepost;
using namespace gatepost::correlate;

namespace {

Digest128 context(const std::string& text, std::uint32_t first, std::uint32_t last = 0) {
  return context_digest(SourceText(text), {.first_line = first, .last_line = last == 0 ? first : last});
}

const std::string kFunction = "def run():\n    import os\n    os.system(cmd)\n    return 0\n";

struct Change {
  const char* what;
  std::string text;
  std::uint32_t line;  // of the statement in `text`
};

}  // namespace

TEST_CASE("context: survives what does not change the code around") {
  const Digest128 before = context(kFunction, 3);
  const Change edits[] = {
      {"lines inserted above", "# a\n# b\n\n" + kFunction, 6},
      {"reindented", "def run():\n\timport os\n\tos.system(cmd)\n\treturn 0\n", 3},
      {"CRLF line ends", "def run():\r\n    import os\r\n    os.system(cmd)\r\n    return 0\r\n", 3},
      {"a comment before the line", "def run():\n    import os\n    # runs it\n    os.system(cmd)\n    return 0\n", 4},
      {"a blank line after it", "def run():\n    import os\n    os.system(cmd)\n\n    return 0\n", 3},
      {"code changed farther away", "def run(a, b):\n    import os\n    os.system(cmd)\n    return 0\n\nx = 1\n", 3},
      {"no newline at the end of the file", "def run():\n    import os\n    os.system(cmd)\n    return 0", 3},
  };
  for (const Change& edit : edits) {
    INFO(std::string(edit.what));
    CHECK(context(edit.text, edit.line) == before);
  }
}

TEST_CASE("context: changes with the code") {
  const Digest128 before = context(kFunction, 3);
  CHECK(context("def run():\n    import os\n    os.system(other)\n    return 0\n", 3) != before);
  CHECK(context("def run():\n    import sys\n    os.system(cmd)\n    return 0\n", 3) != before);
  CHECK(context(kFunction, 2) != before);
}

TEST_CASE("context: is empty where there is no such line") {
  CHECK(context(kFunction, 0).empty());
  CHECK(context(kFunction, 99).empty());
  CHECK(context("", 1).empty());
  CHECK(context(std::string("a\0b\n", 4), 1).empty());
}

TEST_CASE("context: a long range is known by its ends and its length") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "line " + std::to_string(i) + "\n";
  std::string edited_inside = text;
  edited_inside.replace(edited_inside.find("line 50\n"), 8, "other\n");
  CHECK(context(text, 10, 90) == context(edited_inside, 10, 90));
  CHECK(context(text, 10, 90) != context(text, 10, 89));
}

TEST_CASE("neighbours: do not depend on the line itself, so a secret's hash does not give it away") {
  const SourceText one("a = 1\nkey = 'first'\nb = 2\n"), two("a = 1\nkey = 'second'\nb = 2\n");
  const Range line{.first_line = 2, .last_line = 2};
  CHECK(neighbour_digest(one, line) == neighbour_digest(two, line));
  CHECK(context_digest(one, line) != context_digest(two, line));
}

TEST_CASE("source text: knows all line ends") {
  const SourceText text("a\r\nb\rc\n\nd");
  REQUIRE(text.line_count() == 5);
  CHECK(text.line(1) == "a");
  CHECK(text.line(2) == "b");
  CHECK(text.line(3) == "c");
  CHECK(text.line(4).empty());
  CHECK(text.line(5) == "d");
  CHECK(text.line(6).empty());
}

namespace {

struct ManifestCase {
  const char* what;
  const char* text;
  const char* package;
  const char* version;
  std::vector<std::uint32_t> lines;
};

}  // namespace

TEST_CASE("package lines: are found as package managers write them") {
  const ManifestCase cases[] = {
      {"package-lock.json",
       "{\n \"node_modules/lodash\": {\n  \"version\": \"4.17.15\",\n  \"resolved\": \"x\"\n },",
       "lodash",
       "4.17.15",
       {2, 3}},
      {"another version", "{\n \"node_modules/lodash\": {\n  \"version\": \"4.17.21\"\n },", "lodash", "4.17.15", {}},
      {"a longer version", " \"node_modules/lodash\": {\n  \"version\": \"4.17.150\"\n },", "lodash", "4.17.15", {}},
      {"a package whose name contains the name",
       "\"node_modules/lodash.template\": {\n \"version\": \"4.17.15\"\n",
       "lodash",
       "4.17.15",
       {}},
      {"the types of a package are another package",
       "\"node_modules/@types/lodash\": {\n \"version\": \"4.17.15\"\n",
       "lodash",
       "4.17.15",
       {}},
      {"a scoped package",
       "\"node_modules/@types/lodash\": {\n \"version\": \"4.17.15\"\n",
       "@types/lodash",
       "4.17.15",
       {1, 2}},
      {"requirements.txt, another case and an underscore",
       "flask==1.0\nJinja2==2.10\nmy_pkg==1.2\n",
       "my-pkg",
       "1.2",
       {3}},
      {"requirements.txt", "flask==1.0\nJinja2==2.10\n", "jinja2", "2.10", {2}},
      {"go.sum", "github.com/a/b v1.2.3 h1:x\ngithub.com/a/bc v1.2.3 h1:y\n", "github.com/a/b", "v1.2.3", {1}},
      {"pom.xml",
       "<dependency>\n <groupId>org.apache</groupId>\n <artifactId>log4j-core</artifactId>\n "
       "<version>2.14.1</version>\n",
       "org.apache:log4j-core",
       "2.14.1",
       {3, 4}},
      {"Cargo.lock", "[[package]]\nname = \"serde\"\nversion = \"1.0.1\"\n", "serde", "1.0.1", {2, 3}},
      {"yarn.lock", "lodash@^4.17.0:\n  version \"4.17.15\"\n", "lodash", "4.17.15", {1, 2}},
      {"without a version every line that names it", "lodash\nx\nlodash again\n", "lodash", "", {1, 3}},
      {"no name, no line", "lodash\n", "", "1.0", {}},
  };
  for (const ManifestCase& test : cases) {
    INFO(std::string(test.what));
    CHECK(package_lines(SourceText(test.text), {.package = test.package, .version = test.version}) == test.lines);
  }
}
