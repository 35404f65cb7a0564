// What only a ledger on a git ref can get wrong.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "git/side_ref.hpp"
#include "store/git_files.hpp"
#include "unit/store/lines.hpp"
#include "unit/store/places.hpp"

namespace gatepost::store {
namespace {

namespace fs = std::filesystem;
using test::end_of;
using test::git_line;
using test::lines_after;
using test::run_git;

std::unique_ptr<Store> good(Result<std::unique_ptr<Store>> store) {
  REQUIRE_MESSAGE(store.ok(), store.error().message);
  return std::move(store).value();
}

void append(Store& store, const std::vector<ledger::Line>& lines, const Documents& documents = {}) {
  const auto done = store.append({.seq = lines.front().seq - 1, .hash = lines.front().prev}, lines, documents);
  REQUIRE_MESSAGE(done.ok(), done.error().message);
}

struct Fixture {
  git::Library library = std::move(git::Library::start()).value();
  test::TemporaryFolder folder;
  std::string repository = folder.path("shop");

  Fixture() {
    test::make_repository(
        repository,
        {{"one", {}, {{"a.txt", "1\n"}}}, {"two", {"one"}, {{"a.txt", "2\n"}}}, {"main", {"two"}, {{"a.txt", "3\n"}}}});
  }
  [[nodiscard]] std::unique_ptr<Store> open(const std::string& directory) const {
    return good(open_git({.directory = directory, .now = {test::kFirstMoment}}));
  }
};

TEST_CASE_FIXTURE(Fixture, "git log of the ref alone tells what happened") {
  const auto store = open(repository);
  std::vector<ledger::Line> lines = {test::line_after({}, "f1"), {}, {}};
  lines[1] = test::line_after(end_of({lines[0]}), "f2");
  lines[2] = test::line_after(end_of({lines[1]}), "f1", "fixed");
  append(*store, lines, {{"baseline/semgrep.jsonl", "12345"}});
  REQUIRE(store->append(end_of(lines), {}, {{"baseline/semgrep.jsonl", std::nullopt}, {"inventory/x", "y"}}).ok());
  CHECK(run_git(repository, {"log", "--format=%an %at %B", "refs/gatepost/ledger"}) ==
        fmt::format("gatepost 1767225600 ledger: 2 documents (event 3)\n\n"
                    "document baseline/semgrep.jsonl: gone\ndocument inventory/x: 1 bytes\nhead 3 {0}\n\n"
                    "gatepost 1767232800 ledger: 2 detected, 1 fixed (event 3)\n\n"
                    "events 1 to 3\ndocument baseline/semgrep.jsonl: 5 bytes\nhead 3 {0}\n\n",
                    lines[2].hash));
  CHECK(run_git(repository, {"ls-tree", "-r", "--name-only", "refs/gatepost/ledger"}) ==
        "documents/inventory/x\n" + file_of(lines[0]) + "\n" + file_of(lines[1]) + "\nhead.json\n");
  CHECK(run_git(repository, {"show", "refs/gatepost/ledger:" + file_of(lines[0])}) ==
        lines[0].text + "\n" + lines[2].text + "\n");
  run_git(repository, {"fsck", "--strict", "--no-dangling"});
}

TEST_CASE_FIXTURE(Fixture, "Neither work tree nor index nor branches nor HEAD are touched, and no hook runs") {
  const std::string hooks = repository + "/.git/hooks/";
  fs::create_directories(hooks);
  for (const char* name : {"pre-commit", "commit-msg", "reference-transaction", "post-commit", "pre-push"}) {
    std::ofstream(hooks + name) << "#!/bin/sh\ntouch " << folder.path("hook-ran") << "\nexit 1\n";
    fs::permissions(hooks + name, fs::perms::owner_all);
  }
  std::ofstream(repository + "/untracked.txt") << "mine";
  const auto state = [&] {
    std::string all = run_git(repository, {"status", "--porcelain"}) + run_git(repository, {"rev-parse", "HEAD"}) +
                      run_git(repository, {"for-each-ref", "refs/heads", "refs/tags", "refs/remotes"});
    std::ifstream index(repository + "/.git/index", std::ios::binary);
    return all + std::string(std::istreambuf_iterator<char>(index), {});
  };
  fs::rename(hooks, hooks.substr(0, hooks.size() - 1) + "-kept");
  const std::string before = state();
  fs::rename(hooks.substr(0, hooks.size() - 1) + "-kept", hooks);
  append(*open(repository), lines_after({}, 3));
  CHECK_FALSE(fs::exists(folder.path("hook-ran")));
  fs::remove_all(hooks);
  CHECK(state() == before);
}

TEST_CASE_FIXTURE(Fixture, "Bare, shallow and linked checkouts have ledgers too") {
  std::string directory;
  SUBCASE("a folder below the root") {
    fs::create_directories(repository + "/deep/er");
    directory = repository + "/deep/er";
  }
  SUBCASE("a bare repository") {
    run_git(folder.path(), {"clone", "-q", "--bare", repository, "bare.git"});
    directory = folder.path("bare.git");
  }
  SUBCASE("a shallow clone") {
    run_git(folder.path(), {"clone", "-q", "--depth=1", "file://" + repository, "shallow"});
    REQUIRE(git_line(folder.path("shallow"), {"rev-parse", "--is-shallow-repository"}) == "true");
    directory = folder.path("shallow");
  }
  SUBCASE("a clone without contents") {
    run_git(repository, {"config", "uploadpack.allowFilter", "true"});
    run_git(folder.path(), {"clone", "-q", "--filter=blob:none", "--no-checkout", "file://" + repository, "partial"});
    directory = folder.path("partial");
  }
  SUBCASE("a linked work tree") {
    run_git(repository, {"worktree", "add", "-q", folder.path("linked"), "one"});
    directory = folder.path("linked");
  }
  const auto first = lines_after({}, 3), second = lines_after(end_of(first), 2);
  append(*open(directory), first);
  append(*open(directory), second);
  CHECK(open(directory)->read(3).value() == second);
  CHECK(git_line(directory, {"rev-list", "--count", "refs/gatepost/ledger"}) == "2");
}

TEST_CASE_FIXTURE(Fixture, "A ref that is no ledger is refused, and so is one of a newer gatepost") {
  SUBCASE("a branch of somebody") {
    run_git(repository, {"update-ref", "refs/gatepost/ledger", "HEAD"});
    const auto refused = open(repository)->head();
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message ==
          "git refs/gatepost/ledger of " + repository + ": not a ledger: it has no head.json");
  }
  SUBCASE("a newer one") {
    const auto opened = git::Repository::open(repository, {.trusted_path = true}).value();
    const auto commit = git::write_commit(opened, {}, {{"head.json", "{\"hash\":\"\",\"seq\":1,\"version\":2}"}},
                                          {"a", "a@b", "x", {}});
    REQUIRE(git::move_ref(opened, "refs/gatepost/ledger", {}, *commit).ok());
    const auto refused = open(repository)->append({}, lines_after({}, 1), {});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == ErrorKind::config);
    CHECK(refused.error().hint == "a newer gatepost wrote it: use that one");
  }
  SUBCASE("a damaged one") {
    const auto opened = git::Repository::open(repository, {.trusted_path = true}).value();
    const auto commit = git::write_commit(opened, {},
                                          {{"head.json", head_text({.seq = 1, .hash = std::string(64, 'a')})},
                                           {"events/2026-01/00.jsonl", "{\"seq\":1\nno\n"}},
                                          {"a", "a@b", "x", {}});
    REQUIRE(git::move_ref(opened, "refs/gatepost/ledger", {}, *commit).ok());
    const auto refused = open(repository)->read(0);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message.find("events/2026-01/00.jsonl") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "A lock that a killed writer left behind is in nobody's way for long") {
  append(*open(repository), lines_after({}, 1));
  std::ofstream(repository + "/.git/refs/gatepost/ledger.lock") << "";
  const auto store = open(repository);
  CHECK(store->read(0)->size() == 1);
  append(*store, lines_after(*store->head(), 1));
  CHECK(store->read(0)->size() == 2);
  CHECK_FALSE(fs::exists(repository + "/.git/refs/gatepost/ledger.lock"));
}

TEST_CASE_FIXTURE(Fixture, "Of two first writers one is refused, though neither found a ledger") {
  const auto opened = git::Repository::open(repository, {.trusted_path = true}).value();
  const auto one = git::write_commit(opened, {}, {{"x", "1"}}, {"a", "a@b", "x", {}}).value();
  const auto two = git::write_commit(opened, {}, {{"x", "2"}}, {"a", "a@b", "x", {}}).value();
  SUBCASE("on this disk") {
    CHECK(git::move_ref(opened, "refs/gatepost/ledger", {}, one).ok());
    const auto refused = git::move_ref(opened, "refs/gatepost/ledger", {}, two);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK(git::ref_target(opened, "refs/gatepost/ledger").value() == one);
  }
  SUBCASE("at a server") {
    const test::ServerPlace place;
    const auto push = [&](const git::ObjectId& commit) {
      const auto pack = git::pack_of(opened, commit).value();
      const auto answer = place.answer(git::push_request("refs/gatepost/ledger", {}, commit, pack));
      REQUIRE(answer.ok());
      return git::check_push(*answer, "refs/gatepost/ledger");
    };
    CHECK(push(one).ok());
    const auto refused = push(two);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK(git_line(place.server_folder(), {"rev-parse", "refs/gatepost/ledger"}) == one.hex());
  }
}

TEST_CASE("An answer that is lost is no loss, and nothing is written twice") {
  test::ServerPlace place;
  bool loses = true;
  const GitOptions options{.exchange = [&](const git::ServiceRequest& request) -> Result<std::string> {
                             auto answer = place.answer(request);
                             if (loses && request.service == "git-receive-pack")
                               return error(ErrorKind::unavailable, "gone");
                             return answer;
                           },
                           .remote = "https://git.example/shop.git",
                           .scratch = place.scratch(),
                           .now = {}};
  const auto store = good(open_git(options));
  const auto lines = lines_after({}, 2);
  append(*store, lines);
  loses = false;
  append(*store, lines_after(end_of(lines), 1));
  CHECK(store->read(0)->size() == 3);
  CHECK(git_line(place.server_folder(), {"rev-list", "--count", "refs/gatepost/ledger"}) == "2");
}

TEST_CASE("A server whose rules are against the push is quoted") {
  test::ServerPlace place;
  const std::string hook = place.server_folder() + "/hooks/pre-receive";
  fs::create_directories(fs::path(hook).parent_path());
  std::ofstream(hook) << "#!/bin/sh\necho 'You may not push this ref' >&2\nexit 1\n";
  fs::permissions(hook, fs::perms::owner_all);
  const auto store = good(place.open());
  const auto lines = lines_after({}, 1);
  const auto refused = store->append({}, lines, {});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::denied);
  CHECK(refused.error().message.find("You may not push this ref") != std::string::npos);
}

TEST_CASE("A server gets the ledger's ref and nothing else, and what was fetched goes at the end") {
  test::ServerPlace place;
  append(*good(place.open()), lines_after({}, 2));
  {
    const auto store = good(place.open());
    CHECK(store->head()->seq == 2);
    CHECK_FALSE(fs::is_empty(place.scratch()));
  }
  CHECK(fs::is_empty(place.scratch()));
  CHECK(git_line(place.server_folder(), {"for-each-ref", "--format=%(refname)"}) == "refs/gatepost/ledger");
  run_git(place.server_folder(), {"fsck", "--strict", "--full"});
}

}  // namespace
}  // namespace gatepost::store
