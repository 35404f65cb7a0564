#include "git/tree.hpp"

#include <algorithm>

#include "git/tree_diff.hpp"
#include "unit/git/fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

using enum GitFile::Type;

const std::vector<GitFile> kFiles = {{"a-b", "1\n"},
                                     {"a.c", "dot\n"},
                                     {"a/deep/er/x.json", "{}\n"},
                                     {"a/y.json", "[]\n"},
                                     {"ab", "2\n", executable},
                                     {"docs/\xC3\xA9 \"q\"", "3\n"},
                                     {"link", "a/y.json", symbolic_link},
                                     {"sub", std::string(40, '1'), submodule},
                                     {"z", std::string("\0binary", 7)}};

git::Tree tree_of(const git::Repository& repository, const std::string& revision) {
  auto tree = git::Tree::of_commit(repository, commit_id(repository, revision));
  REQUIRE_MESSAGE(tree.ok(), tree.error().message);
  return *std::move(tree);
}

std::vector<std::string> paths_of(const std::vector<git::TreeFile>& files) {
  std::vector<std::string> paths;
  for (const git::TreeFile& file : files) paths.push_back(file.path);
  return paths;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string entry(const std::string& mode, const std::string& name, const git::ObjectId& id) {
  return mode + " " + name + '\0' + std::string(id.bytes.begin(), id.bytes.end());
}

git::ObjectId write_object(const std::string& directory, const std::string& type, const std::string& bytes) {
  std::string hex = run_git(directory, {"hash-object", "-t", type, "-w", "--literally", "--stdin"}, bytes);
  hex.pop_back();
  return *git::ObjectId::parse(hex);
}

}  // namespace

TEST_CASE("tree: lists all paths, sorted by their bytes") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", {{"main", {}, kFiles}}, true);
  const auto repository = open_repository(temp / "r");
  const git::Tree tree = tree_of(repository, "main");
  std::vector<std::string> expected;
  for (const GitFile& file : kFiles) expected.push_back(file.path);
  const auto paths = tree.paths();
  REQUIRE(paths.ok());
  CHECK(*paths == expected);
  const auto files = tree.list();
  REQUIRE(files.ok());
  CHECK(files->paths == expected);
  CHECK(files->entries.at(4).type == git::FileType::executable);
  CHECK(files->entries.at(6).type == git::FileType::symbolic_link);
  CHECK(files->entries.at(7).type == git::FileType::submodule);
  CHECK(files->entries.at(0).id.hex() == git_line(temp / "r", {"rev-parse", "main:a-b"}));
}

TEST_CASE("tree: by a tree that is known another one has the files that it has by itself") {
  if (!have_git()) return;
  const TempDir temp;
  std::vector<GitFile> other = {{"0", "first\n"},
                                {"a", "no directory any more\n"},
                                {"a-b", "1\n", executable},
                                {"ab/c", "2\n"},
                                {"docs/n", "4\n"},
                                {"link", "a/y.json"},
                                {"zz", "last\n"}};
  std::vector<GitFile> many;
  for (int i = 0; i < 1'500; ++i) many.push_back({"f" + std::to_string(i), "1\n"});
  make_repository(temp / "r", {{"main", {}, kFiles}, {"other", {}, other}, {"many", {}, many}, {"none", {}, {}}}, true);
  const auto repository = open_repository(temp / "r");
  for (const char* const from : {"main", "other", "many", "none"}) {
    for (const char* const to : {"main", "other", "many", "none"}) {
      CAPTURE(from);
      CAPTURE(to);
      const git::Tree known = tree_of(repository, from), tree = tree_of(repository, to);
      const auto there = known.list(), here = tree.list();
      REQUIRE((there.ok() && here.ok()));
      const auto wanted = [](std::string_view path) { return path != "a-b" && path != "f7"; };
      const auto files = tree.files(wanted, {known.id(), there->paths, there->entries});
      REQUIRE(files.ok());
      std::vector<git::TreeFile> expected;
      for (std::size_t i = 0; i < here->paths.size(); ++i) {
        if (wanted(here->paths[i])) expected.push_back({here->paths[i], here->entries[i].type, here->entries[i].id});
      }
      CHECK(*files == expected);
    }
  }
}

TEST_CASE("tree: what is known of a directory is not read again") {
  if (!have_git()) return;
  const TempDir temp;
  std::vector<GitFile> files = {{"a/1", "1\n"}, {"b/2", "2\n"}};
  std::vector<GitFile> later = {{"a/1", "1\n"}, {"b/2", "3\n"}};
  make_repository(temp / "r", {{"main", {}, files}, {"later", {}, later}}, true);
  const auto repository = open_repository(temp / "r");
  const git::Tree known = tree_of(repository, "main");
  const auto listed = known.list();
  REQUIRE(listed.ok());
  const std::vector<std::string> invented = {"a/made up", "b/2"};
  const auto found = tree_of(repository, "later")
                         .files([](std::string_view) { return true; }, {known.id(), invented, listed->entries});
  REQUIRE(found.ok());
  CHECK(paths_of(*found) == invented);
  CHECK(found->at(1).id.hex() == git_line(temp / "r", {"rev-parse", "later:b/2"}));
}

TEST_CASE("tree: globs select paths at a revision") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", {{"main", {}, kFiles}, {"later", {"main"}, {{"new.json", "1\n"}}}}, true);
  const auto repository = open_repository(temp / "r");
  struct Case {
    const char *revision, *glob;
    std::vector<std::string> expected;
  };
  for (const Case& it :
       {Case{"main", "**/*.json", {"a/deep/er/x.json", "a/y.json"}}, Case{"main", "a/*.json", {"a/y.json"}},
        Case{"main", "./a/y.json", {"a/y.json"}},
        Case{"main", "a/{deep/er/x,y}.json", {"a/deep/er/x.json", "a/y.json"}},
        Case{"main", "{a/y.json,z}", {"a/y.json", "z"}}, Case{"main", "*", {"a-b", "a.c", "ab", "link", "sub", "z"}},
        Case{"main", "nowhere/**", {}}, Case{"later", "**/*.json", {"new.json"}}}) {
    CAPTURE(it.glob);
    const auto found = tree_of(repository, it.revision).matching(*Glob::compile(it.glob));
    REQUIRE(found.ok());
    CHECK(paths_of(*found) == it.expected);
  }
}

