// Files and paths made to break a reader: nothing crashes, and nothing takes more than linear time. The sizes are such
// that what is quadratic does not end before the test runner gives up.
#include <doctest/doctest.h>

#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "context/known_owners.hpp"
#include "context/owners.hpp"
#include "context/owners_check.hpp"
#include "unit/context/owners_fixture.hpp"

using namespace gatepost;
using namespace gatepost::context;

namespace {

constexpr auto kGitHub = OwnersDialect::github;
constexpr auto kGitLab = OwnersDialect::gitlab;

std::string repeated(std::string_view part, std::size_t bytes) {
  std::string out;
  while (out.size() + part.size() < bytes) out += part;
  return out;
}

// Reads the file, asks for some paths, checks it against known owners and files.
void exercise(const std::string& text, OwnersDialect dialect) {
  const std::vector<std::string> paths = {"a",
                                          "a/b",
                                          "x/y/z.c",
                                          ".github/CODEOWNERS",
                                          std::string(4000, 'a'),
                                          repeated("a/", 4000) + "a",
                                          "\xFF/\xC3\xA9",
                                          std::string("n\0l", 3)};
  const CodeOwners owners({.path = "CODEOWNERS", .text = text}, dialect);
  OwnershipLookup lookup(owners);
  for (const std::string& path : paths) lookup.answer(path);
  const KnownOwners known = KnownOwners::parse("@a\n");
  check_owners({.owners = owners, .paths = std::span(paths), .known = &known});
}

}  // namespace

TEST_CASE("hostile: random bytes are read and matched") {
  std::mt19937 random(3);
  const std::string_view alphabet("ab/*?[]\\!^#@ .-\t\r\n\n\0\xC3\xA9\xFF", 22);
  for (int round = 0; round < 600; ++round) {
    std::string text;
    for (std::size_t i = random() % 200; i > 0; --i) text += alphabet[random() % alphabet.size()];
    for (const auto dialect : {kGitHub, kGitLab}) exercise(text, dialect);
  }
  for (int round = 0; round < 150; ++round) {
    std::string text;
    for (std::size_t i = random() % 300; i > 0; --i) text += static_cast<char>(random());
    for (const auto dialect : {kGitHub, kGitLab}) exercise(text, dialect);
  }
}

