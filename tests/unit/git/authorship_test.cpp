#include "git/authorship.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <sstream>

#include "unit/git/fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

constexpr std::int64_t kDay = 86'400;

struct Step {
  const char *who, *text;
  std::int64_t day = 0;
};

// A history of one file "f", without merges; `who` is "Name <mail>".
class History {
 public:
  explicit History(const std::vector<Step>& steps, const std::string& mailmap = "") {
    std::string stream;
    const auto data = [&](const std::string& text) {
      stream += "data " + std::to_string(text.size()) + "\n" + text + "\n";
    };
    for (const Step& it : steps) {
      const std::string when = " " + std::to_string(1'600'000'000 + it.day * kDay) + " +0000\n";
      stream += std::string("commit refs/heads/main\nauthor ") + it.who + when + "committer C <c@x.example>" + when;
      data("m");
      stream += "M 644 inline f\n";
      data(it.text);
      if (!mailmap.empty()) {
        stream += "M 644 inline .mailmap\n";
        data(mailmap);
      }
    }
    run_git(directory_.path().string(), {"init", "-q", "-b", "main", "."});
    run_git(directory_.path().string(), {"fast-import", "--quiet"}, stream);
  }
  [[nodiscard]] std::string path() const { return directory_.path().string(); }

 private:
  TempDir directory_;
};

git::AuthorshipAnswer ask(const std::string& directory, const std::vector<git::WantedLines>& wanted,
                          const git::AuthorshipOptions& options = {}) {
  const git::Repository repository = open_repository(directory);
  const git::ObjectId head = commit_id(repository, "main");
  const auto answer = git::authorship(repository, head, head, wanted, options);
  REQUIRE_MESSAGE(answer.ok(), answer.error().message);
  return *answer;
}

std::string by_line(const git::Authorship& file) {
  std::string out;
  for (const git::LineAuthor& it : file.lines)
    out += (out.empty() ? "" : " ") + std::to_string(it.line) + ":" + it.author.mail;
  return out;
}

}  // namespace

TEST_CASE("authorship: a line is its last author's, neither a bot's nor a formatter's") {
  if (!have_git()) return;
  const History history({{"Ann <ann@x.example>", "a\nb\nc\nd\n", 0},
                         {"Bob <bob@x.example>", "a\nB\nc\nd\ne\n", 1},
                         {"dependabot[bot] <1+dependabot[bot]@users.noreply.github.com>", "a\nB2\nc\nd\ne\nf\n", 2},
                         {"Cid <cid@x.example>", "new\na\nB2\nc\nd\ne\nf\n", 3}});
  const auto answer = ask(history.path(), {{"f", {1, 2, 3, 4, 6, 7, 99}}});
  REQUIRE(answer.files.size() == 1);
  CHECK(by_line(answer.files[0]) == "1:cid@x.example 2:ann@x.example 3:bob@x.example 4:ann@x.example 6:bob@x.example");
  CHECK(answer.files[0].unknown.empty());
}

TEST_CASE("authorship: commits of .git-blame-ignore-revs pass their lines on") {
  if (!have_git()) return;
  const History history(
      {{"Ann <ann@x.example>", "if(a){\nb\n}\n", 0}, {"Fmt <fmt@x.example>", "if (a) {\n  b\n}\n", 1}});
  CHECK(by_line(ask(history.path(), {{"f", {1, 2, 3}}}).files[0]) == "1:fmt@x.example 2:fmt@x.example 3:ann@x.example");
  const std::string formatted = git_line(history.path(), {"rev-parse", "main"});
  add_commits(history.path(),
              {{"later",
                {"main"},
                {{"f", "if (a) {\n  b\n}\n"}, {".git-blame-ignore-revs", "# fmt\n" + formatted + " # all\n"}}}});
  const git::Repository repository = open_repository(history.path());
  const git::ObjectId head = commit_id(repository, "later");
  const auto answer = git::authorship(repository, head, head, {{"f", {1, 2, 3}}});
  REQUIRE(answer.ok());
  CHECK(by_line(answer->files[0]) == "1:ann@x.example 2:ann@x.example 3:ann@x.example");
}

TEST_CASE("authorship: authors of a file weigh by what is new, half for every half-life") {
  if (!have_git()) return;
  const History history({{"Old <old@x.example>", "1\n", 0},
                         {"Old <old@x.example>", "2\n", 1},
                         {"Old <old@x.example>", "3\n", 2},
                         {"New <new@home.example>", "4\n", 540}},
                        "New <new@x.example> <new@home.example>\n");
  const auto answer = ask(history.path(), {{"f", {}}});
  const auto& authors = answer.files[0].authors;
  REQUIRE(authors.size() == 2);
  CHECK(authors[0].author == git::Author{"New", "new@x.example"});
  CHECK(authors[0].weight == 1U << 20);
  CHECK(authors[1].commits == 3);
  CHECK(authors[1].weight > 3 * (1U << 17));
  CHECK(authors[1].weight < 3 * (1U << 17) + (1U << 13));
  CHECK(answer.files[0].authors_known);
}

