#include "git/diff.hpp"

#include <map>
#include <random>

#include "git/tree.hpp"
#include "unit/git/changes.hpp"
#include "unit/git/fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

git::Difference difference_of(const git::Repository& repository, const std::string& base, const std::string& head,
                              const git::DiffOptions& options = {}) {
  auto difference = git::diff(repository, commit_id(repository, base), commit_id(repository, head), options);
  REQUIRE_MESSAGE(difference.ok(), difference.error().message);
  return *std::move(difference);
}

bool any_endings(const FileChange& file) {
  return std::ranges::any_of(file.hunks, [](const Hunk& hunk) { return hunk.line_endings_only; });
}

std::vector<GitHunk> real_hunks(const FileChange& file) {
  std::vector<GitHunk> hunks;
  for (const Hunk& it : file.hunks) {
    if (!it.line_endings_only) hunks.push_back({it.old_first, it.old_count, it.new_first, it.new_count});
  }
  return hunks;
}

// Files of a few families of similar content, then moved, edited, deleted and added.
class RandomTrees {
 public:
  explicit RandomTrees(unsigned seed, int file_count = 0) : random_(seed) {
    const int files = file_count != 0 ? file_count : number(20, 120);
    names_ = std::max(60, files);
    for (int i = 0; i < files; ++i) before_[new_path()] = content();
    after_ = before_;
    for (const auto& [path, text] : before_) change(path, text);
    for (int i = number(0, 12); i > 0; --i) after_[new_path()] = chance(50) ? any_old() : content();
  }
  std::vector<GitFile> before() { return files_of(before_); }
  std::vector<GitFile> after() { return files_of(after_); }

 private:
  int number(int least, int most) { return std::uniform_int_distribution(least, most)(random_); }
  bool chance(int percent) { return number(1, 100) <= percent; }

  std::string new_path() {
    static constexpr const char* kNames[] = {"main.c", "util.c", "README", "index.ts", "Makefile"};
    std::string path;
    for (int i = number(0, 3); i > 0; --i) path += "d" + std::to_string(number(1, 3)) + "/";
    // The same few names in many directories, so that names are often not unique.
    return path + (chance(40) ? kNames[number(0, 4)] : "f" + std::to_string(number(1, names_)) + ".c");
  }

  std::string line() {
    // Many lines are common to all files, some are longer than a piece.
    if (chance(20)) return "}\n";
    if (chance(10)) return "\n";
    if (chance(5)) return std::string(static_cast<std::size_t>(number(60, 200)), 'x') + "\n";
    return "line " + std::to_string(number(1, 400)) + "\n";
  }
  std::string content() {
    std::string text;
    // Many files are small and much alike, so that several are equally similar.
    const bool small = chance(30);
    for (int i = small ? number(0, 5) : number(2, 60); i > 0; --i) {
      text += small ? "word " + std::to_string(number(1, 5)) + "\n" : line();
    }
    return text;
  }
  const std::string& any_old() { return std::next(before_.begin(), number(0, int(before_.size()) - 1))->second; }

  std::string edited(const std::string& text) {
    std::string out;
    const int percent = number(0, 60);
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin) + 1;
      const std::string old = text.substr(begin, end - begin);
      begin = end;
      if (!chance(percent)) {
        out += old;
      } else if (chance(70)) {
        out += line();
      } else if (chance(50)) {
        out += old + line();
      }
    }
    return out;
  }

  void change(const std::string& path, const std::string& text) {
    const int what = number(1, 100);
    if (what <= 40) return;
    if (what <= 60) after_[path] = edited(text);
    if (what > 60) after_.erase(path);
    if (what > 75) after_[new_path()] = what > 85 ? edited(text) : text;
    if (what > 97) after_[new_path()] = text;
  }

  std::vector<GitFile> files_of(const std::map<std::string, std::string>& tree) {
    std::vector<GitFile> files;
    for (const auto& [path, text] : tree) {
      const auto type = path.size() % 7 == 0 ? GitFile::Type::executable : GitFile::Type::regular;
      files.push_back({path, text, type});
    }
    return files;
  }

  std::mt19937 random_;
  int names_ = 0;  // different file names, about
  std::map<std::string, std::string> before_, after_;
};

