// What GitHub reads in a line, and what it refuses.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "context/github_owner.hpp"
#include "context/known_owners.hpp"
#include "context/owners.hpp"
#include "unit/context/owners_fixture.hpp"

using namespace gatepost;
using namespace gatepost::context;
using test::Lines;

TEST_CASE("github: these lines are refused, at this column, and the others stay in force") {
  struct Case {
    std::string line;
    Lines expected;
    std::string suggestion;
  };
  const Case cases[] = {
      {"!dir/* @o", {"2:1 Invalid pattern"}, ""},
      {"! dir/* @o", {"2:1 Invalid pattern"}, ""},
      {"***/*.rb @o", {"2:1 Invalid pattern"}, "Did you mean `**/*.rb`?"},
      {"a****b/c @o", {"2:1 Invalid pattern"}, "Did you mean `a**b/c`?"},
      {"  src/[a-z]*.c @o", {"2:3 Invalid pattern"}, "both `[` and `]` must be escaped with a `\\`"},
      {"src/x].c @o", {"2:1 Invalid pattern"}, "both `[` and `]` must be escaped with a `\\`"},
      {"/ @o", {"2:1 Invalid pattern"}, "The pattern `/` will never match anything, did you mean `*` instead?"},
      {"\\#x @o", {"2:1 Invalid pattern"}, ""},
      {"*.txt docs@", {"2:7 Invalid owner"}, ""},
      {"/x @ok bare-word", {"2:8 Invalid owner"}, ""},
      {"/x\tbad @ok\t@a/b/c", {"2:4 Invalid owner", "2:12 Invalid owner"}, ""},
      {"/größe @ok häh @o#x", {"2:12 Invalid owner", "2:16 Invalid owner"}, ""},
      {"/x @o @", {"2:7 Invalid owner"}, ""},
  };
  for (const Case& it : cases) {
    CAPTURE(it.line);
    const CodeOwners owners = test::github("* @all\n" + it.line + "\n");
    CHECK(test::summary(owners.file().diagnostics) == it.expected);
    REQUIRE_FALSE(owners.file().diagnostics.empty());
    CHECK(owners.file().diagnostics[0].suggestion == it.suggestion);
    CHECK(owners.file().rules.size() == 1);
  }
}

TEST_CASE("github: these lines are accepted") {
  for (const std::string line :
       {"* @a", "*", "a\\ b @a", "\\[x\\] @a", "\\*** @a", "x @octo_emu @org/team_x-1 a.b+c@x-y.example.org",
        "größe/漢字 @a", "a,b{c}(d)|+^~:@;=% @a", "x @a # words [ ! docs@", "x @a #", "@org/team", "a#b @a", "//x @a",
        "** @a", "foo\\", "x\\\\ @a"}) {
    CAPTURE(line);
    const CodeOwners owners = test::github(line);
    CHECK(owners.file().diagnostics.empty());
    CHECK(owners.file().rules.size() == 1);
  }
}

TEST_CASE("github: blank lines, comments, line ends and a byte order mark are no rules") {
  const CodeOwners owners = test::github("\xEF\xBB\xBF*.a @a\r\n\t\r\n  # x @y\n\n *.b\t@b  @c \r\n\r*.c @d");
  REQUIRE(owners.file().rules.size() == 3);
  CHECK(test::line_for(owners, "x.a") == 1);
  CHECK(test::line_for(owners, "x.b") == 5);
  CHECK(test::line_for(owners, "x.c") == 6);
  CHECK(owners.file().had_byte_order_mark);
  CHECK(OwnershipLookup(owners).answer("x.b").owners == Lines{"@b", "@c"});
  CHECK(OwnershipLookup(owners).answer("x.b").rule->pattern == "*.b");
}

TEST_CASE("github: an owner is a user, a team or an e-mail address") {
  using codeowners::github_owner_kind;
  using codeowners::OwnerKind;
  CHECK(github_owner_kind("@a-b_c9") == OwnerKind::user);
  CHECK(github_owner_kind("@a/b_c-d") == OwnerKind::team);
  CHECK(github_owner_kind("a.b'c+d@x.example") == OwnerKind::email);
  for (const char* word : {"",       "@",   "@/",   "@a/",  "@/b",    "@a/b/c", "@a.b",    "@@a",    "a",      "a@",
                           "@a@b.c", "a@b", "a@.b", "a@b.", "a@b..c", "a@@b.c", "a b@c.d", "a@b.c#", "é@b.c/", "@é"}) {
    CAPTURE(word);
    CHECK_FALSE(github_owner_kind(word));
  }
}

TEST_CASE("github: every owner that does not exist is one complaint, and its rule still wins") {
  const CodeOwners owners =
      test::github("* @alice @Org/Team dev@x.example\n/src/ @org/gone @ALICE @nobody x@y.example\n");
  const auto known = KnownOwners::parse("# ours\n@Alice\r\n@org/team\n\nDEV@x.example\n");
  const auto found = unknown_owners(owners.file(), known);
  CHECK(test::summary(found) == Lines{"2:7 Unknown owner", "2:24 Unknown owner", "2:32 Unknown owner"});
  CHECK(found[0].suggestion ==
        "make sure the team @org/gone exists, is publicly visible, and has write access to the repository");
  CHECK(found[1].suggestion == "make sure @nobody exists and has write access to the repository");
  CHECK(found[2].suggestion.empty());
  CHECK(test::line_for(owners, "src/a") == 2);
}

TEST_CASE("github: an empty list of known owners means that nobody exists, a line that is refused is not asked about") {
  const CodeOwners owners = test::github("* @a\n* @b bad\n");
  CHECK(test::summary(unknown_owners(owners.file(), KnownOwners::parse(""))) == Lines{"1:3 Unknown owner"});
}

TEST_CASE("github: a file of 3 MB is not loaded, one byte less is") {
  std::string text = "* @a\n";
  text.resize(codeowners::kGitHubBytes, '#');
  const CodeOwners large = test::github(text);
  CHECK(test::summary(large.file().diagnostics) == Lines{"file-too-large"});
  CHECK(test::line_for(large, "x") == 0);
  text.pop_back();
  const CodeOwners loaded = test::github(text);
  CHECK(test::line_for(loaded, "x") == 1);
  CHECK(test::summary(CodeOwners::too_large("CODEOWNERS", OwnersDialect::github, 9'000'000).file().diagnostics) ==
        Lines{"file-too-large"});
}
