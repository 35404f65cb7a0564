#include "report/owners_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace gatepost;
using namespace gatepost::report;

TEST_CASE("owners text: one line says who owns a path and why") {
  const OwnersRule rule{".github/CODEOWNERS", 12, "/src/"};
  CHECK(owners_text({.path = "src/a", .rule = rule, .owners = {"@a", "@b"}}) ==
        "src/a: @a @b (.github/CODEOWNERS:12 /src/)\n");
  CHECK(owners_text({.path = "src/a", .rule = rule}) == "src/a: nobody (.github/CODEOWNERS:12 /src/)\n");
  CHECK(owners_text({.path = "x"}) == "x: no rule\n");
  CHECK(owners_text({.path = "x", .excluded = true, .sections = std::vector<SectionAnswer>{}}) ==
        "x: nobody (excluded)\n");
}

TEST_CASE("owners text: GitLab's sections have a line each, unless there is only the unnamed one") {
  OwnershipAnswer answer{.path = "a.md", .rule = OwnersRule{"CODEOWNERS", 1, "*"}, .owners = {"@a"}};
  answer.sections = {SectionAnswer{"codeowners", {"@a"}, false, 0, 1, "*"}};
  CHECK(owners_text(answer) == "a.md: @a (CODEOWNERS:1 *)\n");
  answer.sections->push_back({"Docs", {}, true, 2, 3, "*.md"});
  CHECK(owners_text(answer) ==
        "a.md: @a\n  [codeowners] @a (CODEOWNERS:1 *)\n  [Docs] nobody (CODEOWNERS:3 *.md), optional, 2 approvals\n");
}

TEST_CASE("owners text: control characters of a stranger are shown, not sent") {
  CHECK(owners_text({.path = "a\x1b[31m\n"}) == "a\\x1b[31m\\x0a: no rule\n");
}

TEST_CASE("owners text: a check lists complaints, then what has no owner") {
  UnownedReport report;
  report.total = {.files = 8, .owned = 5, .classes = {2, 1, 0, 0, 4}};
  report.directories = {{"", {.files = 1, .owned = 0, .classes = {1, 0, 0, 0, 0}}},
                        {"lib", {.files = 4, .owned = 4, .classes = {0, 0, 0, 0, 4}}},
                        {"src", {.files = 3, .owned = 1, .classes = {1, 1, 0, 0, 0}}}};
  report.unowned = {
      {"a", UnownedClass::no_rule}, {"src/b", UnownedClass::explicitly_unowned}, {"src/c", UnownedClass::no_rule}};
  const OwnersCheck check{.file = "CODEOWNERS",
                          .dialect = OwnersDialect::github,
                          .diagnostics = {{{}, {}, "file-odd", "odd", ""}, {2, 7, "Invalid owner", "bad", "do better"}},
                          .coverage = report};
  CHECK(owners_check_text(check, 2) ==
        "CODEOWNERS: file-odd: odd\n"
        "CODEOWNERS:2:7: Invalid owner: bad\n"
        "    do better\n"
        "5 of 8 files have an owner (62.5 %)\n"
        "without an owner:\n"
        "  files of the root: 1 of 1 file (no-rule 1)\n"
        "  src/: 2 of 3 files (no-rule 1, explicitly-unowned 1)\n"
        "a (no-rule)\n"
        "src/b (explicitly-unowned)\n"
        "and 1 more file\n");
  CHECK(owners_check_text({.coverage = UnownedReport{}}) == "the revision has no files\n");
  CHECK(owners_check_text({}).empty());
}
