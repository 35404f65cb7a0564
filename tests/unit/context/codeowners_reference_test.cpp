// The matcher against slow and obvious ones: written from the rules of the two languages, character by character,
// without an automaton, a cache or a normal form; and against git for the patterns that GitHub reads as git does.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "context/owners.hpp"
#include "context/segment_pattern.hpp"
#include "support/skip.hpp"
#include "unit/context/owners_fixture.hpp"

using namespace gatepost;
using namespace gatepost::context;

namespace {

using Segments = std::vector<std::string>;

Segments split(std::string_view s) {
  Segments parts(1);
  for (const char c : s) {
    if (c == '/') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::size_t character(std::string_view s) { return text::code_point_at(s, 0).bytes; }

// ---- GitHub ----

bool github_segment(std::string_view p, std::string_view s) {
  if (p.empty()) return s.empty();
  if (p[0] == '*') return github_segment(p.substr(1), s) || (!s.empty() && github_segment(p, s.substr(character(s))));
  if (s.empty()) return false;
  if (p[0] == '?') return github_segment(p.substr(1), s.substr(character(s)));
  if (p[0] == '\\') p.remove_prefix(1);
  return !p.empty() && p[0] == s[0] && github_segment(p.substr(1), s.substr(1));
}

// How many segments of the path, counted from the root, the segments of the pattern may use up.
void github_ends(const Segments& p, std::size_t i, const Segments& path, std::size_t at, std::set<std::size_t>& ends) {
  if (i == p.size()) {
    ends.insert(at);
    return;
  }
  if (p[i] == "**") {
    for (std::size_t next = at; next <= path.size(); ++next) github_ends(p, i + 1, path, next, ends);
    return;
  }
  if (at < path.size() && github_segment(p[i], path[at])) github_ends(p, i + 1, path, at + 1, ends);
}

bool github_matches(std::string pattern, std::string_view path_text) {
  if (pattern == "/") return false;
  const bool anchored = pattern.find('/') < pattern.size() - 1;
  const bool leading = pattern[0] == '/';
  const bool trailing = pattern.size() > 1 && pattern.back() == '/';
  if (leading) pattern.erase(0, 1);
  if (trailing) pattern.pop_back();
  Segments p = split(pattern);
  if (!anchored) p.insert(p.begin(), "**");
  const Segments path = split(path_text);
  std::set<std::size_t> ends;
  github_ends(p, 0, path, 0, ends);
  const std::string last = p.back();
  const bool one_level = !trailing && last == "*" && (leading || p.size() > 1) && anchored;
  for (const std::size_t end : ends) {
    const bool everything_below = trailing;
    if (everything_below && end < path.size()) return true;
    if (!trailing && last == "**" && p.size() >= 1) {
      // A globstar at the end uses up what is below; the directory itself is not meant.
      Segments without(p.begin(), p.end() - 1);
      std::set<std::size_t> heads;
      github_ends(without, 0, path, 0, heads);
      for (const std::size_t head : heads) {
        if (head < path.size()) return true;
      }
      return false;
    }
    if (one_level && end == path.size()) return true;
    if (!trailing && !one_level && end >= 1) return true;
  }
  return false;
}

// ---- GitLab: fnmatch with pathnames and leading dots, the string as a whole ----

// The character at `p`, without its backslash.
struct Unit {
  std::string_view text;
  std::size_t bytes;  // of `p`, the backslash included
};
Unit unit(std::string_view p) {
  const std::size_t skip = p.size() > 0 && p[0] == '\\' ? 1 : 0;
  if (p.size() == skip) return {{}, skip};
  const std::size_t bytes = character(p.substr(skip));
  return {p.substr(skip, bytes), skip + bytes};
}

// p starts behind `[`. The rest of the pattern behind `]` when the character is in the set.
bool in_set(std::string_view p, std::string_view c, std::string_view& rest) {
  bool negated = false, found = false;
  if (!p.empty() && (p[0] == '!' || p[0] == '^')) {
    negated = true;
    p.remove_prefix(1);
  }
  const auto value = [](std::string_view s) { return text::code_point_at(s, 0).value; };
  while (!p.empty() && p[0] != ']') {
    const Unit low = unit(p);
    if (low.text.empty()) return false;
    p.remove_prefix(low.bytes);
    if (p.empty()) return false;
    Unit high = low;
    if (p.size() > 1 && p[0] == '-' && p[1] != ']') {
      high = unit(p.substr(1));
      if (high.text.empty()) return false;
      p.remove_prefix(1 + high.bytes);
    }
    found = found || c == low.text || c == high.text || (value(low.text) <= value(c) && value(c) <= value(high.text));
  }
  if (p.empty()) return false;
  rest = p.substr(1);
  return found != negated;
}

bool gitlab_matches(std::string_view p, std::string_view s, bool segment_start = true) {
  if (segment_start && p.starts_with("**/")) {
    if (gitlab_matches(p.substr(3), s)) return true;
    const std::size_t slash = s.find('/');
    return slash != std::string_view::npos && gitlab_matches(p, s.substr(slash + 1));
  }
  if (p.empty()) return s.empty();
  if (p == "\\") return s.empty();
  if (p[0] == '*') {
    if (gitlab_matches(p.substr(1), s, false)) return true;
    return !s.empty() && s[0] != '/' && gitlab_matches(p, s.substr(character(s)), false);
  }
  const Unit next = unit(p);
  if (next.text == "/") return s.starts_with('/') && gitlab_matches(p.substr(next.bytes), s.substr(1));
  if (s.empty() || s[0] == '/') return false;
  const std::size_t bytes = character(s);
  if (p[0] == '?') return gitlab_matches(p.substr(1), s.substr(bytes), false);
  if (p[0] == '[') {
    std::string_view rest;
    return in_set(p.substr(1), s.substr(0, bytes), rest) && gitlab_matches(rest, s.substr(bytes), false);
  }
  return next.text == s.substr(0, bytes) && gitlab_matches(p.substr(next.bytes), s.substr(bytes), false);
}

// ---- random patterns and paths ----

using Random = std::mt19937;

template <std::size_t N>
const char* one_of(Random& random, const char* const (&choices)[N]) {
  return choices[random() % N];
}
bool chance(Random& random, unsigned percent) { return random() % 100 < percent; }

constexpr const char* kNames[] = {"a",  "b",     "ab", "ba", "aab", "a.c", "b.c",
                                  ".c", "x.a.c", "é",  "aé", "[b]", "a*",  "?"};
constexpr const char* kShared[] = {"a",   "b",   "ab",    "*",    "*",  "**", "**",  "?",   "a*", "*b", "a?", "?b",
                                   "*a*", "*.c", "*.a.c", "a*b*", ".*", "*?", "b**", "\\*", "é",  "?é", "\\a"};
constexpr const char* kGitLabOnly[] = {"[ab]", "[!a]",  "[^b]*",  "[a-b]", "[b-a]", "[",    "[]",
                                       "[!]",  "[a/b]", "[\\]a]", "\\[b]", "[a-]b", "[à-ü]"};

std::string random_path(Random& random) {
  std::string path = one_of(random, kNames);
  while (chance(random, 60)) path += std::string("/") + one_of(random, kNames);
  return path;
}

std::string random_pattern(Random& random, OwnersDialect dialect) {
  const bool gitlab = dialect == OwnersDialect::gitlab;
  const auto segment = [&]() -> std::string {
    return gitlab && chance(random, 15) ? one_of(random, kGitLabOnly) : one_of(random, kShared);
  };
  std::string pattern = chance(random, 40) ? "/" : "";
  pattern += segment();
  while (chance(random, 45)) pattern += "/" + segment();
  if (chance(random, 25)) pattern += "/";
  if (chance(random, 3)) pattern += "\\";
  return pattern;
}

// A blank behind a backslash would belong to the pattern.
std::string rule_line(const std::string& pattern) { return pattern + (pattern.ends_with('\\') ? "\n" : " @o\n"); }

std::vector<std::string> many(std::size_t count, Random& random, const auto& make) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(make(random));
  return all;
}

}  // namespace

TEST_CASE("reference: the slow matchers agree with the documented examples") {
  CHECK(github_matches("docs/*", "docs/a"));
  CHECK_FALSE(github_matches("docs/*", "docs/a/b"));
  CHECK(github_matches("a*", "x/ab/c"));
  CHECK(github_matches("/**", "a/b"));
  CHECK_FALSE(github_matches("a/**", "a"));
  CHECK_FALSE(github_matches("/*", "a/b"));
  CHECK(gitlab_matches("/docs/**", "/docs/a"));
  CHECK_FALSE(gitlab_matches("/docs/**", "/docs/a/b"));
  CHECK(gitlab_matches("/**/x[!b]/*", "/d/xa/y"));
}

TEST_CASE("reference: one GitHub pattern matches what the slow matcher says, on random pairs") {
  Random random(20240517);
  std::size_t pairs = 0, matches = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string pattern = random_pattern(random, OwnersDialect::github);
    const bool lone_backslash = pattern.ends_with('\\');
    const CodeOwners owners = test::github(rule_line(pattern));
    if (owners.file().rules.empty()) continue;
    OwnershipLookup lookup(owners);
    for (int k = 0; k < 12; ++k) {
      const std::string path = random_path(random);
      const bool expected = !lone_backslash && github_matches(pattern, path);
      INFO("pattern ", pattern, " path ", path);
      CHECK(!lookup.find(path).rules.empty() == expected);
      ++pairs;
      matches += expected ? 1 : 0;
    }
  }
  CHECK(pairs > 40'000);
  CHECK(matches > 5'000);
}

TEST_CASE("reference: one GitLab pattern matches what the slow matcher says, on random pairs") {
  Random random(20240518);
  std::size_t matches = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string pattern = random_pattern(random, OwnersDialect::gitlab);
    if (pattern[0] == '[' && pattern.find(']') != std::string::npos) continue;  // a heading
    const CodeOwners owners = test::gitlab(rule_line(pattern));
    if (owners.file().rules.empty()) continue;
    OwnershipLookup lookup(owners);
    const std::string key = codeowners::normalise_gitlab(pattern);
    for (int k = 0; k < 12; ++k) {
      const std::string path = random_path(random);
      const bool expected = gitlab_matches(key, "/" + path);
      INFO("pattern ", pattern, " path ", path);
      CHECK(!lookup.find(path).rules.empty() == expected);
      matches += expected ? 1 : 0;
    }
  }
  CHECK(matches > 4'000);
}

TEST_CASE("reference: in a file of many rules the last GitHub rule that matches wins") {
  Random random(7);
  for (int round = 0; round < 150; ++round) {
    const auto patterns =
        many(1 + random() % 60, random, [](Random& r) { return random_pattern(r, OwnersDialect::github); });
    std::string file;
    for (const std::string& pattern : patterns) file += rule_line(pattern);
    const CodeOwners owners = test::github(file);
    OwnershipLookup lookup(owners);
    for (int k = 0; k < 60; ++k) {
      const std::string path = random_path(random);
      std::uint32_t expected = 0;
      for (const codeowners::Rule& rule : owners.file().rules) {
        const std::string pattern(owners.file().view(rule.pattern));
        if (!pattern.ends_with('\\') && github_matches(pattern, path)) expected = rule.line;
      }
      const auto found = lookup.find(path).rules;
      INFO("file ", file, " path ", path);
      CHECK((found.empty() ? 0 : owners.file().rules[found[0]].line) == expected);
    }
  }
}

TEST_CASE("reference: in a file of many sections each GitLab section answers for itself") {
  Random random(8);
  for (int round = 0; round < 150; ++round) {
    std::string file;
    const std::size_t sections = random() % 6;
    for (std::size_t s = 0; s <= sections; ++s) {
      if (s > 0) file += "[S" + std::to_string(random() % 4) + "]\n";
      for (std::size_t i = random() % 8; i > 0; --i) {
        file += (chance(random, 10) ? "!" : "") + rule_line(random_pattern(random, OwnersDialect::gitlab));
      }
    }
    const CodeOwners owners = test::gitlab(file);
    const auto& rules = owners.file().rules;
    OwnershipLookup lookup(owners);
    for (int k = 0; k < 60; ++k) {
      const std::string path = random_path(random);
      std::vector<codeowners::RuleId> expected;
      bool excluded = false;
      for (std::uint32_t s = 0; s < owners.file().sections.size(); ++s) {
        bool out = false;
        std::optional<codeowners::RuleId> best;
        for (codeowners::RuleId id = 0; id < rules.size(); ++id) {
          const std::string key = codeowners::normalise_gitlab(owners.file().view(rules[id].pattern));
          if (rules[id].section != s || !gitlab_matches(key, "/" + path)) continue;
          best = id;
          out = out || rules[id].exclusion;
        }
        if (best && !out) expected.push_back(*best);
        excluded = excluded || out;
      }
      const auto found = lookup.find(path);
      INFO("file ", file, " path ", path);
      CHECK(std::vector(found.rules.begin(), found.rules.end()) == expected);
      CHECK(found.excluded == excluded);
    }
  }
}

namespace {

// A repository without files, and one exclude file to put patterns in.
struct GitOracle {
  std::filesystem::path folder;
  GitOracle() : folder(std::filesystem::temp_directory_path() / ("gatepost-ignore-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder);
  }
  ~GitOracle() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  GitOracle(const GitOracle&) = delete;
  GitOracle& operator=(const GitOracle&) = delete;

  int run(const std::string& command) const {
    return std::system(("cd '" + folder.string() + "' && " + command + " 2>/dev/null").c_str());
  }
  bool start() const { return run("git init -q .") == 0; }
  // The paths that `pattern` ignores.
  std::set<std::string> ignored(const std::string& pattern, const std::vector<std::string>& paths) const {
    std::ofstream(folder / "pattern") << pattern << "\n";
    std::ofstream input(folder / "paths", std::ios::binary);
    for (const std::string& path : paths) input << path << '\0';
    input.close();
    run("git -c core.ignorecase=false -c core.excludesFile=pattern check-ignore --no-index --stdin -z <paths >found");
    std::ifstream output(folder / "found", std::ios::binary);
    std::set<std::string> found;
    for (std::string path; std::getline(output, path, '\0');) found.insert(path);
    return found;
  }
};

// Where GitHub differs from git on purpose: a last segment `*` covers one level, and `**/` at the end is no directory.
// And where git surprises: it compares the letters in front of the first star on their own, and then takes the `**` of
// `b**/c` for a globstar.
bool differs_from_git(const std::string& pattern) {
  const bool last_star = pattern.ends_with("/*");
  const bool globstar_directory = pattern.ends_with("**/");
  const bool stars_only = pattern.find_first_not_of("*/") == std::string::npos;
  const auto segments = split(pattern);
  const bool inner_stars = std::ranges::any_of(
      segments, [](const std::string& it) { return it != "**" && it.find("**") != std::string::npos; });
  return last_star || globstar_directory || stars_only || inner_stars;
}

}  // namespace

TEST_CASE("reference: GitHub patterns match what git ignores") {
  const GitOracle git;
  if (!git.start()) {
    test::skip("no git");
    return;
  }
  Random random(9);
  std::vector<std::string> paths;
  for (const std::string& path : many(120, random, random_path)) {
    const bool ascii = path.find("é") == std::string::npos;  // git's `?` is one byte
    if (ascii) paths.push_back(path);
  }
  std::size_t matches = 0;
  for (int i = 0; i < 250; ++i) {
    const std::string pattern = random_pattern(random, OwnersDialect::github);
    const CodeOwners owners = test::github(rule_line(pattern));
    if (owners.file().rules.empty() || differs_from_git(pattern)) continue;
    const auto ignored = git.ignored(pattern, paths);
    OwnershipLookup lookup(owners);
    for (const std::string& path : paths) {
      INFO("pattern ", pattern, " path ", path);
      CHECK(!lookup.find(path).rules.empty() == ignored.contains(path));
    }
    matches += ignored.size();
  }
  CHECK(matches > 1'000);
}
