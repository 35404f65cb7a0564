#include "app/ledger_store.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "base/digest.hpp"
#include "git/library.hpp"
#include "net/curl_http.hpp"
#include "support/background.hpp"
#include "support/git_repo.hpp"
#include "support/temporary_folder.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

// A forge's git over real HTTP, and a pipeline that checked the repository out from it.
struct Fixture {
  git::Library library = std::move(git::Library::start()).value();
  TemporaryFolder folder;
  std::string token = hex(sha256(folder.path())).substr(0, 40);
  std::map<std::string, std::string> environment;
  config::Settings settings;

  Fixture() {
    make_repository(folder.path("served/acme/shop.git"), {{"main", {}, {{"a.txt", "1\n"}}}}, true);
    run_git(folder.path("served/acme/shop.git"), {"config", "http.receivepack", "true"});
    run_git(folder.path(), {"clone", "-q", folder.path("served/acme/shop.git"), "work"});
  }

  // Starts the server; "" where there is no Python.
  std::string serve(const std::string& credential) {
    server = std::make_unique<BackgroundProcess>(
        std::vector<std::string>{"/usr/bin/env", "python3", GATEPOST_SOURCE_DIR "/tests/support/git_http_server.py",
                                 folder.path("served"), credential},
        folder.path(), std::map<std::string, std::string>{{"PATH", "/usr/local/bin:/usr/bin:/bin"}});
    return server->line().value_or("");
  }
  app::Ports ports() const {
    return {.environment =
                [this](const char* name) {
                  const auto found = environment.find(name);
                  return found == environment.end() ? std::nullopt : std::optional(found->second);
                },
            .clock = [] { return Timestamp{1'767'225'600'000}; },
            .http = [](net::CurlOptions options) -> Result<std::unique_ptr<net::Http>> {
              GP_TRY(auto http, net::CurlHttp::create(std::move(options)));
              return std::unique_ptr<net::Http>(std::move(http));
            },
            .sleep = [](std::chrono::milliseconds duration) { std::this_thread::sleep_for(duration); }};
  }
  Result<std::unique_ptr<store::Store>> open() const {
    const auto repository = git::Repository::open(folder.path("work"), {.trusted_path = true});
    REQUIRE(repository.ok());
    return app::open_ledger(ports(), settings, *repository);
  }

  std::unique_ptr<BackgroundProcess> server;
};

ledger::Line event_after(const ledger::Head& head, const std::string& subject) {
  ledger::Line line{.seq = head.seq + 1,
                    .at = {1'767'225'600'000},
                    .type = "detected",
                    .subject = subject,
                    .prev = head.hash,
                    .hash = hex(sha256(head.hash + subject)),
                    .text = {}};
  line.text = R"({"hash":")" + line.hash + R"(","prev":")" + line.prev + R"(","seq":)" + std::to_string(line.seq) +
              R"(,"subject":")" + subject + R"(","ts":1767225600000,"type":"detected"})";
  return line;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "ledger: a pipeline keeps it at the forge, over HTTP and with its token") {
  if (!have_git()) return;
  const std::string address = serve("x-access-token:" + token);
  if (address.empty()) return;
  environment = {{"GITHUB_ACTIONS", "true"},
                 {"GITHUB_SERVER_URL", address},
                 {"GITHUB_REPOSITORY", "acme/shop"},
                 {"GITHUB_TOKEN", token},
                 {"GITHUB_EVENT_NAME", "push"}};
  const auto one = open(), other = open();
  REQUIRE_MESSAGE(one.ok(), one.error().message);
  CHECK((*one)->name() == "git refs/gatepost/ledger of " + address + "/acme/shop.git");
  const auto first = event_after({}, "a");
  auto done = (*one)->append({}, std::span(&first, 1), {{"baseline/x", "1"}});
  REQUIRE_MESSAGE(done.ok(), done.error().message);
  CHECK(git_line(folder.path("served/acme/shop.git"), {"log", "-1", "--format=%s", "refs/gatepost/ledger"}) ==
        "ledger: 1 detected (event 1)");

  const auto late = (*other)->append({}, std::span(&first, 1), {});
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().kind == ErrorKind::conflict);
  const auto head = (*other)->head();
  REQUIRE(head.ok());
  const auto second = event_after(*head, "b");
  CHECK((*other)->append(*head, std::span(&second, 1), {}).ok());
  CHECK((*one)->read(0).value() == std::vector<ledger::Line>{first, second});
  CHECK((*one)->document("baseline/x").value() == "1");
  // Nothing came into the checkout.
  CHECK(git_line(folder.path("work"), {"for-each-ref", "refs/gatepost"}).empty());
  run_git(folder.path("served/acme/shop.git"), {"fsck", "--strict"});
}

