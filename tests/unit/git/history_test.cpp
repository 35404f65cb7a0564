#include "git/history.hpp"

#include <algorithm>
#include <random>
#include <sstream>

#include "unit/git/fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

std::vector<std::string> bases_of(const git::Repository& repository, const std::string& one, const std::string& two) {
  const auto found = git::merge_bases(repository, commit_id(repository, one), commit_id(repository, two));
  REQUIRE_MESSAGE(found.ok(), found.error().message);
  std::vector<std::string> ids;
  for (const git::ObjectId& id : found->bases) ids.push_back(id.hex());
  return ids;
}

// What git says, in its order.
std::vector<std::string> git_bases(const std::string& directory, const std::string& one, const std::string& two) {
  std::istringstream lines(try_git(directory, {"merge-base", "--all", one, two}).out);
  std::vector<std::string> ids;
  for (std::string line; std::getline(lines, line);) ids.push_back(line);
  return ids;
}

// A history of `count` commits c0, c1, … with several roots, octopus merges, and dates that may lie.
std::vector<GitCommit> random_history(unsigned seed, int count, bool honest) {
  std::mt19937 random(seed);
  const auto number = [&](int least, int most) { return std::uniform_int_distribution(least, most)(random); };
  std::vector<GitCommit> commits;
  for (int i = 0; i < count; ++i) {
    GitCommit commit{.name = "c" + std::to_string(i)};
    commit.time = honest ? 100 * (i + 1) : number(1, 20) * 100;
    const int parents = i == 0 || number(1, 20) == 1 ? 0 : number(1, 10) <= 6 ? 1 : number(1, 10) <= 8 ? 2 : 4;
    for (int p = 0; p < parents; ++p) {
      const std::string parent = "c" + std::to_string(number(std::max(0, i - 8), i - 1));
      if (std::ranges::find(commit.parents, parent) == commit.parents.end()) commit.parents.push_back(parent);
    }
    commits.push_back(commit);
  }
  return commits;
}

struct HistoryCase {
  std::string name;
  std::vector<GitCommit> commits;
  std::string one, two;
  std::vector<std::string> expected;  // names
};

const std::vector<HistoryCase> kHistories = {
    {"the base went on", {{"a"}, {"b", {"a"}}, {"one", {"b"}}, {"two", {"a"}}}, "one", "two", {"a"}},
    {"one descends from the other", {{"a"}, {"one", {"a"}}, {"b", {"one"}}, {"two", {"b"}}}, "one", "two", {"one"}},
    {"the same commit", {{"a"}, {"one", {"a"}}}, "one", "one", {"one"}},
    {"unrelated", {{"a"}, {"one", {"a"}}, {"b"}, {"two", {"b"}}}, "one", "two", {}},
    {"the base was merged into the change",
     {{"a"}, {"b", {"a"}}, {"c", {"a"}}, {"two", {"c", "b"}}, {"one", {"b"}}},
     "one",
     "two",
     {"b"}},
    {"criss-cross: the younger first",
     {{"r"}, {"a", {"r"}}, {"b", {"r"}}, {"one", {"a", "b"}}, {"two", {"b", "a"}}},
     "one",
     "two",
     {"b", "a"}},
    {"octopus",
     {{"r"}, {"a", {"r"}}, {"b", {"r"}}, {"c", {"r"}}, {"one", {"a", "b", "c"}}, {"two", {"b"}}},
     "one",
     "two",
     {"b"}},
    {"an ancestor that claims to be younger than its child is no second base",
     {{"r", {}, {}, 9000}, {"b", {"r"}, {}, 100}, {"one", {"b", "r"}, {}, 8000}, {"two", {"r", "b"}, {}, 8500}},
     "one",
     "two",
     {"b"}},
};

}  // namespace

TEST_CASE("history: merge bases of known histories") {
  if (!have_git()) return;
  for (const HistoryCase& it : kHistories) {
    CAPTURE(it.name);
    const TempDir temp;
    make_repository(temp / "r", it.commits, true);
    const auto repository = open_repository(temp / "r");
    std::vector<std::string> expected;
    for (const std::string& name : it.expected) expected.push_back(commit_id(repository, name).hex());
    CHECK(bases_of(repository, it.one, it.two) == expected);
    CHECK(git_bases(temp / "r", it.one, it.two) == expected);
  }
}

TEST_CASE("history: merge bases of random histories are those of git, in its order") {
  if (!have_git()) return;
  std::size_t several = 0;
  for (unsigned seed = 1; seed <= random_runs(8); ++seed) {
    CAPTURE(seed);
    const TempDir temp;
    make_repository(temp / "r", random_history(seed, 40, seed % 2 == 0), true);
    const auto repository = open_repository(temp / "r");
    std::mt19937 random(seed);
    for (int i = 0; i < 25; ++i) {
      const std::string one = "c" + std::to_string(random() % 40), two = "c" + std::to_string(random() % 40);
      CAPTURE(one);
      CAPTURE(two);
      const auto expected = git_bases(temp / "r", one, two);
      CHECK(bases_of(repository, one, two) == expected);
      several += expected.size() > 1 ? 1 : 0;
    }
  }
  CHECK(several > 0);
}

