// What GitLab reads in a line, and what it complains about.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "context/gitlab_heading.hpp"
#include "context/gitlab_references.hpp"
#include "context/known_owners.hpp"
#include "context/owners.hpp"
#include "unit/context/owners_fixture.hpp"

using namespace gatepost;
using namespace gatepost::context;
using test::Lines;

namespace {

Lines references(std::string_view text) {
  Lines found;
  for (const auto& it : codeowners::gitlab_references(text)) found.emplace_back(text.substr(it.begin, it.size));
  return found;
}

std::vector<SectionAnswer> sections_for(const CodeOwners& owners, std::string_view path) {
  return *OwnershipLookup(owners).answer(path).sections;
}

// "name:line" of every section that answers.
Lines winners(const CodeOwners& owners, std::string_view path) {
  Lines all;
  for (const SectionAnswer& it : sections_for(owners, path)) all.push_back(it.name + ":" + std::to_string(it.line));
  return all;
}

}  // namespace

TEST_CASE("gitlab: owners are searched for in the text, in its order") {
  struct Case {
    std::string text;
    Lines expected;
  };
  const Case cases[] = {
      {"@a @b/c-d/e.f x@y.z", {"@a", "@b/c-d/e.f", "x@y.z"}},
      {"words @a, more @b: @c", {"@a", "@b", "@c"}},
      {"(@b)", {"(@b", "@b"}},  // an e-mail address by GitLab's rule
      {"x@y.z. @a.", {"x@y.z", "@a"}},
      {"@@developer @@Owners @@MAINTAINER", {"@@developer", "@@Owners", "@@MAINTAINER"}},
      {"@@dev @@developers. @@ownerss a@@owner @@@owner", {}},
      {"@a.git @b.atom/c @d.", {"@a.gi", "@b.ato", "@d"}},
      {"@-a @/b @a//b @a/", {"@a", "@a"}},
      {"@a@b", {"@a", "a@b"}},
      {"user @ x@ @", {}},
      {"@é x@é", {}},
      {"", {}},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    CHECK(references(it.text) == it.expected);
  }
}

TEST_CASE("gitlab: an e-mail address has at most 100 characters, an @ and 255 characters") {
  const std::string hundred(100, 'l'), more(255, 'd');
  CHECK(references(hundred + "@" + more) == Lines{hundred + "@" + more});
  CHECK(references("x" + hundred + "@" + more + "y") == Lines{hundred + "@" + more});
  const std::string levels = "@a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u";
  CHECK(references(levels + "/v/w") == Lines{levels});
}

TEST_CASE("gitlab: a line that begins with a bracket is a heading, whatever follows") {
  struct Case {
    std::string line, name;
    bool optional;
    std::uint32_t approvals;
    std::string owners;
    Lines expected;
  };
  const Case cases[] = {
      {"[Docs]", "Docs", false, 0, "", {}},
      {"^[Docs] @a/b @c", "Docs", true, 0, "@a/b @c", {}},
      {"[Two Words][12]\t@a", "Two Words", false, 12, "@a", {}},
      {"[Docs][0] @@maintainers x@y.z", "Docs", false, 0, "@@maintainers x@y.z", {}},
      {"[]", "", false, 0, "", {"1 missing_section_name"}},
      {"[ ][1]@a", " ", false, 1, "@a", {"1 missing_section_name"}},
      {"^[Docs][1]", "Docs", true, 1, "", {"1 invalid_approval_requirement"}},
      {"^[Docs][0]", "Docs", true, 0, "", {}},
      {"[Docs][]", "Docs", false, 0, "", {"1 invalid_approval_requirement"}},
      {"[Docs][1 0]", "Docs", false, 1, "", {"1 invalid_approval_requirement"}},
      {"[Docs][ 2 ]", "Docs", false, 2, "", {"1 invalid_section_format"}},
      {"[Docs] @a oops", "Docs", false, 0, "@a oops", {"1 invalid_section_owner_format"}},
      {"^[][1] oops",
       "",
       true,
       1,
       "oops",
       {"1 invalid_approval_requirement", "1 invalid_section_owner_format", "1 missing_section_name"}},
      {"[Docs]] @a", "Docs", false, 0, "", {"1 invalid_section_format"}},
      {"[Docs][one]", "Docs", false, 0, "", {"1 invalid_section_format"}},
      {"[Docs][2]@a", "Docs", false, 2, "@a", {"1 invalid_section_format"}},
      {"[Docs] @a # @b", "Docs", false, 0, "@a", {"1 invalid_section_format"}},
      {"[Docs] @a, @b", "Docs", false, 0, "@a", {"1 invalid_section_format"}},
      {"[Dd]ocs/ @x", "Dd", false, 0, "ocs/ @x", {"1 invalid_section_owner_format"}},
      {"[Docs][99999999999999999999]", "Docs", false, 2147483647, "", {}},
  };
  for (const Case& it : cases) {
    CAPTURE(it.line);
    const auto heading = codeowners::read_heading(it.line);
    REQUIRE(heading);
    CHECK(heading->name == it.name);
    CHECK(heading->optional == it.optional);
    CHECK(heading->approvals == it.approvals);
    CHECK(it.line.substr(heading->owners_begin, heading->owners_size) == it.owners);
    auto found = test::summary(test::gitlab(it.line).file().diagnostics);
    std::ranges::sort(found);
    CHECK(found == it.expected);
  }
}

