#include "git/line_diff.hpp"

#include <algorithm>
#include <random>

#include "unit/git/changes.hpp"
#include "unit/git/fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    lines.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return lines;
}

std::string without_ending(std::string line) {
  while (!line.empty() && std::string(" \t\r\n").find(line.back()) != std::string::npos) line.pop_back();
  return line;
}

// What must hold of any diff: lines outside of hunks are the same, lines of a hunk of endings differ in them alone.
std::string problem_with(const std::string& before, const std::string& after, const std::vector<Hunk>& hunks) {
  const auto old_lines = split_lines(before), new_lines = split_lines(after);
  std::size_t old_at = 0, new_at = 0;
  const auto same_until = [&](std::size_t old_end) {
    for (; old_at < old_end; ++old_at, ++new_at) {
      if (new_at >= new_lines.size() || old_lines.at(old_at) != new_lines[new_at]) return false;
    }
    return true;
  };
  for (const Hunk& hunk : hunks) {
    if (!same_until(hunk.old_first - (hunk.old_count == 0 ? 0 : 1))) return "lines between hunks differ";
    if (new_at != hunk.new_first - (hunk.new_count == 0 ? 0 : 1)) return "the two sides of a hunk do not meet";
    if (hunk.line_endings_only && hunk.old_count != hunk.new_count) return "endings of unequal number";
    for (std::uint32_t i = 0; hunk.line_endings_only && i < hunk.old_count; ++i) {
      const std::string &a = old_lines.at(old_at + i), &b = new_lines.at(new_at + i);
      if (a == b || without_ending(a) != without_ending(b)) return "more or less than endings differ";
    }
    old_at += hunk.old_count;
    new_at += hunk.new_count;
  }
  if (!same_until(old_lines.size()) || new_at != new_lines.size()) return "lines behind the last hunk differ";
  return "";
}

class RandomTexts {
 public:
  explicit RandomTexts(unsigned seed) : random_(seed) {}

  // A text and what became of it.
  std::pair<std::string, std::string> next() {
    vocabulary_ = chance(30) ? 4 : chance(50) ? 30 : 1000;
    const std::string ending = chance(25) ? "\r\n" : "\n";
    const std::string new_ending = chance(20) ? (ending == "\n" ? "\r\n" : "\n") : ending;
    const int flipped = chance(50) ? 100 : number(0, 100);  // percent of lines with the new ending
    const int edits = chance(20) ? 60 : number(0, 15);
    std::string before, after;
    for (int i = chance(10) ? number(200, 900) : number(0, 60); i > 0; --i) {
      const std::string old = line();
      before += old + ending;
      const std::string& end = chance(flipped) ? new_ending : ending;
      if (!chance(edits)) {
        after += old + (chance(2) ? "  " : "") + end;
      } else {
        for (int n = number(0, 3); n > 0; --n) after += line() + end;
      }
    }
    if (chance(20)) unfinish(before);
    if (chance(20)) unfinish(after);
    return {before, after};
  }

 private:
  int number(int least, int most) { return std::uniform_int_distribution(least, most)(random_); }
  bool chance(int percent) { return number(1, 100) <= percent; }
  std::string line() {
    return std::string(static_cast<std::size_t>(number(0, 3)), chance(80) ? ' ' : '\t') +
           (chance(10) ? "" : "w" + std::to_string(number(1, vocabulary_)));
  }
  static void unfinish(std::string& text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  }
  std::mt19937 random_;
  int vocabulary_ = 10;
};

}  // namespace