TEST_CASE_FIXTURE(Fixture, "ledger: a token that may not is told so, and never shown") {
  if (!have_git()) return;
  const std::string address = serve("x-access-token:other");
  if (address.empty()) return;
  environment = {{"GITHUB_ACTIONS", "true"},
                 {"GITHUB_SERVER_URL", address},
                 {"GITHUB_REPOSITORY", "acme/shop"},
                 {"GITHUB_TOKEN", token},
                 {"GITHUB_EVENT_NAME", "push"}};
  const auto store = open();
  REQUIRE(store.ok());
  const auto head = (*store)->head();
  REQUIRE_FALSE(head.ok());
  CHECK(head.error().kind == ErrorKind::denied);
  CHECK((head.error().message + head.error().hint).find(token) == std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "ledger: outside of a pipeline it is a ref of the checkout, or where the settings say") {
  if (!have_git()) return;
  const auto name = [&] {
    const auto store = open();
    return store.ok() ? (*store)->name() : store.error().message;
  };
  const std::string here = "git refs/gatepost/ledger of ";
  CHECK(name() == here + folder.path("work"));
  settings.ledger.remote = "origin";  // a path
  CHECK(name() == here + folder.path("served/acme/shop.git"));
  settings.ledger.remote = "../served/acme/shop.git";
  CHECK(name() == here + folder.path("work/../served/acme/shop.git"));
  settings.ledger.remote = "upstream";
  CHECK(name() == "ledger.remote: the repository has no remote \"upstream\"");
  settings.ledger.remote = "none";
  environment = {
      {"GITHUB_ACTIONS", "true"}, {"GITHUB_SERVER_URL", "https://github.com"}, {"GITHUB_REPOSITORY", "acme/shop"}};
  CHECK(name() == here + folder.path("work"));

  settings.ledger = {.store = config::Ledger::Store::sqlite, .path = "posture.db"};
  CHECK(name() == "SQLite file " + folder.path("work/posture.db"));
  settings.ledger = {.store = config::Ledger::Store::none};
  CHECK(open().value() == nullptr);
  settings.ledger = {.store = config::Ledger::Store::postgresql};
  CHECK(name() == "ledger.store is postgresql, and no address is there");
  environment["GATEPOST_LEDGER_URL"] = "postgresql://user:" + token + "@x@nowhere.invalid/db";
  CHECK(name() == "the address of the PostgreSQL database cannot be understood");
}

TEST_CASE_FIXTURE(Fixture, "ledger: a job of the bot opens that of its own repository alone") {
  if (!have_git()) return;
  environment = {{"GITHUB_ACTIONS", "true"},
                 {"GITHUB_SERVER_URL", "https://github.example"},
                 {"GITHUB_REPOSITORY", "acme/shop"},
                 {"GATEPOST_LEDGER_URL", "no address"}};
  using Store = config::Ledger::Store;
  struct Case {
    config::Ledger ledger;
    const char *repository, *refused;
  };
  for (const Case& it : std::initializer_list<Case>{
           {{.store = Store::git}, "", ""},
           {{.store = Store::git, .remote = "https://github.example/Acme/shop.git"}, "", ""},
           {{.store = Store::git, .remote = "git@github.example:acme/shop"}, "", ""},
           {{.store = Store::git, .remote = "https://github.example/acme/vault.git"},
            "",
            "keeps the ledger of acme/shop"},
           {{.store = Store::git, .remote = "https://elsewhere.example/acme/shop"},
            "",
            "keeps the ledger of acme/shop"},
           {{.store = Store::git, .remote = "/srv/git/vault.git"}, "", "keeps the ledger of acme/shop"},
           {{.store = Store::git, .remote = "file:///srv/git/vault.git"}, "", "keeps the ledger of acme/shop"},
           {{.store = Store::git, .remote = "none"}, "", "keeps the ledger of acme/shop"},
           {{.store = Store::postgresql}, "", "the address of the PostgreSQL database"},
           {{.store = Store::postgresql}, "acme/Shop", "the address of the PostgreSQL database"},
           {{.store = Store::postgresql}, "acme/vault", "to the bot it is acme/shop"}}) {
    CAPTURE(it.ledger.remote);
    settings.ledger = it.ledger;
    settings.repository = it.repository;
    environment["GATEPOST_PASSING_FOLDER"] = folder.path();
    const auto in_bot = open();
    CHECK(in_bot.ok() == (*it.refused == '\0'));
    if (!in_bot) CHECK_MESSAGE(in_bot.error().message.find(it.refused) != std::string::npos, in_bot.error().message);
    environment.erase("GATEPOST_PASSING_FOLDER");
    const auto in_pipeline = open();
    if (!in_pipeline) CHECK(in_pipeline.error().message.find("bot") == std::string::npos);
  }
  config::Ledger file{.store = Store::sqlite, .path = "/var/lib/vault.db"};
  CHECK(app::choose_ledger(ports(), "", file).ok());
  environment["GATEPOST_PASSING_FOLDER"] = folder.path();
  CHECK(app::choose_ledger(ports(), "", file).error().kind == ErrorKind::config);
  CHECK(app::choose_ledger(ports(), "sqlite:/var/lib/shop.db", file).ok());
  CHECK(file.path == "/var/lib/shop.db");
}

TEST_CASE("ledger: addresses are those that a token opens") {
  struct Case {
    const char *remote, *address;
  };
  for (const Case& it : std::initializer_list<Case>{
           {"https://github.com/acme/shop", "https://github.com/acme/shop"},
           {"https://gitlab-ci-token:x@gitlab.com/acme/shop.git", "https://gitlab.com/acme/shop.git"},
           {"https://gitlab.com/acme/sh@p.git", "https://gitlab.com/acme/sh@p.git"},
           {"git@github.com:acme/shop.git", "https://github.com/acme/shop.git"},
           {"ssh://git@gitlab.example.com:2222/acme/shop.git", "https://gitlab.example.com/acme/shop.git"},
           {"ssh://git@host", ""},
           {"/srv/git/shop.git", ""},
           {"../shop:1/x.git", ""},
           {"file:///srv/git/shop.git", ""},
           {"", ""}}) {
    CAPTURE(it.remote);
    CHECK(app::https_address(it.remote) == it.address);
  }
}