TEST_CASE("gitlab: a heading without its closing bracket is skipped") {
  const CodeOwners owners = test::gitlab("[A]\nx @a\n^[Broken\n[Broken @b\ny @c\n");
  CHECK(test::summary(owners.file().diagnostics) == Lines{"3 invalid_section_format", "4 invalid_section_format"});
  CHECK(winners(owners, "y") == Lines{"A:5"});
}

TEST_CASE("gitlab: entries complain of owners that are missing or malformed") {
  struct Case {
    std::string text;
    Lines expected;
  };
  const Case cases[] = {
      {"x", {"1 missing_entry_owner"}},
      {"x user", {"1 malformed_entry_owner"}},
      {"x @a user @b", {"1 malformed_entry_owner"}},
      {"x @a # @b", {"1 malformed_entry_owner"}},
      {"!x user", {}},
      {"!x", {}},
      {"[A] @a\nx\n[B]\ny", {"4 missing_entry_owner"}},
      {"[A] oops\nx", {"1 invalid_section_owner_format"}},
      {"x \xC2\xA0", {"1 missing_entry_owner"}},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    CHECK(test::summary(test::gitlab(it.text).file().diagnostics) == it.expected);
  }
}

TEST_CASE("gitlab: the pattern ends at the first blank without a backslash") {
  const CodeOwners owners = test::gitlab("a\\ b/*.md @a\nc\\\\ d @c\nfolder with @d\n\\#x @h\n");
  CHECK(test::line_for(owners, "a b/x.md") == 1);
  CHECK(test::line_for(owners, "folder") == 3);
  CHECK(test::line_for(owners, "#x") == 4);
  CHECK(sections_for(owners, "deep/#x")[0].pattern == "\\#x");
}

TEST_CASE("gitlab: a section is a map, a later entry of the same key keeps the place of the first") {
  const CodeOwners owners = test::gitlab("/docs/ @a\n*.md @b\n/docs/**/* @c\n");
  CHECK(winners(owners, "docs/x.md") == Lines{"codeowners:2"});
  CHECK(winners(owners, "docs/x.txt") == Lines{"codeowners:3"});
  CHECK(winners(test::gitlab("!*.rb\n*.rb @r\n"), "x.rb") == Lines{"codeowners:2"});
  CHECK(winners(test::gitlab("*.rb @r\n!*.rb\n"), "x.rb").empty());
}

TEST_CASE("gitlab: an exclusion cancels its section wherever it stands, and only its section") {
  const CodeOwners owners = test::gitlab("* @a\n!x\nx/y @b\n[Two]\n* @c\n!\n[Three] @d\nx\n");
  CHECK(winners(owners, "x") == Lines{"Three:8"});
  CHECK(winners(owners, "x/y") == Lines{"codeowners:3"});
  CHECK(OwnershipLookup(owners).answer("x").excluded);
  CHECK(OwnershipLookup(owners).answer("x").owners == Lines{"@d"});
}

TEST_CASE("gitlab: what a heading says holds for the entries below it, not for the merged section") {
  const CodeOwners owners = test::gitlab("[Docs][2] @first\na\n[Other]\nz @z\n^[DOCS] @second\nb\n[docs]\nc\n");
  const auto of = [&](const char* path) { return sections_for(owners, path).at(0); };
  CHECK(of("a") == SectionAnswer{"Docs", {"@first"}, false, 2, 2, "a"});
  CHECK(of("b") == SectionAnswer{"Docs", {"@second"}, false, 0, 6, "b"});
  CHECK(of("c") == SectionAnswer{"Docs", {}, false, 0, 8, "c"});
  CHECK(sections_for(test::gitlab("^[A]\nx @a\n!y\n"), "x").at(0).optional);
}

TEST_CASE("gitlab: section names are merged without letter case, once there is a named section") {
  CHECK(winners(test::gitlab("* @a\n[codeowners]\n*.rb @b\n"), "x.rb") == Lines{"codeowners:3"});
  CHECK(winners(test::gitlab("* @a\n[CodeOwners]\n*.rb @b\n"), "x.rb") == Lines{"codeowners:1", "CodeOwners:3"});
  CHECK(winners(test::gitlab("* @a\n[X]\n[CodeOwners]\n*.rb @b\n"), "x.rb") == Lines{"codeowners:4"});
  CHECK(winners(test::gitlab("[Straße]\na @a\n[STRASSE]\n* @b\n"), "a") == Lines{"Straße:4"});
}

TEST_CASE("gitlab: an owner that does not exist is one complaint for each entry, in an otherwise sound file") {
  const auto known = KnownOwners::parse("@a\n@group/sub\nX@y.z\n");
  const CodeOwners sound = test::gitlab("x @A @gone @lost\ny @Group/Sub x@Y.z @@owner\n[S] @gone\nz\nw @a\n!v @gone\n");
  CHECK(test::summary(unknown_owners(sound.file(), known)) == Lines{"1 inaccessible_owner", "4 inaccessible_owner"});
  const CodeOwners unsound = test::gitlab("x @gone\ny\n");
  CHECK(unknown_owners(unsound.file(), known).empty());
}

TEST_CASE("gitlab: a binary file is read as empty") {
  const CodeOwners owners = test::gitlab(std::string("* @a\n\0", 6));
  CHECK(test::line_for(owners, "x") == 0);
  CHECK(test::summary(owners.file().diagnostics) == Lines{"binary-file"});
}
