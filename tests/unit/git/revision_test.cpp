#include "git/revision.hpp"

#include "unit/git/fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// main: a, b, c in a row, and a branch, tags and references of a forge.
void make_names(const std::string& directory) {
  make_repository(directory,
                  {{"a", {}, {{"f", "1\n"}}}, {"b", {"a"}, {{"f", "2\n"}}}, {"main", {"b"}, {{"f", "3\n"}}}});
  run_git(directory, {"tag", "light", "a"});
  run_git(directory, {"tag", "-a", "-m", "x", "annotated", "b"});
  run_git(directory, {"tag", "tree", "main^{tree}"});
  run_git(directory, {"update-ref", "refs/pull/7/merge", "a"});
  run_git(directory, {"update-ref", "refs/remotes/origin/main", "b"});
  run_git(directory, {"update-ref", "refs/remotes/origin/only-there", "a"});
}

}  // namespace

TEST_CASE("revision: names commits as git does") {
  if (!have_git()) return;
  const TempDir temp;
  make_names(temp / "r");
  const auto repository = open_repository(temp / "r");
  const std::string full = git_line(temp / "r", {"rev-parse", "b"});
  for (const std::string& revision :
       {std::string("HEAD"), std::string("main"), std::string("a"), std::string("light"), std::string("annotated"),
        std::string("origin/main"), std::string("refs/pull/7/merge"), std::string("HEAD~2"), std::string("HEAD^"),
        std::string("main~1^1"), std::string("annotated^{commit}"), std::string("@"), full, full.substr(0, 8)}) {
    CAPTURE(revision);
    CHECK(commit_id(repository, revision).hex() == git_line(temp / "r", {"rev-parse", revision + "^{commit}"}));
  }
}

TEST_CASE("revision: what names no commit is refused, with advice where there is some") {
  if (!have_git()) return;
  const TempDir temp;
  make_names(temp / "r");
  const auto repository = open_repository(temp / "r");
  const std::string absent(40, 'e');
  struct Case {
    std::string revision, message, hint;
  };
  for (const Case& it :
       {Case{"nothing", "\"nothing\": no such commit",
             "git fetch --no-tags origin +refs/heads/nothing:refs/remotes/origin/nothing"},
        Case{"origin/next", "no such commit", "origin +refs/heads/next:refs/remotes/origin/next"},
        Case{"refs/pull/9/merge", "no such commit", "git fetch --no-tags origin +refs/pull/9/merge:refs/pull/9/merge"},
        Case{absent, "commit " + absent + " is not in this clone", "run: git fetch --no-tags origin " + absent},
        Case{"tree", "is a tree, not a commit", ""}, Case{"main:f", "does not name a commit", "branch"},
        Case{":f", "does not name a commit", "branch"}, Case{":/b", "does not name a commit", "branch"},
        Case{"", "does not name a commit", "branch"}, Case{"HEAD~9", "no such commit", ""},
        Case{"a; rm -rf b", "no such commit", ""}, Case{"--all", "no such commit", ""},
        Case{std::string("ma\0in", 5), "ma\\x00in", "branch"}, Case{"@{u", "no such commit", ""}}) {
    CAPTURE(it.revision);
    const auto found = git::resolve_commit(repository, it.revision);
    REQUIRE(!found.ok());
    CHECK(found.error().kind == ErrorKind::usage);
    CHECK_MESSAGE(contains(found.error().message, it.message), found.error().message);
    CHECK_MESSAGE(contains(found.error().hint, it.hint), found.error().hint);
    CHECK(it.hint.empty() == found.error().hint.empty());
  }
}

TEST_CASE("revision: in a shallow clone the advice is the fetch that helps, and it does help") {
  if (!have_git()) return;
  struct Case {
    const char *revision, *command;
  };
  for (const Case& it :
       {Case{"HEAD~1", "git fetch --no-tags --unshallow origin"},
        Case{"origin/other", "git fetch --no-tags --depth=1 origin +refs/heads/other:refs/remotes/origin/other"}}) {
    CAPTURE(it.revision);
    const TempDir temp;
    make_repository(temp / "origin", {{"other"}, {"a"}, {"main", {"a"}}}, true);
    run_git(temp.path().string(), {"clone", "-q", "--depth=1", "--branch=main", "file://" + (temp / "origin"), "r"});
    const auto found = git::resolve_commit(open_repository(temp / "r"), it.revision);
    REQUIRE(!found.ok());
    REQUIRE_MESSAGE(contains(found.error().hint, it.command), found.error().hint);
    const auto ran = run_shell(temp / "r", it.command);
    REQUIRE_MESSAGE(ran.exit_code == 0, ran.err);
    CHECK(git::resolve_commit(open_repository(temp / "r"), it.revision).ok());
  }
}

TEST_CASE("revision: an id is never taken for a branch of that name") {
  if (!have_git()) return;
  const TempDir temp;
  make_names(temp / "r");
  const std::string absent(40, 'e');
  run_git(temp / "r", {"update-ref", "refs/heads/" + absent, "main"});
  const auto repository = open_repository(temp / "r");
  CHECK_FALSE(git::resolve_commit(repository, absent).ok());
}

TEST_CASE("revision: a branch is found by its plain name only, the remote's before the local one") {
  if (!have_git()) return;
  const TempDir temp;
  make_names(temp / "r");
  const auto repository = open_repository(temp / "r");
  CHECK(git::find_branch(repository, "main") == commit_id(repository, "b"));
  CHECK(git::find_branch(repository, "only-there") == commit_id(repository, "a"));
  CHECK(git::find_branch(repository, "a") == commit_id(repository, "a"));
  for (const char* name : {"HEAD", "main~1", "light", "", "../../HEAD", "origin/main", "no such"}) {
    CAPTURE(name);
    CHECK_FALSE(git::find_branch(repository, name));
  }
}

TEST_CASE("revision: a repository without a commit says so") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", {});
  const auto head = git::head_commit(open_repository(temp / "r"));
  REQUIRE(!head.ok());
  CHECK(contains(head.error().message, "has no commit yet"));
}