TEST_CASE("line diff: random texts give the hunks of git, and endings are told apart exactly") {
  if (!have_git()) return;
  need_library();
  const TempDir temp;
  std::vector<GitFile> before, after;
  for (unsigned seed = 1; seed <= random_runs(300); ++seed) {
    char name[16];
    std::snprintf(name, sizeof name, "f%06u", seed);
    const auto [old_text, new_text] = RandomTexts(seed).next();
    before.push_back({name, old_text});
    after.push_back({name, new_text});
  }
  make_repository(temp / "r", {{"before", {}, before}, {"after", {"before"}, after}}, true);
  const auto changes = git_diff(temp / "r", "before", "after");
  std::size_t with_endings = 0, next = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    CAPTURE(before[i].path);
    const auto hunks = git::diff_lines(before[i].content, after[i].content);
    REQUIRE(hunks.ok());
    CHECK(problem_with(before[i].content, after[i].content, *hunks) == "");
    std::vector<GitHunk> real;
    for (const Hunk& it : *hunks) {
      if (!it.line_endings_only) real.push_back({it.old_first, it.old_count, it.new_first, it.new_count});
    }
    if (next == changes.size() || changes[next].new_path != before[i].path) {
      CHECK(hunks->empty());
      continue;
    }
    const GitChange& git = changes[next++];
    if (real.size() == hunks->size()) {
      CHECK(real == git.hunks);
    } else {
      ++with_endings;
      CHECK(real == git_blob_hunks(temp / "r", git.old_id, git.new_id, {"--ignore-space-at-eol"}));
    }
  }
  CHECK(next == changes.size());
  CHECK(with_endings > before.size() / 10);
}

TEST_CASE("line diff: texts that share a long end give the hunks of git") {
  // Without context git first cuts the common end off in steps, which decides where a repeated line is said to be new.
  if (!have_git()) return;
  need_library();
  const TempDir temp;
  std::vector<GitFile> before, after;
  for (int lines = 300; lines < 340; ++lines) {
    std::string text, longer;
    for (int i = 0; i < lines; ++i) {
      const std::string line = i % 5 == 4 ? "\n" : i % 2 == 0 ? "  same\n" : "}\n";
      text += line;
      longer += line + (i == lines / 3 || i == lines - 30 ? "  same\n}\n" : "");
    }
    before.push_back({"f" + std::to_string(lines), text});
    after.push_back({"f" + std::to_string(lines), longer});
  }
  for (int lines = 400; lines < 2400; lines += 100) {
    std::string text = "first\n";
    for (int i = 0; i < lines; ++i) text += i % 2 == 0 ? "x\n" : "y\n";
    before.push_back({"g" + std::to_string(lines), text});
    after.push_back({"g" + std::to_string(lines), text + "x\ny\n"});
  }
  std::ranges::sort(before, {}, &GitFile::path);
  std::ranges::sort(after, {}, &GitFile::path);
  make_repository(temp / "r", {{"before", {}, before}, {"after", {"before"}, after}}, true);
  const auto changes = git_diff(temp / "r", "before", "after");
  REQUIRE(changes.size() == before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    CAPTURE(before[i].path);
    const auto hunks = git::diff_lines(before[i].content, after[i].content);
    REQUIRE(hunks.ok());
    std::vector<GitHunk> ours;
    for (const Hunk& it : *hunks) ours.push_back({it.old_first, it.old_count, it.new_first, it.new_count});
    CHECK(ours == changes[i].hunks);
  }
}

TEST_CASE("line diff: lines are counted with an unfinished last one") {
  CHECK(git::count_lines("") == 0);
  CHECK(git::count_lines("\n") == 1);
  CHECK(git::count_lines("a") == 1);
  CHECK(git::count_lines("a\nb") == 2);
  CHECK(git::count_lines("a\r\nb\r\n") == 2);
}

TEST_CASE("line diff: texts made to be slow are done in seconds") {
  need_library();
  // Half a million lines of two kinds in random order, and all lines different.
  std::mt19937 random(1);
  std::string coin_before, coin_after, all_before, all_after;
  for (int i = 0; i < 500'000; ++i) {
    coin_before += random() % 2 == 0 ? "a\n" : "b\n";
    coin_after += random() % 2 == 0 ? "a\n" : "b\n";
    if (i % 2 == 0) all_before += std::to_string(random()) + "\n";
    if (i % 2 == 0) all_after += std::to_string(random()) + "\n";
  }
  CHECK(git::diff_lines(coin_before, coin_after).ok());
  CHECK(git::diff_lines(all_before, all_after).ok());
}