TEST_CASE("authorship: what was not fetched is not known, and no wrong answer is given") {
  if (!have_git()) return;
  const History history({{"Ann <ann@x.example>", "a\nb\n", 0},
                         {"Bob <bob@x.example>", "a\nB\n", 1},
                         {"Cid <cid@x.example>", "a\nB\nc\n", 2}});
  TempDir clone;
  run_git(clone.path().string(), {"clone", "-q", "--depth=2", "--branch=main", "file://" + history.path(), "it"});
  const auto answer = ask(clone / "it", {{"f", {1, 2, 3}}});
  CHECK(by_line(answer.files[0]) == "3:cid@x.example");
  CHECK(answer.files[0].unknown == std::vector<std::uint32_t>{1, 2});
  CHECK_FALSE(answer.files[0].authors_known);
  CHECK(answer.not_fetched);
}

TEST_CASE("authorship: beyond its limits it says that it does not know") {
  if (!have_git()) return;
  std::vector<Step> steps(30, Step{"Ann <ann@x.example>", "a\n", 0});
  for (std::size_t i = 1; i < steps.size(); ++i) steps[i].text = i % 2 == 0 ? "a\nx\n" : "a\ny\n";
  const History history(steps);
  const auto answer = ask(history.path(), {{"f", {1}}}, {.most_commits = 10});
  CHECK(answer.files[0].unknown == std::vector<std::uint32_t>{1});
  CHECK(answer.cut);
  CHECK_FALSE(answer.not_fetched);
  const auto large = ask(history.path(), {{"f", {1}}, {"nowhere", {1}}}, {.largest_file = 1});
  CHECK(large.files[0].lines.empty());
  CHECK_FALSE(large.files[1].authors_known);
}

TEST_CASE("authorship: says what git blame says, across merges") {
  if (!have_git()) return;
  for (unsigned seed = 0; seed < random_runs(6); ++seed) {
    std::mt19937 random(seed);
    const auto number = [&](int least, int most) { return std::uniform_int_distribution(least, most)(random); };
    std::vector<GitCommit> commits;
    std::vector<std::vector<std::string>> texts;
    for (int i = 0; i < 40; ++i) {
      GitCommit commit{.name = "c" + std::to_string(i), .time = 100 * (i + 1)};
      std::vector<std::string> lines;
      for (int p = 0; i > 0 && p < (number(1, 4) == 1 ? 2 : 1); ++p) {
        const int parent = number(std::max(0, i - 5), i - 1);
        const std::string name = "c" + std::to_string(parent);
        if (std::ranges::find(commit.parents, name) != commit.parents.end()) continue;
        commit.parents.push_back(name);
        if (lines.empty() || number(0, 1) == 1) lines = texts[static_cast<std::size_t>(parent)];
      }
      for (int edit = 0; edit < 3; ++edit) {
        const auto at = lines.begin() + number(0, static_cast<int>(lines.size()));
        if (number(0, 2) == 0 && at != lines.end())
          lines.erase(at);
        else
          lines.insert(at, "line " + std::to_string(i) + "." + std::to_string(edit));
      }
      std::string text;
      for (const std::string& line : lines) text += line + "\n";
      commit.files = {{"d/f", text}, {"d-other", std::to_string(i)}, {"d/x", "same"}};
      texts.push_back(lines);
      commits.push_back(std::move(commit));
    }
    TempDir directory;
    make_repository(directory.path().string(), commits, true);
    const std::string blame = run_git(directory.path().string(), {"blame", "-l", "-s", "--root", "c39", "--", "d/f"});
    std::vector<std::uint32_t> lines(texts.back().size());
    std::iota(lines.begin(), lines.end(), 1U);
    const git::Repository repository = open_repository(directory.path().string());
    const git::ObjectId head = commit_id(repository, "c39");
    const auto answer = git::authorship(repository, head, head, {{"d/f", lines}, {"d/x", {1}}});
    REQUIRE(answer.ok());
    std::string expected, found;
    std::istringstream stream(blame);
    for (std::string line; std::getline(stream, line);) expected += line.substr(0, 40) + "\n";
    for (const git::LineAuthor& it : answer->files[0].lines) found += it.commit.hex() + "\n";
    INFO("seed " << seed);
    CHECK(found == expected);
    CHECK(answer->files[1].lines.size() == 1);
  }
}

TEST_CASE("authorship: bots are known by their names") {
  CHECK(git::is_bot("renovate[bot]", "x@y"));
  CHECK(git::is_bot("GitLab", "project_12_bot_ab@noreply.gitlab.example"));
  CHECK(git::is_bot("Acme-Bot", "x@y"));
  CHECK_FALSE(git::is_bot("Abbot", "abbot@x.example"));
  CHECK_FALSE(git::is_bot("Bottomley", "b@x.example"));
}