TEST_CASE("tree: a report pattern can name a revision") {
  const auto shown = [](const char* pattern) {
    const auto parsed = git::parse_tree_pattern(pattern);
    return parsed ? parsed->revision + " | " + parsed->glob : "none";
  };
  CHECK(shown("git:origin/reports:out/**/*.json") == "origin/reports | out/**/*.json");
  CHECK(shown("git:HEAD~1:a:b") == "HEAD~1 | a:b");
  for (const char* other : {"out/*.json", "git:HEAD", "git::a", "git:HEAD:", "git", "GIT:a:b"}) {
    CHECK(shown(other) == "none");
  }
}

TEST_CASE("tree: reads a file whole and byte for byte, and says what there is instead") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", {{"main", {}, kFiles}}, true);
  const git::Tree tree = tree_of(open_repository(temp / "r"), "main");
  for (const char* path : {"a-b", "a/deep/er/x.json", "docs/\xC3\xA9 \"q\"", "ab", "z"}) {
    CAPTURE(path);
    const auto bytes = tree.read(path, 100);
    REQUIRE(bytes.ok());
    REQUIRE(*bytes);
    CHECK(**bytes == std::ranges::find(kFiles, path, &GitFile::path)->content);
  }
  for (const char* path : {"missing", "a", "a/deep", "a/y.json/x", "sub", "", "a/", "/a-b", "../a-b"}) {
    CAPTURE(path);
    const auto bytes = tree.read(path, 100);
    REQUIRE(bytes.ok());
    CHECK_FALSE(*bytes);
  }
  const auto link = tree.read("link", 100);
  REQUIRE(!link.ok());
  CHECK(link.error().message == "link: is a symbolic link in git, which is not followed");
  const auto large = tree.read("a/y.json", 2);
  REQUIRE(!large.ok());
  CHECK(large.error().message == "a/y.json: 3 bytes; the limit is 2");
}

TEST_CASE("tree: an entry is found with its type") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", {{"main", {}, kFiles}}, true);
  const git::Tree tree = tree_of(open_repository(temp / "r"), "main");
  CHECK((*tree.find("link"))->type == git::FileType::symbolic_link);
  CHECK((*tree.find("a/y.json"))->type == git::FileType::regular);
  CHECK_FALSE(*tree.find("a"));
}

TEST_CASE("tree: damaged directories are errors that name the object") {
  if (!have_git()) return;
  need_library();
  const TempDir temp;
  make_repository(temp / "r", {{"main", {}, {{"f", "1\n"}}}}, true);
  const auto repository = open_repository(temp / "r");
  const git::ObjectId blob = *git::ObjectId::parse(git_line(temp / "r", {"rev-parse", "main:f"}));
  struct Case {
    std::string bytes, problem;
  };
  for (const Case& it : {Case{"100644 f", "cut short"}, Case{entry("100644", "f", blob).substr(0, 20), "cut short"},
                         Case{entry("10x644", "f", blob), "a mode is not a number"},
                         Case{entry("", "f", blob), "a mode is not a number"},
                         Case{entry("777777777777", "f", blob), "a mode is not a number"},
                         Case{entry("100644", "", blob), "a name is no file name"},
                         Case{entry("100644", "a/b", blob), "a name is no file name"},
                         Case{entry("100644", "..", blob), "a name is no file name"},
                         Case{entry("100644", "b", blob) + entry("100644", "a", blob), "entries out of order"},
                         Case{entry("100644", "a", blob) + entry("100755", "a", blob), "entries out of order"}}) {
    CAPTURE(it.problem);
    const git::ObjectId id = write_object(temp / "r", "tree", it.bytes);
    const std::string expected = "git tree " + id.hex() + " is damaged: " + it.problem;
    const auto paths = git::Tree::of_id(repository, id).paths();
    REQUIRE(!paths.ok());
    CHECK(paths.error().message == expected);
    const git::ObjectId sound = *git::ObjectId::parse(git_line(temp / "r", {"rev-parse", "main^{tree}"}));
    const auto compared = git::compare_trees(repository, sound, id, 100);
    REQUIRE(!compared.ok());
    CHECK(compared.error().message == expected);
  }
  const auto no_tree = git::Tree::of_id(repository, blob).paths();
  REQUIRE(!no_tree.ok());
  CHECK(no_tree.error().message == "git object " + blob.hex() + " is not a tree");
}

