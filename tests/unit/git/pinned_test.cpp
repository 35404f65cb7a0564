#include "git/pinned.hpp"
#include "git/protocol.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/text.hpp"
#include "support/process.hpp"
#include "unit/git/fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

using enum GitFile::Type;

const std::vector<GitFile> kFiles = {{"org.yml", "gatepost: 1\n"},
                                     {"deep/er/org.yml", "gatepost: 2\n"},
                                     {"link", "org.yml", symbolic_link},
                                     {"linked", "deep", symbolic_link},
                                     {"sub", std::string(40, '1'), submodule}};

// What a server says, made by git itself.
std::string answer_of_git(const std::string& directory, const std::string& request) {
  const ProcessResult result = run_process({"/usr/bin/env", "git", "upload-pack", "--stateless-rpc", "."}, directory,
                                           {{"GIT_PROTOCOL", "version=2"}, {"PATH", "/usr/bin:/bin"}}, request);
  return result.out;
}

std::string message(const Result<std::string>& result) { return result ? "" : result.error().message; }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("pinned: the file of a commit is read, and nothing that only leads to one") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", {{"main", {}, kFiles}}, true);
  const auto repository = open_repository(temp / "r");
  const git::ObjectId commit = commit_id(repository, "main");
  const auto read = [&](const std::string& path, std::uint64_t limit = 100) {
    return git::read_pinned(repository, commit, path, limit);
  };
  CHECK(*read("org.yml") == "gatepost: 1\n");
  CHECK(*read("deep/er/org.yml") == "gatepost: 2\n");
  CHECK(contains(message(read("absent.yml")), "has no file absent.yml"));
  CHECK(contains(message(read("org.yml/x")), "is no file in commit"));
  for (const char* const path : {"deep", "link", "linked/er/org.yml", "sub"}) {
    CAPTURE(path);
    CHECK(contains(message(read(path)), "links and submodules are not followed"));
  }
  CHECK(contains(message(read("org.yml", 5)), "the limit is 5"));
  CHECK(contains(message(git::read_pinned(repository, *git::ObjectId::parse(std::string(40, 'a')), "org.yml", 100)),
                 "commit aaaaaaaaaa is not there"));
  // A tree or a blob is no commit, even if its id is whole.
  const auto tree = git::ObjectId::parse(git_line(temp / "r", {"rev-parse", "main^{tree}"}));
  CHECK(contains(message(git::read_pinned(repository, *tree, "org.yml", 100)), "is no commit"));
}

TEST_CASE("pinned: an object with other bytes than its id says is refused") {
  if (!have_git()) return;
  namespace fs = std::filesystem;
  const TempDir temp;
  make_repository(temp / "r", {{"main", {}, kFiles}, {"other", {}, {{"org.yml", "gatepost: evil\n"}}}}, true);
  run_git(temp / "r", {"config", "gc.auto", "0"});
  const git::ObjectId commit = commit_id(open_repository(temp / "r"), "main");
  const auto loose = [&](const std::string& revision) {
    const std::string id = git_line(temp / "r", {"rev-parse", revision});
    return fs::path(temp / "r") / "objects" / id.substr(0, 2) / id.substr(2);
  };
  const fs::path good = loose("main:org.yml"), evil = loose("other:org.yml");
  REQUIRE(fs::exists(good));
  REQUIRE(fs::exists(evil));
  fs::permissions(good, fs::perms::owner_all);
  fs::copy_file(evil, good, fs::copy_options::overwrite_existing);
  const auto read = git::read_pinned(open_repository(temp / "r"), commit, "org.yml", 100);
  CHECK(contains(message(read), "damaged"));
}

TEST_CASE("pinned: one commit comes from a server without its history, and is read from its pack") {
  if (!have_git()) return;
  const TempDir temp;
  need_library();
  make_repository(
      temp / "r",
      {{"old", {}, {{"org.yml", "old\n"}, {"large", std::string(200'000, 'x')}}}, {"main", {"old"}, kFiles}}, true);
  const git::ObjectId commit = commit_id(open_repository(temp / "r"), "main");
  const git::ObjectId old = commit_id(open_repository(temp / "r"), "old");
  const std::string answer = answer_of_git(temp / "r", git::fetch_request(commit));
  const auto pack = git::pack_in(answer);
  REQUIRE_MESSAGE(pack.ok(), pack.error().message);
  std::filesystem::create_directory(temp / "unpacked");
  const auto repository = git::unpack(temp / "unpacked", *pack);
  REQUIRE_MESSAGE(repository.ok(), repository.error().message);
  CHECK(*git::read_pinned(*repository, commit, "deep/er/org.yml", 100) == "gatepost: 2\n");
  CHECK(contains(message(git::read_pinned(*repository, old, "org.yml", 100)), "is not there"));
}

TEST_CASE("pinned: what a server refuses is told, and an answer without a pack is none") {
  if (!have_git()) return;
  const TempDir temp;
  need_library();
  make_repository(temp / "r", {{"main", {}, kFiles}}, true);
  const auto absent = git::fetch_request(*git::ObjectId::parse(std::string(40, 'a')));
  CHECK(contains(message(git::pack_in(answer_of_git(temp / "r", absent))), "the server refuses: "));
  for (const std::string& bad :
       {std::string(), std::string("0000"), std::string("zzzz"), std::string("<html>"), std::string("0008NAK\n0000"),
        std::string("ffffpackfile\n"), std::string("000dpackfile\n0009\1PACX0000"), std::string("0003"),
        std::string("000dpackfile\n") + "0008\3no\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(git::pack_in(bad).ok());
  }
  std::filesystem::create_directory(temp / "damaged");
  CHECK_FALSE(git::unpack(temp / "damaged", std::string("PACK\0\0\0\2\0\0\0\1garbage", 19)).ok());
}