TEST_CASE("history: what a shallow clone is certain of is true") {
  if (!have_git()) return;
  int certain = 0, uncertain = 0;
  for (unsigned seed = 1; seed <= random_runs(8); ++seed) {
    CAPTURE(seed);
    const TempDir temp;
    make_repository(temp / "r", random_history(seed, 30, seed % 3 != 0), true);
    std::mt19937 random(seed);
    const std::string one = "c" + std::to_string(15 + random() % 15), two = "c" + std::to_string(15 + random() % 15);
    run_git(temp.path().string(), {"clone", "-q", "--bare", "--depth=" + std::to_string(1 + random() % 6),
                                   "--branch=" + one, "file://" + (temp / "r"), "shallow"});
    run_git(temp / "shallow", {"fetch", "-q", "--depth=" + std::to_string(1 + random() % 6), "origin",
                               "refs/heads/" + two + ":refs/heads/second"});
    const auto repository = open_repository(temp / "shallow");
    const auto found = git::merge_bases(repository, commit_id(repository, one), commit_id(repository, "second"));
    REQUIRE(found.ok());
    (found->certain ? certain : uncertain) += 1;
    if (!found->certain) continue;
    std::vector<std::string> ids;
    for (const git::ObjectId& id : found->bases) ids.push_back(id.hex());
    CHECK(ids == git_bases(temp / "r", one, two));
  }
  CHECK(certain > 0);
  CHECK(uncertain > 0);
}

TEST_CASE("history: a base beyond the end of a shallow clone is not replaced by a worse one") {
  // The merge "m" brought the true base to the change; what git finds in the clone is the older one.
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r",
                  {{"old"},
                   {"true", {"old"}},
                   {"x", {"true"}},
                   {"one", {"x"}},
                   {"y", {"true"}},
                   {"z", {"y"}},
                   {"side", {"old"}},
                   {"two", {"side", "z"}},
                   {"later", {"one", "old"}}},
                  true);
  run_git(temp.path().string(),
          {"clone", "-q", "--bare", "--depth=2", "--branch=later", "file://" + (temp / "r"), "shallow"});
  run_git(temp / "shallow", {"fetch", "-q", "--depth=3", "origin", "refs/heads/two:refs/heads/two"});
  const auto repository = open_repository(temp / "shallow");
  const auto found = git::merge_bases(repository, commit_id(repository, "later"), commit_id(repository, "two"));
  REQUIRE(found.ok());
  CHECK_FALSE(found->certain);
  CHECK(git_bases(temp / "shallow", "later", "two") != git_bases(temp / "r", "later", "two"));
}

TEST_CASE("history: a merge commit tells its parents where they were not fetched") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", {{"a"}, {"base", {"a"}}, {"change", {"a"}}, {"merge", {"base", "change"}}}, true);
  run_git(temp.path().string(),
          {"clone", "-q", "--bare", "--depth=1", "--branch=merge", "file://" + (temp / "r"), "shallow"});
  const auto full = open_repository(temp / "r"), shallow = open_repository(temp / "shallow");
  CHECK(shallow.is_shallow());
  CHECK(shallow.shallow_commits() == std::vector{commit_id(full, "merge")});
  const auto commit = git::read_commit(shallow, commit_id(shallow, "merge"));
  REQUIRE(commit.ok());
  REQUIRE(*commit);
  CHECK((*commit)->parents == std::vector{commit_id(full, "base"), commit_id(full, "change")});
  const auto parent = git::read_commit(shallow, commit_id(full, "base"));
  REQUIRE(parent.ok());
  CHECK_FALSE(*parent);
}

TEST_CASE("history: something else than a commit is an error") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", {{"a", {}, {{"f", "text\n"}}}}, true);
  const auto repository = open_repository(temp / "r");
  const auto blob = git::ObjectId::parse(git_line(temp / "r", {"rev-parse", "a:f"}));
  const auto read = git::read_commit(repository, *blob);
  REQUIRE(!read.ok());
  CHECK(read.error().message == "git object " + blob->hex() + " is not a commit");
}

TEST_CASE("history: whether an author has a commit is said only when it is known") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", {{"a"}, {"b", {"a"}}, {"c", {"b"}}}, true);
  run_git(temp.path().string(),
          {"clone", "-q", "--bare", "--depth=1", "--branch=c", "file://" + (temp / "r"), "shallow"});
  const auto full = open_repository(temp / "r"), shallow = open_repository(temp / "shallow");
  const std::string mail = git_line(temp / "r", {"log", "-1", "--format=%ae", "a"});
  const auto asked = [](const git::Repository& in, const std::string& who, std::size_t most) {
    const auto known = git::has_commit_by(in, commit_id(in, "c"), who, most);
    REQUIRE(known.ok());
    return *known;
  };
  CHECK(asked(full, mail, 100) == true);
  CHECK(asked(full, "nobody@acme.example", 100) == false);
  CHECK_FALSE(asked(full, "nobody@acme.example", 2).has_value());
  CHECK_FALSE(asked(shallow, "nobody@acme.example", 100).has_value());
}
