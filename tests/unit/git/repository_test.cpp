#include "git/repository.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "git/revision.hpp"
#include "unit/git/fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;
namespace fs = std::filesystem;

namespace {

const std::vector<GitCommit> kTwoCommits = {{"main", {}, {{"dir/a.txt", "one\n"}}},
                                            {"topic", {"main"}, {{"dir/a.txt", "two\n"}}}};

void set_owner(const std::string& directory, unsigned user) {
  REQUIRE(::lchown(directory.c_str(), user, user) == 0);
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    REQUIRE(::lchown(entry.path().c_str(), user, user) == 0);
  }
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("repository: is found from its work tree, from below it and from its git directory") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", kTwoCommits);
  for (const char* from : {"r", "r/dir", "r/.git"}) {
    CAPTURE(from);
    const auto repository = open_repository(temp / from);
    CHECK(repository.work_tree() == temp / "r");
    CHECK(repository.git_directory() == temp / "r/.git");
    CHECK_FALSE(repository.is_bare());
    CHECK_FALSE(repository.is_shallow());
    CHECK_FALSE(repository.is_partial());
  }
}

TEST_CASE("repository: a bare one has no work tree") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r.git", kTwoCommits, true);
  const auto repository = open_repository(temp / "r.git");
  CHECK(repository.is_bare());
  CHECK(repository.work_tree().empty());
  CHECK(repository.git_directory() == temp / "r.git");
}

TEST_CASE("repository: linked work trees, also of a bare repository, share its commits") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", kTwoCommits);
  make_repository(temp / "b.git", kTwoCommits, true);
  run_git(temp / "r", {"worktree", "add", "-q", "--detach", temp / "linked", "main"});
  run_git(temp / "b.git", {"worktree", "add", "-q", "--detach", temp / "linked-of-bare", "main"});
  const auto linked = open_repository(temp / "linked/dir");
  CHECK(linked.work_tree() == temp / "linked");
  CHECK(linked.common_directory() == temp / "r/.git");
  CHECK(commit_id(linked, "HEAD") == commit_id(linked, "main"));
  const auto of_bare = open_repository(temp / "linked-of-bare");
  CHECK(of_bare.work_tree() == temp / "linked-of-bare");
  CHECK(commit_id(of_bare, "HEAD~0") == commit_id(of_bare, "main"));
}

TEST_CASE("repository: format extensions that change nothing for a reader are accepted") {
  if (!have_git()) return;
  for (const char* extension : {"worktreeConfig", "preciousObjects", "relativeWorktrees"}) {
    CAPTURE(extension);
    const TempDir temp;
    make_repository(temp / "r", kTwoCommits);
    run_git(temp / "r", {"config", "core.repositoryformatversion", "1"});
    run_git(temp / "r", {"config", std::string("extensions.") + extension, "true"});
    CHECK(open_repository(temp / "r").work_tree() == temp / "r");
  }
}

TEST_CASE("repository: what cannot be read is refused with what was found and what to do") {
  if (!have_git()) return;
  struct Case {
    const char *key, *value, *found, *advice;
  };
  for (const Case& it :
       {Case{"extensions.objectformat", "sha256", "names its objects by sha256", "SHA-1 mirror"},
        Case{"extensions.refstorage", "reftable", "keeps its references as reftable", "git refs migrate"},
        Case{"extensions.fromthefuture", "true", "fromthefuture", ""}}) {
    CAPTURE(it.key);
    const TempDir temp;
    make_repository(temp / "r", kTwoCommits);
    std::ofstream(temp / "r/.git/config", std::ios::app)
        << "[core]\n\trepositoryformatversion = 1\n[extensions]\n\t"
        << std::string(it.key).substr(std::string("extensions.").size()) << " = " << it.value << "\n";
    const Error refused = open_error(temp / "r");
    CHECK_MESSAGE(contains(refused.message, it.found), refused.message);
    CHECK_MESSAGE(contains(refused.hint, it.advice), refused.hint);
  }
}

TEST_CASE("repository: one made by git with SHA-256 is refused by name") {
  if (!have_git()) return;
  const TempDir temp;
  if (try_git(temp.path().string(), {"init", "-q", "--object-format=sha256", "r"}).exit_code != 0) {
    return skip("this git has no SHA-256");
  }
  CHECK(contains(open_error(temp / "r").message, "names its objects by sha256"));
}

TEST_CASE("repository: a directory without one, and no directory at all, have a sentence of their own") {
  const TempDir temp;
  const Error none = open_error(temp.path().string());
  CHECK(none.kind == ErrorKind::usage);
  CHECK(contains(none.message, "not a git repository"));
  CHECK(contains(none.hint, "--repo"));
  CHECK(contains(open_error(temp / "nowhere").message, "not a directory"));
}

TEST_CASE("repository: another user's is opened only when its path was named by somebody we trust") {
  if (!have_git()) return;
  if (::geteuid() != 0) return skip("only root can give files away");
  const TempDir temp;
  make_repository(temp / "r", kTwoCommits);
  set_owner(temp / "r", 12345);
  const Error refused = open_error(temp / "r");
  CHECK(refused.kind == ErrorKind::usage);
  CHECK(contains(refused.message, "belongs to user 12345"));
  CHECK(contains(refused.hint, "--repo"));
  CHECK(open_repository(temp / "r", true).work_tree() == temp / "r");
}

TEST_CASE("repository: each part that another user owns is noticed") {
  if (!have_git()) return;
  if (::geteuid() != 0) return skip("only root can give files away");
  for (const char* part : {"r", "r/.git"}) {
    CAPTURE(part);
    const TempDir temp;
    make_repository(temp / "r", kTwoCommits);
    REQUIRE(::chown((temp / part).c_str(), 12345, 12345) == 0);
    CHECK(contains(open_error(temp / "r").message, "belongs to user 12345"));
  }
}

TEST_CASE("repository: a bare repository that lies in another one's files is not entered unasked") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", kTwoCommits);
  make_repository(temp / "r/dir/trap", kTwoCommits, true);
  CHECK(contains(open_error(temp / "r/dir/trap").message, "a bare repository inside of another repository"));
  CHECK(open_repository(temp / "r/dir/trap", true).is_bare());
}

TEST_CASE("repository: neither the user's nor the system's configuration is read") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", kTwoCommits);
  std::ofstream(temp / ".gitconfig") << "[remote \"origin\"]\n\tpromisor = true\n[broken\n";
  const std::string home = std::getenv("HOME") == nullptr ? "" : std::getenv("HOME");
  ::setenv("HOME", temp.path().c_str(), 1);
  CHECK_FALSE(open_repository(temp / "r").is_partial());
  ::setenv("HOME", home.c_str(), 1);
}

TEST_CASE("repository: a damaged list of shallow commits is an error") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", kTwoCommits);
  std::ofstream(temp / "r/.git/shallow") << "not an id\n";
  CHECK(contains(open_error(temp / "r").message, "shallow: a line is no commit id"));
}
