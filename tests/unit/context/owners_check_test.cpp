// What `owners check` complains about on its own account, and the files that nobody owns.
#include "context/owners_check.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "unit/context/owners_fixture.hpp"

using namespace gatepost;
using namespace gatepost::context;
using test::Lines;

namespace {

using Paths = std::vector<std::string>;

OwnersCheck check(const CodeOwners& owners, const Paths& paths, const KnownOwners* known = nullptr) {
  return check_owners({.owners = owners, .paths = std::span(paths), .known = known});
}

// The complaints of one kind, as "line text | suggestion".
Lines of_kind(const OwnersCheck& result, std::string_view kind) {
  Lines found;
  for (const OwnersDiagnostic& it : result.diagnostics) {
    if (it.kind != kind) continue;
    found.push_back((it.line ? std::to_string(*it.line) + " " : "") + it.text +
                    (it.suggestion.empty() ? "" : " | " + it.suggestion));
  }
  return found;
}

std::vector<std::uint32_t> lines_of(const OwnersCheck& result, std::string_view kind) {
  std::vector<std::uint32_t> lines;
  for (const OwnersDiagnostic& it : result.diagnostics) {
    if (it.kind == kind) lines.push_back(it.line.value_or(0));
  }
  return lines;
}

using Numbers = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("check: a pattern that matches nothing, and what may have been meant on GitHub") {
  const auto result = check(test::github("/src/main.c @o/t\n"
                                         "lib/core/ @o/t\n"
                                         "docs/* @o/t\n"
                                         "/Web/ @o/t\n"
                                         "README/ @o/t\n"
                                         "/nowhere/ @o/t\n"
                                         "/app/ @o/t\n"),
                            {"x/src/main.c", "x/lib/core/a", "docs/deep/a.md", "web/index.html", "README", "app/a"});
  CHECK(of_kind(result, "pattern-matches-nothing") ==
        Lines{"1 `/src/main.c` matches no file | did you mean `**/src/main.c`?",
              "2 `lib/core/` matches no file | did you mean `**/lib/core/`?",
              "3 `docs/*` matches no file | did you mean `docs/`?",
              "4 `/Web/` matches no file | letter case counts: there is `web/index.html`",
              "5 `README/` matches no file | did you mean `README`?", "6 `/nowhere/` matches no file"});
  CHECK(result.diagnostics[0].column == 1);
}

TEST_CASE("check: a pattern that matches nothing, and what may have been meant on GitLab") {
  const auto result = check(test::gitlab("docs @t\n/lib/* @t\n/x/** @t\n/y.c @t\n!gone @t\n/z/ @t\n"),
                            {"docs/a.md", "lib/x/a", "x/y/z", "deep/y.c", "z/a"});
  CHECK(of_kind(result, "pattern-matches-nothing") ==
        Lines{"1 `docs` matches no file | did you mean `docs/`?", "2 `/lib/*` matches no file | did you mean `/lib/`?",
              "3 `/x/**` matches no file | did you mean `/x/**/*`?", "4 `/y.c` matches no file | did you mean `y.c`?",
              "5 `gone` matches no file"});
  CHECK(lines_of(result, "dialect-mix") == Numbers{1, 3});
}

TEST_CASE("check: a rule is shadowed when others win every file it matches, and only then") {
  const Paths paths = {"a/x.c", "a/y.c", "b/x.c", "b/z.md"};
  const auto github = check(test::github("/a/ @o/t\n*.md @o/u\n*.c @o/v\n"), paths);
  CHECK(of_kind(github, "shadowed-rule") ==
        Lines{"1 other rules win every file it matches, for example line 3 wins `a/x.c`"});
  const auto gitlab = check(test::gitlab("/a/ @t\n!*.c\n[S] @s\n/a/\n"), paths);
  CHECK(of_kind(gitlab, "shadowed-rule") ==
        Lines{"1 no file is left to this rule, an exclusion takes them out, for example `a/x.c`"});
}

TEST_CASE("check: a pattern that is repeated is a complaint about the line that lost") {
  const auto github = check(test::github("a/b @o/t\n/a/b @o/u\n/a/b/ @o/v\n*.c @o/t\n*.c @o/t\n"), {"a/b/x", "y.c"});
  CHECK(of_kind(github, "duplicate-pattern") ==
        Lines{"1 line 2 has the same pattern and takes the place of this rule",
              "4 line 5 has the same pattern and takes the place of this rule"});
  CHECK(lines_of(github, "shadowed-rule") == Numbers{2});
  const auto gitlab = check(test::gitlab("/docs/ @a\n/docs/**/* @b\nx @c\nx @d\n[S]\nx @e\n"), {"docs/a", "x"});
  CHECK(lines_of(gitlab, "duplicate-key") == Numbers{1});
  CHECK(lines_of(gitlab, "duplicate-pattern") == Numbers{3});
}

TEST_CASE("check: lines in the language of the other forge") {
  const auto github = check(test::github("[Docs] @a\n!x @a\n^[Docs][2]\n"), {});
  CHECK(lines_of(github, "dialect-mix") == Numbers{1, 2, 3});
  const auto gitlab = check(test::gitlab("[Dd]ocs/ @x\n/a/** @x\n[Fine] @x\n[Odd][x] @x\n"), {});
  CHECK(lines_of(gitlab, "dialect-mix") == Numbers{1, 2});
}

TEST_CASE("check: rules whose owners are odd") {
  const auto github = check(test::github("*\n@org/team\n/a @bob\n/b dev@x.example\n/c @o/t\n/d @bob @eve\n/e\n"), {});
  CHECK(lines_of(github, "ownerless-catch-all") == Numbers{1});
  CHECK(lines_of(github, "owner-without-pattern") == Numbers{2});
  CHECK(lines_of(github, "single-person-owner") == Numbers{3, 4});
  const auto gitlab = check(test::gitlab("/a @bob\n/b dev@x.example\n@org/team\n"), {});
  CHECK(lines_of(gitlab, "single-person-owner") == Numbers{2});
  CHECK(lines_of(gitlab, "owner-without-pattern") == Numbers{3});
}

TEST_CASE("check: marks and characters that do not belong") {
  const auto github =
      check(test::github("\xEF\xBB\xBF* @o/t#x\na#b @o/t # c#d\n/\xFF @o/t\n/x\\#y @o/t\n/z @o/t #\n"), {});
  CHECK(lines_of(github, "byte-order-mark") == Numbers{1});
  CHECK(lines_of(github, "glued-hash") == Numbers{1, 2});
  CHECK(lines_of(github, "invalid-utf8") == Numbers{3});
  CHECK(lines_of(check(test::github(std::string("* @o/t\n\0 @o/t\n", 15)), {}), "nul-byte") == Numbers{2});
  CHECK(lines_of(check(test::gitlab("x @a # b\n# c\n[S] @a # d\n"), {}), "comment-in-entry") == Numbers{1});
}

TEST_CASE("check: patterns that can never match, and one whose meaning is not documented") {
  const auto github = check(test::github("/a//b @o/t\nfoo\\\n**/ @o/t\na/**/ @o/t\n"), {"a/b"});
  CHECK(lines_of(github, "pattern-never-matches") == Numbers{1, 2});
  CHECK(lines_of(github, "ambiguous-pattern") == Numbers{3});
  CHECK(lines_of(github, "pattern-matches-nothing").empty());
  CHECK(lines_of(check(test::gitlab("/x[a @t\n"), {"xa"}), "pattern-never-matches") == Numbers{1});
}

TEST_CASE("check: files that decide what is merged need an owner of their own") {
  const Paths paths = {".github/CODEOWNERS", ".github/workflows/a.yml", ".github/workflows/b.yml", "Jenkinsfile",
                       "src/a"};
  const auto wide = check(test::github("* @o/all\n/Jenkinsfile @o/ci\n"), paths);
  CHECK(of_kind(wide, "sensitive-file-widely-owned") ==
        Lines{"1 `.github/CODEOWNERS` and 2 more sensitive files belong to whoever owns everything | add a rule for it "
              "with the few people who watch it"});
  const auto unowned = check(test::github("/src/ @o/t\n"), paths);
  CHECK(of_kind(unowned, "sensitive-file-unowned").size() == 1);
  const auto many = check(test::github("/.github/ @a @b @c @d @e @f\n/Jenkinsfile @o/ci\n"), paths);
  CHECK(lines_of(many, "sensitive-file-widely-owned") == Numbers{1});
  const auto fine = check(test::github("* @o/all\n/.github/ @o/sec\n/Jenkinsfile @o/ci\n"), paths);
  CHECK(lines_of(fine, "sensitive-file-widely-owned").empty());
}

TEST_CASE("check: files besides the one that is read, and no file at all") {
  const CodeOwners owners = test::github("* @o/t\n");
  const auto result = check_owners({.owners = owners, .paths = {}, .ignored = {"CODEOWNERS", "docs/CODEOWNERS"}});
  CHECK(of_kind(result, "codeowners-file-ignored").size() == 2);
  CHECK(result.file == ".github/CODEOWNERS");
  CHECK_FALSE(result.coverage);
  const CodeOwners none = CodeOwners::none(std::nullopt);
  const auto missing = check(none, {"a"});
  CHECK(test::summary(missing.diagnostics) == Lines{"no-codeowners-file"});
  CHECK(missing.coverage->unowned == std::vector<UnownedPath>{{"a", UnownedClass::no_rule}});
}

TEST_CASE("check: every file without an owner has a reason") {
  const auto known = KnownOwners::parse("@o/t\n@x\n");
  const auto github = check(test::github("* @o/t\n/bare/\n/ghost/ @gone\n/mine/ @gone @x\n"),
                            {"bare/a", "ghost/b", "mine/c", "z", "bare/b", "A"}, &known);
  REQUIRE(github.coverage);
  CHECK(github.coverage->unowned == std::vector<UnownedPath>{{"bare/a", UnownedClass::explicitly_unowned},
                                                             {"bare/b", UnownedClass::explicitly_unowned},
                                                             {"ghost/b", UnownedClass::invalid_owners_only}});
  CHECK(github.coverage->total.files == 6);
  CHECK(github.coverage->total.owned == 3);
  CHECK(github.coverage->owned_ppm() == 500'000);
  CHECK(github.coverage->total.classes == std::array<std::uint64_t, 5>{0, 2, 0, 1, 2});
  std::vector<std::string> names;
  for (const auto& it : github.coverage->directories) names.push_back(it.directory);
  CHECK(names == Lines{"", "bare", "ghost", "mine"});
  CHECK(github.coverage->directories[0].count.files == 2);

  const auto gitlab =
      check(test::gitlab("*.c @t\n!x.c\n[S]\n*.md words\n*.txt\n"), {"x.c", "y.c", "a.md", "a.txt", "a"});
  CHECK(gitlab.coverage->unowned == std::vector<UnownedPath>{{"a", UnownedClass::no_rule},
                                                             {"a.md", UnownedClass::invalid_owners_only},
                                                             {"a.txt", UnownedClass::explicitly_unowned},
                                                             {"x.c", UnownedClass::excluded}});
}

TEST_CASE("check: complaints are sorted, and a flood of them ends in one that says so") {
  std::string text;
  for (int i = 0; i < 12'000; ++i) text += "x bad\n";
  const auto flood = check(test::github(text), {});
  CHECK(flood.diagnostics.size() == 10'001);
  CHECK(of_kind(flood, "too-many-diagnostics").size() == 1);
  const auto known = KnownOwners::parse("");
  const auto result = check(test::github("/b @o/t\n/a @o/t bad\n* @o/t\n"), {"x"}, &known);
  CHECK(std::ranges::is_sorted(result.diagnostics, {}, &OwnersDiagnostic::line));
  CHECK(test::summary(result.diagnostics) ==
        Lines{"1:1 pattern-matches-nothing", "1:4 Unknown owner", "2:9 Invalid owner", "3:3 Unknown owner"});
}
