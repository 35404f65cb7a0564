#include "app/pinned_file.hpp"

#include <doctest/doctest.h>

#include "app/settings_files.hpp"
#include "base/base64.hpp"
#include "git/library.hpp"
#include "git/pinned.hpp"
#include "git/protocol.hpp"
#include "support/git_repo.hpp"
#include "support/process.hpp"
#include "support/scripted_http.hpp"
#include "support/temporary_folder.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

// A server of one repository, which is git itself.
class Server {
 public:
  explicit Server(std::string directory) : directory_(std::move(directory)) {}
  int asked = 0;
  std::string credential, url, protocol;
  std::map<std::string, std::string> environment;

  app::Ports ports() {
    return {.environment =
                [this](const char* name) {
                  const auto found = environment.find(name);
                  return found == environment.end() ? std::nullopt : std::optional(found->second);
                },
            .clock = [this] { return time_.now; },
            .http = [this](const net::CurlOptions&) -> Result<std::unique_ptr<net::Http>> {
              auto http = std::make_unique<ScriptedHttp>(time_);
              http->then([this](const net::Request& request) -> net::Exchange { return serve(request); });
              return std::unique_ptr<net::Http>(std::move(http));
            },
            .sleep = [this](std::chrono::milliseconds duration) { time_.pass(duration); }};
  }

 private:
  net::Response serve(const net::Request& request) {
    ++asked;
    credential = request.credential.value.reveal();
    url = request.method + " " + request.url;
    protocol = request.headers.get("Git-Protocol");
    const auto result = run_process({"/usr/bin/env", "git", "upload-pack", "--stateless-rpc", "."}, directory_,
                                    {{"GIT_PROTOCOL", "version=2"}, {"PATH", "/usr/bin:/bin"}}, request.body);
    return answer(200, {}, result.out);
  }

  std::string directory_;
  FakeTime time_;
};

void need_library() {
  static auto library = git::Library::start();
  REQUIRE(library.ok());
}

config::Wanted::PinnedFile wanted(const std::string& repository, const std::string& commit,
                                  const std::string& path = "org.yml") {
  return {.repository = repository, .commit = commit, .path = path, .name = "n", .where = "w"};
}

}  // namespace

TEST_CASE("pinned file: fetched once over https, and kept") {
  if (!have_git()) return;
  need_library();
  const TempDir temp;
  make_repository(temp / "r", {{"main", {}, {{"org.yml", "gatepost: 1\n"}}}}, true);
  const std::string commit = git_line(temp / "r", {"rev-parse", "main"});
  const TemporaryFolder cache;
  Server server(temp / "r");
  const auto file = wanted("https://git.example/rules.git/", commit);
  for (int i = 0; i < 2; ++i) {
    const auto text = app::pinned_file(server.ports(), file, cache.path(), 1000);
    REQUIRE_MESSAGE(text.ok(), text.error().message);
    CHECK(*text == "gatepost: 1\n");
  }
  CHECK(server.asked == 1);
  CHECK(server.url == "POST https://git.example/rules.git/git-upload-pack");
  CHECK(server.protocol == "version=2");
  CHECK(server.credential.empty());
  // A copy that somebody changed is asked for anew.
  cache.write("pinned/" + commit + ".pack", "PACK damaged");
  CHECK(app::pinned_file(server.ports(), file, cache.path(), 1000).ok());
  CHECK(server.asked == 2);
  CHECK_FALSE(app::pinned_file(server.ports(), file, "", 5).ok());
  const auto absent = app::pinned_file(server.ports(), wanted("https://git.example/r", std::string(40, 'a')), "", 100);
  REQUIRE_FALSE(absent.ok());
  CHECK(absent.error().message.find("the server refuses") != std::string::npos);
}

TEST_CASE("pinned file: the CI's token goes to the CI's own server only") {
  if (!have_git()) return;
  need_library();
  const TempDir temp;
  make_repository(temp / "r", {{"main", {}, {{"org.yml", "gatepost: 1\n"}}}}, true);
  const std::string commit = git_line(temp / "r", {"rev-parse", "main"});
  Server server(temp / "r");
  server.environment = {{"GITLAB_CI", "true"},
                        {"CI_PROJECT_ID", "7"},
                        {"CI_PROJECT_PATH", "acme/shop"},
                        {"CI_SERVER_URL", "https://git.example"},
                        {"CI_API_V4_URL", "https://git.example/api/v4"},
                        {"CI_JOB_TOKEN", "job-token"}};
  REQUIRE(app::pinned_file(server.ports(), wanted("https://git.example/acme/rules.git", commit), "", 1000).ok());
  CHECK(server.credential == "Basic " + base64_encode("gitlab-ci-token:job-token"));
  for (const std::string other :
       {"https://git.example.evil/acme/rules.git", "https://git.example:8443/acme/rules.git"}) {
    REQUIRE(app::pinned_file(server.ports(), wanted(other, commit), "", 1000).ok());
    CHECK(server.credential.empty());
  }
}

TEST_CASE("pinned file: a repository on this machine is read where it lies") {
  if (!have_git()) return;
  need_library();
  const TempDir temp;
  make_repository(temp / "r", {{"main", {}, {{"org.yml", "gatepost: 1\n"}}}}, true);
  const std::string commit = git_line(temp / "r", {"rev-parse", "main"});
  const app::Ports none;
  CHECK(*app::pinned_file(none, wanted(temp / "r", commit), "", 1000) == "gatepost: 1\n");
  CHECK(*app::pinned_file(none, wanted("file://" + (temp / "r"), commit), "", 1000) == "gatepost: 1\n");
  CHECK_FALSE(app::pinned_file(none, wanted(temp / "nowhere", commit), "", 1000).ok());
}