// Holds our change set against what git says.
void check_against_git(const std::string& directory, const ChangeSet& change, const std::string& base,
                       const std::string& head) {
  std::map<std::string, GitChange> said;
  for (const GitChange& it : git_diff(directory, base, head)) {
    said[it.status == 'D' ? it.old_path + '\0' : it.new_path] = it;
  }
  CHECK(change.files.size() == said.size());
  for (const FileChange& file : change.files) {
    CAPTURE(describe(file));
    const auto found = said.find(file.kind == ChangeKind::deleted ? file.old_path + '\0' : file.new_path);
    REQUIRE(found != said.end());
    const GitChange& git = found->second;
    CHECK("ADMRT"[static_cast<int>(file.kind)] == git.status);
    CHECK(file.old_path == git.old_path);
    CHECK(file.new_path == git.new_path);
    CHECK(file.old_mode == git.old_mode);
    CHECK(file.new_mode == git.new_mode);
    CHECK(file.similarity == git.similarity);
    CHECK(file.binary == git.binary);
    if (any_endings(file)) {
      CHECK(real_hunks(file) == git_blob_hunks(directory, git.old_id, git.new_id, {"--ignore-space-at-eol"}));
    } else if (git.status == 'T') {
      REQUIRE(git.hunks.size() == 2);
      CHECK(real_hunks(file) == std::vector<GitHunk>{{git.hunks[0].old_first, git.hunks[0].old_count,
                                                      git.hunks[1].new_first, git.hunks[1].new_count}});
    } else {
      CHECK(real_hunks(file) == git.hunks);
    }
  }
}

}  // namespace

TEST_CASE("diff: every kind of change comes out as expected, and as git says it") {
  if (!have_git()) return;
  for (const ChangeCase& it : change_cases()) {
    CAPTURE(it.name);
    const TempDir temp;
    make_repository(temp / "r", {{"before", {}, it.before}, {"after", {"before"}, it.after}}, true);
    const auto repository = open_repository(temp / "r");
    const auto difference = difference_of(repository, "before", "after");
    CHECK(describe(difference.change) == lines_of(it.expected));
    CHECK(difference.notes.empty());
    check_against_git(temp / "r", difference.change, "before", "after");
  }
}

TEST_CASE("diff: random trees give the renames, modes and hunks that git gives") {
  if (!have_git()) return;
  for (unsigned seed = 1; seed <= random_runs(12); ++seed) {
    CAPTURE(seed);
    const TempDir temp;
    RandomTrees random(seed);
    make_repository(temp / "r", {{"before", {}, random.before()}, {"after", {"before"}, random.after()}}, true);
    const auto repository = open_repository(temp / "r");
    const auto difference = difference_of(repository, "before", "after");
    check_against_git(temp / "r", difference.change, "before", "after");
  }
}

TEST_CASE("diff: the number of threads changes nothing, within the limits and beyond") {
  if (!have_git()) return;
  const TempDir temp;
  RandomTrees random(1, 1500);
  make_repository(temp / "r", {{"before", {}, random.before()}, {"after", {"before"}, random.after()}}, true);
  const auto repository = open_repository(temp / "r");
  for (const git::DiffLimits& limits :
       {git::DiffLimits{}, git::DiffLimits{.total_bytes = 50'000}, git::DiffLimits{.similarity_bytes = 50'000}}) {
    const auto one = difference_of(repository, "before", "after", {.limits = limits, .threads = 1});
    REQUIRE(one.change.files.size() > 500);
    for (const unsigned threads : {2U, 5U}) {
      const auto several = difference_of(repository, "before", "after", {.limits = limits, .threads = threads});
      CHECK(several.change == one.change);
      CHECK(several.notes == one.notes);
    }
  }
}

TEST_CASE("diff: what is over a limit is said, and then every line counts as changed") {
  if (!have_git()) return;
  const TempDir temp;
  const std::vector<GitFile> before = {
      {"edit", numbered_lines(50)}, {"gone/a", numbered_lines(40)}, {"gone/same", "same\n"}, {"small", "1\n"}};
  const std::vector<GitFile> after = {{"edit", numbered_lines(50, {{7, "x"}})},
                                      {"here/b", numbered_lines(40, {{9, "x"}})},
                                      {"here/same", "same\n"},
                                      {"small", "2\n"}};
  make_repository(temp / "r", {{"before", {}, before}, {"after", {"before"}, after}}, true);
  const auto repository = open_repository(temp / "r");
  const std::string pure_rename = "R100 gone/same -> here/same\n";
  struct Case {
    std::string name;
    git::DiffLimits limits;
    std::string code, expected;
  };
  for (const Case& it :
       {Case{"none", {}, "", "M edit @7,1>7,1\nR97 gone/a -> here/b @9,1>9,1\n" + pure_rename + "M small @1,1>1,1\n"},
        Case{"paths",
             {.paths_by_line = 3},
             "too-many-paths",
             "M edit unknown\nD gone/a 100644>000000 unknown\nA here/b 000000>100644 unknown\n" + pure_rename +
                 "M small unknown\n"},
        Case{"bytes of a file",
             {.blob_bytes = 100},
             "files-too-large",
             "M edit unknown\nD gone/a 100644>000000 unknown\nA here/b 000000>100644 unknown\n" + pure_rename +
                 "M small @1,1>1,1\n"},
        Case{"lines of a file",
             {.blob_lines = 45},
             "files-too-large",
             "M edit unknown\nR97 gone/a -> here/b @9,1>9,1\n" + pure_rename + "M small @1,1>1,1\n"},
        Case{"bytes of all", {.total_bytes = 500}, "change-too-large", "M edit unknown\n"},
        Case{"bytes for similarity",
             {.similarity_bytes = 100},
             "renames-incomplete",
             "M edit @7,1>7,1\nD gone/a 100644>000000 @1,40>0,0\nA here/b 000000>100644 @0,0>1,40\n" + pure_rename +
                 "M small @1,1>1,1\n"}}) {
    CAPTURE(it.name);
    const auto difference = difference_of(repository, "before", "after", {.limits = it.limits});
    const std::string described = describe(difference.change);
    CHECK(it.code == (difference.notes.empty() ? "" : difference.notes[0].code));
    if (it.code == "change-too-large") {
      CHECK(described.find('@') == std::string::npos);
    } else {
      CHECK(described == it.expected);
    }
  }
  const auto refused =
      git::diff(repository, commit_id(repository, "before"), commit_id(repository, "after"), {.limits = {.paths = 3}});
  REQUIRE(!refused.ok());
  CHECK(refused.error().message == "the change touches more than 3 paths");
}

