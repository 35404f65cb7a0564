#include "base/glob.hpp"

#include <doctest/doctest.h>

#include <random>

#include "base/text.hpp"

using namespace gatepost;

namespace {

bool matches(std::string_view pattern, std::string_view path) {
  const auto glob = Glob::compile(pattern);
  REQUIRE_MESSAGE(glob.ok(), pattern);
  return glob->matches(path);
}

// The definition, written down without a thought of speed: `*`, `?`, `[abc]` and `**` only.
bool naive_segment(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return naive_segment(pattern.substr(1), text) || (!text.empty() && naive_segment(pattern, text.substr(1)));
  }
  if (text.empty()) return false;
  if (pattern[0] == '[') {
    const std::size_t end = pattern.find(']');
    const bool negated = pattern[1] == '!';
    const std::string_view set = pattern.substr(negated ? 2 : 1, end - (negated ? 2 : 1));
    return (set.find(text[0]) != std::string_view::npos) != negated &&
           naive_segment(pattern.substr(end + 1), text.substr(1));
  }
  return (pattern[0] == '?' || pattern[0] == text[0]) && naive_segment(pattern.substr(1), text.substr(1));
}

bool naive_path(std::span<const std::string_view> pattern, std::span<const std::string_view> path) {
  if (pattern.empty()) return path.empty();
  if (pattern[0] == "**") {
    return naive_path(pattern.subspan(1), path) || (!path.empty() && naive_path(pattern, path.subspan(1)));
  }
  return !path.empty() && naive_segment(pattern[0], path[0]) && naive_path(pattern.subspan(1), path.subspan(1));
}

std::string pick(std::mt19937& random, std::span<const std::string_view> parts, std::size_t most) {
  std::string made;
  for (std::size_t n = random() % most + 1; n-- > 0;) made += parts[random() % parts.size()];
  return made;
}

}  // namespace

TEST_CASE("glob: the language") {
  struct Case {
    std::string_view pattern, path;
    bool matches;
  };
  const Case cases[] = {
      {"a.json", "a.json", true},
      {"a.json", "b/a.json", false},
      {"a.json", "A.json", false},
      {"*.json", "a.json", true},
      {"*.json", "a/b.json", false},
      {"*.json", ".json", true},
      {"*.json", "a.jsonx", false},
      {"a?c", "abc", true},
      {"a?c", "ac", false},
      {"a?c", "a/c", false},
      {"**", "a", true},
      {"**", "a/b/c", true},
      {"**/x", "x", true},
      {"**/x", "a/b/x", true},
      {"**/x", "a/b/x/y", false},
      {"a/**", "a/b/c", true},
      {"a/**", "a", true},  // any number of segments, also none
      {"a/**", "ab", false},
      {"a/**/b", "a/b", true},
      {"a/**/b", "a/x/y/b", true},
      {"a/**/b/**/c", "a/b/x/b/c", true},
      {"a/**/b/**/c", "a/x/c", false},
      {"a**b", "axxb", true},  // within a segment it is two stars
      {"a**b", "a/b", false},
      {"./reports/*.sarif", "reports/x.sarif", true},
      {"[a-c]x", "bx", true},
      {"[a-c]x", "dx", false},
      {"[!a-c]x", "dx", true},
      {"[^a-c]x", "ax", false},
      {"[]a]x", "]x", true},
      {"[!]a]x", "]x", false},
      {"[a-]x", "-x", true},
      {"[a\\]b]x", "]x", true},
      {"[\\a-\\c]x", "bx", true},
      {"[!a]", "/", false},
      {"\\*.json", "*.json", true},
      {"\\*.json", "a.json", false},
      {"a\\", "a\\", true},  // nothing to escape
      {"{a,b}.json", "b.json", true},
      {"{a,b}.json", "c.json", false},
      {"{a,b/c}/d", "b/c/d", true},
      {"{a,{b,c}d}", "cd", true},
      {"{a,{b,c}d}", "b", false},
      {"{,x}a", "a", true},
      {"{a}", "a", true},
      {"a\\{b,c}", "a{b,c}", true},
      {"[{]a,b}", "{a,b}", true},  // in a class a brace is itself
      {"{[,],x}", ",", true},
      {"{[,],x}", "x", true},
      {"a}", "a}", true},
      {"{\\,,b}", ",", true},
      {"ä?", "äb", true},
      {"a//b", "a//b", true},
  };
  for (const Case& it : cases) {
    CAPTURE(it.pattern);
    CAPTURE(it.path);
    CHECK(matches(it.pattern, it.path) == it.matches);
  }
}

