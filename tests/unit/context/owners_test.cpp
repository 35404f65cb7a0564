// The answers: who owns a path, and why.
#include "context/owners.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "unit/context/owners_fixture.hpp"

using namespace gatepost;
using namespace gatepost::context;
using test::Lines;

TEST_CASE("owners: an answer says which line of which file decided") {
  const CodeOwners owners(
      {.path = ".github/CODEOWNERS", .text = "* @a\n\n/my\\ docs/ @b @Acme/docs @b\n", .blob = "b10b"},
      OwnersDialect::github);
  const OwnershipAnswer answer = OwnershipLookup(owners).answer("my docs/x.md");
  CHECK(answer.path == "my docs/x.md");
  CHECK(answer.rule == OwnersRule{".github/CODEOWNERS", 3, "/my\\ docs/"});
  CHECK(answer.owners == Lines{"@b", "@Acme/docs"});
  CHECK_FALSE(answer.sections);
  CHECK(answer.provenance == OwnershipProvenance{OwnersDialect::github, "b10b", OwnershipStep::codeowners});
}

TEST_CASE("owners: a rule without owners is an answer, no rule is another one") {
  const CodeOwners owners = test::github("/apps/ @a\n/apps/github\n");
  OwnershipLookup lookup(owners);
  CHECK(lookup.answer("apps/github/x").matched());
  CHECK(lookup.answer("apps/github/x").owners.empty());
  CHECK_FALSE(lookup.answer("other").matched());
  CHECK(lookup.answer("other").provenance.step == OwnershipStep::none);
}

TEST_CASE("owners: on GitLab the owners are the union of the sections, the rule that of the first") {
  const CodeOwners owners = test::gitlab("* @a @b\n^[Docs][3] @c\n*.md @b @C @c\n!x.md\n");
  const OwnershipAnswer answer = OwnershipLookup(owners).answer("y.md");
  CHECK(answer.rule->line == 1);
  CHECK(answer.owners == Lines{"@a", "@b", "@C", "@c"});
  REQUIRE(answer.sections->size() == 2);
  CHECK(answer.sections->at(1) == SectionAnswer{"Docs", {"@b", "@C", "@c"}, true, 3, 3, "*.md"});
  CHECK(OwnershipLookup(owners).answer("x.md").excluded);
  CHECK_FALSE(answer.excluded);
}

TEST_CASE("owners: without a file nobody owns anything") {
  const CodeOwners none = CodeOwners::none(std::nullopt);
  const OwnershipAnswer answer = OwnershipLookup(none).answer("a");
  CHECK_FALSE(answer.matched());
  CHECK_FALSE(answer.sections);
  CHECK_FALSE(answer.provenance.dialect);
  CHECK_FALSE(none.exists());
  const CodeOwners gitlab = CodeOwners::none(OwnersDialect::gitlab);
  CHECK(OwnershipLookup(gitlab).answer("a").sections->empty());
}

TEST_CASE("owners: a path may come in other spellings, but not from outside") {
  const CodeOwners owners = test::github("/a/b @x\n");
  for (const char* path : {"a/b", "/a/b", "./a/b", "a//b", "a/./b", "a/c/../b", "a/b/"}) {
    CAPTURE(path);
    CHECK(test::line_for(owners, path) == 1);
  }
  const CodeOwners all = test::github("* @x\n");
  for (const char* path : {"", "/", ".", "..", "../a", "a/../..", "//a"}) {
    CAPTURE(path);
    CHECK(test::line_for(all, path) == 0);
  }
  CHECK(test::line_for(all, std::string(4097, 'a')) == 0);
  CHECK(test::line_for(all, std::string(4096, 'a')) == 1);
  for (const char* path : {"...", ".a", "a..", "..a/b", "a/...", ".../x"}) CHECK(test::line_for(all, path) == 1);
}

TEST_CASE("owners: a finding's owners come once each, with the line as the reason") {
  const CodeOwners owners = test::gitlab("* @Team @dev\n[S]\n/pay/ @team x@y.z\n");
  OwnershipLookup lookup(owners);
  const std::vector<Owner> expected = {
      {{"@Team"}, "CODEOWNERS:1 *"}, {{"@dev"}, "CODEOWNERS:1 *"}, {{"x@y.z"}, "CODEOWNERS:3 /pay/"}};
  CHECK(lookup.owners_for("pay/a.c") == expected);
  CHECK(lookup.owners_for("pay/b.c") == expected);
  const std::vector<std::string> paths = {"pay/a", "x", "../x"};
  const auto all = lookup.owners_for(paths);
  REQUIRE(all.size() == 3);
  CHECK(all[0] == expected);
  CHECK(all[1].size() == 2);
  CHECK(all[2].empty());
}

TEST_CASE("owners: directories with long names are looked up anew, with the same result") {
  const std::string deep(200, 'd'), deeper(100, 'e');
  const CodeOwners owners =
      test::gitlab("* @a\n[S]\n" + deep + "/ @s\n[T]\n" + deep + "/" + deeper + "/*/x @t\n!**/no/\n");
  OwnershipLookup lookup(owners);
  for (int again = 0; again < 3; ++again) {
    CHECK(lookup.find(deep + "/" + deeper + "/f/x").rules.size() == 3);
    CHECK(lookup.find(deep + "/" + deeper + "/f/y").rules.size() == 2);
    CHECK(lookup.find(deep + "/" + deeper + "/no/x").rules.size() == 2);
    CHECK(lookup.find(deep + "/x").rules.size() == 2);
    CHECK(lookup.find("x").rules.size() == 1);
  }
}