TEST_CASE("diff: a clone without contents still knows paths, modes and identical renames") {
  if (!have_git()) return;
  const TempDir temp;
  const std::vector<GitFile> before = {{"a", numbered_lines(9)}, {"b", "1\n"}, {"c", "2\n"}, {"m", "3\n"}};
  const std::vector<GitFile> after = {
      {"a2", numbered_lines(9, {{1, "x"}})}, {"b2", "1\n"}, {"c", "2\n", GitFile::Type::executable}, {"m", "4\n"}};
  make_repository(temp / "origin", {{"before", {}, before}, {"after", {"before"}, after}}, true);
  run_git(temp / "origin", {"config", "uploadpack.allowFilter", "true"});
  run_git(temp.path().string(), {"clone", "-q", "--bare", "--filter=blob:none", "file://" + (temp / "origin"), "r"});
  const auto repository = open_repository(temp / "r");
  CHECK(repository.is_partial());
  const auto difference = difference_of(repository, "before", "after");
  CHECK(describe(difference.change) ==
        "D a 100644>000000 unknown\nA a2 000000>100644 unknown\nR100 b -> b2\nM c 100644>100755\nM m unknown\n");
  REQUIRE(difference.notes.size() == 1);
  CHECK(difference.notes[0].code == "contents-missing");
  CHECK(difference.notes[0].text.find("the contents of 3 changed files") == 0);
  const auto tree = git::Tree::of_commit(repository, commit_id(repository, "after"));
  const auto read = tree->read("m", 100);
  REQUIRE(!read.ok());
  CHECK(read.error().hint.find("git fetch --refetch --no-filter origin") != std::string::npos);
}

TEST_CASE("diff: the order of a resolved base's notes, its source and its certainty reach the change set") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", {{"before", {}, {{"a", "1\n"}}}, {"after", {"before"}, {{"a", "2\n"}}}}, true);
  const auto repository = open_repository(temp / "r");
  git::ChangeBase base{.base = commit_id(repository, "before"),
                       .head = commit_id(repository, "after"),
                       .source = BaseSource::event,
                       .confident = false,
                       .notes = {{.code = "event-base"}}};
  const auto difference = git::diff(repository, base);
  REQUIRE(difference.ok());
  CHECK(difference->change.base == base.base->hex());
  CHECK(difference->change.head == base.head.hex());
  CHECK(difference->change.base_source == BaseSource::event);
  CHECK_FALSE(difference->change.confident);
  CHECK(difference->change.files.size() == 1);
  CHECK(difference->notes.size() == 1);

  base.base.reset();
  base.source = BaseSource::none;
  const auto nothing = git::diff(repository, base);
  REQUIRE(nothing.ok());
  CHECK(nothing->change.base.empty());
  CHECK(nothing->change.head == base.head.hex());
  CHECK(nothing->change.files.empty());
}

TEST_CASE("diff: reads what differs and nothing else") {
  if (!have_git()) return;
  const TempDir temp;
  std::vector<GitFile> before;
  for (int i = 0; i < 300; ++i)
    before.push_back({"d" + std::to_string(i % 10) + "/f" + std::to_string(i), numbered_lines(i)});
  std::vector<GitFile> after = before;
  after[3].content += "more\n";
  after[4].path = "moved";
  make_repository(temp / "r", {{"before", {}, before}, {"after", {"before"}, after}}, true);
  const auto difference = difference_of(open_repository(temp / "r"), "before", "after");
  CHECK(difference.change.files.size() == 2);
  CHECK(difference.statistics.trees_read == 6);
  CHECK(difference.statistics.blobs_read == 2);
  CHECK(difference.statistics.pairs_scored == 0);
}