TEST_CASE("glob: a pattern that cannot be meant is refused with its place") {
  struct Case {
    std::string pattern, message;
  };
  const Case cases[] = {
      {"", "glob \"\": empty"},
      {"a[b", "glob \"a[b\": \"[\" at column 2 is not closed"},
      {"[]", "glob \"[]\": \"[\" at column 1 is not closed"},
      {"[a/b]", "glob \"[a/b]\": \"[\" at column 1 is not closed"},
      {"x{a,b", "glob \"x{a,b\": \"{\" at column 2 is not closed"},
      {"{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
       "glob \"{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}\": more than 256 alternatives"},
      {std::string(4097, 'x'), "glob \"" + std::string(80, 'x') + "…\": longer than 4096 bytes"},
  };
  for (const Case& it : cases) {
    const auto glob = Glob::compile(it.pattern);
    REQUIRE_FALSE(glob.ok());
    CHECK(glob.error().message == it.message);
    CHECK(glob.error().kind == ErrorKind::config);
  }
  CHECK(Glob::compile("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}").ok());  // 256
}

TEST_CASE("glob: random patterns agree with the definition") {
  constexpr std::string_view kPattern[] = {"*", "?", "a", "b", "[ab]", "[!a]", "/", "/**/", "c"};
  constexpr std::string_view kPath[] = {"a", "b", "c", "/", "ab"};
  std::mt19937 random(7);
  std::size_t hits = 0;
  for (int round = 0; round < 60'000; ++round) {
    const std::string pattern = pick(random, kPattern, 6), path = pick(random, kPath, 7);
    const auto pattern_segments = text::split(pattern, '/'), path_segments = text::split(path, '/');
    const bool expected = naive_path(pattern_segments, path_segments);
    CAPTURE(pattern);
    CAPTURE(path);
    REQUIRE(matches(pattern, path) == expected);
    hits += expected ? 1 : 0;
  }
  CHECK(hits > 1000);  // otherwise the comparison says little
}

TEST_CASE("glob: no pattern takes exponential time") {
  std::string stars, deep, path;
  for (int i = 0; i < 100; ++i) {
    stars += "a*";
    deep += "**/a/";
    path += "a/";
  }
  CHECK_FALSE(matches(stars + "b", std::string(4000, 'a')));
  CHECK_FALSE(matches(deep + "b", path + "c"));
  CHECK_FALSE(matches("**/*a*a*a*a*b", path + std::string(4000, 'a')));
  CHECK_FALSE(matches("*[" + std::string(2000, 'b') + "]c", std::string(4000, 'a')));
  CHECK_FALSE(Glob::compile(std::string(4096, '{')).ok());
}

TEST_CASE("glob: a folder is entered only when something below it can match") {
  struct Case {
    std::string_view pattern, folder;
    bool enter;
  };
  const Case cases[] = {
      {"*.json", "a", false},         {"a/*.json", "a", true},    {"a/*.json", "b", false},
      {"a/*.json", "a/b", false},     {"a/**", "a/b/c", true},    {"a/**/x", "b", false},
      {"**/x", "any/where", true},    {"{a,b}/c/d", "b/c", true}, {"{a,b}/c/d", "b/d", false},
      {"a*/b/c.json", "abc/b", true}, {"./a/x", "a", true},
  };
  for (const Case& it : cases) {
    CAPTURE(it.pattern);
    CAPTURE(it.folder);
    CHECK(Glob::compile(it.pattern)->may_match_below(it.folder) == it.enter);
  }
}

TEST_CASE("glob: a literal pattern is told from one with special characters") {
  CHECK(Glob::is_literal("a/b.json"));
  for (const std::string_view special : {"*", "a?", "[a]", "{a}", "a\\b"}) CHECK_FALSE(Glob::is_literal(special));
}