TEST_CASE("tree: permissions that old gits wrote are read as git reads them") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", {{"main", {}, {{"f", "1\n"}}}}, true);
  const auto repository = open_repository(temp / "r");
  const git::ObjectId blob = *git::ObjectId::parse(git_line(temp / "r", {"rev-parse", "main:f"}));
  const auto old = write_object(temp / "r", "tree", entry("100664", "f", blob) + entry("100775", "g", blob));
  const auto today = write_object(temp / "r", "tree", entry("100644", "f", blob) + entry("100755", "g", blob));
  const auto compared = git::compare_trees(repository, old, today, 100);
  REQUIRE(compared.ok());
  CHECK(compared->changes.empty());
}

TEST_CASE("tree: a few small objects that stand for billions of files are refused") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", {{"main", {}, {{"f", "1\n"}}}}, true);
  const auto repository = open_repository(temp / "r");
  const git::ObjectId empty = write_object(temp / "r", "tree", "");
  for (const bool with_files : {true, false}) {
    CAPTURE(with_files);
    const git::ObjectId blob = *git::ObjectId::parse(git_line(temp / "r", {"rev-parse", "main:f"}));
    git::ObjectId level = write_object(temp / "r", "tree", with_files ? entry("100644", "f", blob) : "");
    for (int depth = 0; depth < 12; ++depth) {
      std::string bytes;
      for (const char name : {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'}) {
        bytes += entry("40000", std::string(1, name), level);
      }
      level = write_object(temp / "r", "tree", bytes);
    }
    const auto paths = git::Tree::of_id(repository, level).paths(20'000);
    REQUIRE(!paths.ok());
    CHECK(contains(paths.error().message, "more than 20000 files or directories"));
    const auto compared = git::compare_trees(repository, empty, level, 1000);
    REQUIRE(!compared.ok());
    CHECK(contains(compared.error().message, "the change touches more than 1000 paths"));
  }
}

TEST_CASE("tree: directories nested as deep as a path allows are read, deeper ones are refused") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", {{"main", {}, {{"f", "1\n"}}}}, true);
  const auto repository = open_repository(temp / "r");
  const git::ObjectId empty = write_object(temp / "r", "tree", "");
  // Written by one process, in fast-import's own words.
  const auto nested = [&](int depth) {
    std::string path;
    for (int i = 0; i < depth; ++i) path += "d/";
    add_commits(temp / "r", {{"deep", {}, {{path + "f", "1\n"}}}});
    return *git::ObjectId::parse(git_line(temp / "r", {"rev-parse", "deep^{tree}"}));
  };
  const git::ObjectId deep = nested(2000);
  const auto paths = git::Tree::of_id(repository, deep).paths();
  REQUIRE_MESSAGE(paths.ok(), paths.error().message);
  CHECK(paths->front().size() == 4001);
  const auto compared = git::compare_trees(repository, empty, deep, 100);
  REQUIRE(compared.ok());
  CHECK(compared->changes.size() == 1);
  CHECK(compared->trees_read == 2002);
  const git::ObjectId deeper = nested(2100);
  CHECK_FALSE(git::Tree::of_id(repository, deeper).paths().ok());
  CHECK_FALSE(git::compare_trees(repository, empty, deeper, 100).ok());
}

TEST_CASE("tree: only directories that differ are read") {
  if (!have_git()) return;
  const TempDir temp;
  std::vector<GitFile> before;
  for (int i = 0; i < 400; ++i) before.push_back({"d" + std::to_string(i % 20) + "/e" + std::to_string(i), "1\n"});
  std::vector<GitFile> after = before;
  after[7].content = "2\n";
  make_repository(temp / "r", {{"before", {}, before}, {"after", {"before"}, after}}, true);
  const auto repository = open_repository(temp / "r");
  const auto compared =
      git::compare_trees(repository, tree_of(repository, "before").id(), tree_of(repository, "after").id(), 100);
  REQUIRE(compared.ok());
  CHECK(compared->changes.size() == 1);
  CHECK(compared->trees_read == 4);
}