TEST_CASE("hostile: one part repeated over and over costs time in proportion") {
  for (const std::string_view part : {"a",        "*",      "**",
                                      "a/",       "**/",    "*/",
                                      "?",        "\\",     "\\ ",
                                      "[",        "[a",     "]",
                                      "[]",       "@",      "@a ",
                                      "a@",       "@a/",    " ",
                                      "\r",       "\n",     "\t\n",
                                      "#",        "# ",     "!",
                                      "!\n",      "*\n",    "/\n",
                                      "//",       ".",      "\xC3\xA9",
                                      "\xFF",     "x\\",    "*a",
                                      "a*\n",     "bad ",   "a@b.cd ",
                                      "@@owner ", "[a]\n",  "^[a][1] @a\n*\n",
                                      "* @a\n",   "* bad\n"}) {
    for (const auto dialect : {kGitHub, kGitLab}) {
      CAPTURE(part);
      const std::string text = repeated(part, 100'000);
      exercise(text, dialect);
      exercise("* " + text, dialect);
    }
  }
}

TEST_CASE("hostile: a file of 2.9 MB may be one line, or one rule again and again") {
  for (const std::string_view part : {"a", "@a ", "bad ", "a/", "* @a\n"}) {
    for (const auto dialect : {kGitHub, kGitLab}) {
      CAPTURE(part);
      exercise("* " + repeated(part, 2'900'000), dialect);
    }
  }
}

TEST_CASE("hostile: a pattern of 100 KB is read, and matches what it says") {
  const std::string name(100'000, 'a');
  const CodeOwners owners = test::github("* @a\n" + name + "* @b\n*" + repeated("a*", 100'000) + " @c\n/x/" +
                                         repeated("**/y/", 100'000) + " @d\n");
  CHECK(owners.file().rules.size() == 4);
  CHECK(test::line_for(owners, std::string(4096, 'a')) == 1);
  CHECK(test::line_for(owners, name) == 0);  // no path is that long
}

TEST_CASE("hostile: 80,001 rules are read and matched") {
  std::string text;
  for (int i = 0; i <= 80'000; ++i) {
    text += "/d" + std::to_string(i % 300) + "/e" + std::to_string(i) + "/ @t" + std::to_string(i % 50) + "\n";
  }
  for (const auto dialect : {kGitHub, kGitLab}) {
    const CodeOwners owners({.path = "CODEOWNERS", .text = text}, dialect);
    CHECK(owners.file().rules.size() == 80'001);
    CHECK(test::line_for(owners, "d299/e299/x") == 300);
    CHECK(test::line_for(owners, "d200/e80000/x/y") == 80'001);
    CHECK(test::line_for(owners, "d201/e80000/x/y") == 0);
  }
}

TEST_CASE("hostile: rules that keep thousands of states in force do not fill the memory and stay right") {
  std::string text;
  for (unsigned bits = 0; bits < 2048; ++bits) {
    std::string name;
    for (unsigned i = 0; i < 11; ++i) name += (bits >> i & 1U) != 0 ? 'a' : '?';
    text += "/**/" + name + "/**/x @o\n";
  }
  const CodeOwners owners = test::github(text);
  OwnershipLookup lookup(owners);
  for (int i = 0; i < 4000; ++i) {
    const std::string directory = "d" + std::to_string(i) + "/";
    const auto found = lookup.find(directory + "aaaaaaaaaaa/q/x").rules;
    REQUIRE(found.size() == 1);
    CHECK(owners.file().rules[found[0]].line == 2048);
    CHECK(owners.file().rules[lookup.find(directory + "baaaaaaaaaa/x").rules[0]].line == 2047);
    CHECK(lookup.find(directory + "aaaaaaaaaa/x").rules.empty());
  }
}

TEST_CASE("hostile: many floating globs are remembered by name, and give what they give one by one") {
  std::mt19937 random(5);
  std::vector<std::string> patterns;
  std::string text;
  for (int i = 0; i < 400; ++i) {
    std::string pattern = "*";
    for (int k = 0; k < 2; ++k) pattern += std::string(1, static_cast<char>('a' + random() % 6)) + "*";
    patterns.push_back(pattern);
    text += pattern + " @o\n";
  }
  const CodeOwners all = test::github(text);
  OwnershipLookup lookup(all);
  std::deque<CodeOwners> alone;
  std::deque<OwnershipLookup> lookups;
  for (const std::string& pattern : patterns) {
    alone.push_back(test::github(pattern + " @o\n"));
    lookups.emplace_back(alone.back());
  }
  for (int i = 0; i < 300; ++i) {
    std::string path = i % 3 == 0 ? "x/y/" : "";
    for (std::size_t k = 1 + random() % 3; k > 0; --k) path += static_cast<char>('a' + random() % 8);
    std::uint32_t expected = 0;
    for (std::uint32_t k = 0; k < alone.size(); ++k) {
      if (!lookups[k].find(path).rules.empty()) expected = k + 1;
    }
    for (int again = 0; again < 2; ++again) {
      const auto found = lookup.find(path).rules;
      CHECK((found.empty() ? 0 : all.file().rules[found[0]].line) == expected);
    }
  }
}

TEST_CASE("hostile: thousands of GitLab sections, and one list of owners for thousands of entries") {
  std::string sections;
  for (int i = 0; i < 20'000; ++i) sections += "[s" + std::to_string(i) + "]\n* @a\n";
  const CodeOwners many = test::gitlab(sections);
  OwnershipLookup lookup(many);
  for (int i = 0; i < 50; ++i) CHECK(lookup.find("d" + std::to_string(i) + "/x").rules.size() == 20'000);

  std::string everywhere;
  for (int i = 0; i < 20'000; ++i) everywhere += "[s" + std::to_string(i) + "]\n**/a/ @a\n";
  const CodeOwners at_any_depth = test::gitlab(everywhere);
  OwnershipLookup deep(at_any_depth);
  for (int i = 0; i < 20; ++i) CHECK(deep.find(repeated("a/", 4000) + std::to_string(i)).rules.size() == 20'000);

  std::string shared = "[S] " + repeated("@someone ", 500'000) + "\n";
  for (int i = 0; i < 20'000; ++i) shared += "/f" + std::to_string(i) + "\n";
  const CodeOwners owners = test::gitlab(shared);
  const KnownOwners known = KnownOwners::parse("@someone\n");
  const std::vector<std::string> paths = {"f1", "f19999", "g"};
  check_owners({.owners = owners, .paths = std::span(paths), .known = &known});
}
