// Places for ledgers, empty at first, one of each kind.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "git/library.hpp"
#include "store/git_store.hpp"
#include "store/postgresql_store.hpp"
#include "store/sqlite_store.hpp"
#include "store/store.hpp"
#include "support/git_repo.hpp"
#include "support/temporary_folder.hpp"
#include "unit/store/lines.hpp"
#include "unit/store/postgresql_server.hpp"

namespace gatepost::test {

class Place {
 public:
  Place() = default;
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  virtual ~Place() = default;
  // One more store on the same ledger. May be called by several threads at once, and by child processes.
  virtual Result<std::unique_ptr<store::Store>> open() = 0;
  // What each of sixteen writers writes: fewer where every look at the ledger starts a process.
  [[nodiscard]] virtual int events_per_writer() const { return 4; }
};

struct PlaceKind {
  const char* name;
  std::unique_ptr<Place> (*make)();  // nothing, and the test is marked as skipped, where there can be none
};

class SqlitePlace final : public Place {
 public:
  Result<std::unique_ptr<store::Store>> open() override { return store::open_sqlite(folder_.path("posture.db")); }

 private:
  TemporaryFolder folder_;
};

// The ref of a repository on this disk.
class GitPlace final : public Place {
 public:
  GitPlace() { run_git(folder_.path(), {"init", "-q", "--bare", "shop.git"}); }
  Result<std::unique_ptr<store::Store>> open() override {
    return store::open_git({.directory = folder_.path("shop.git"), .now = {kFirstMoment}});
  }

 private:
  git::Library library_ = std::move(git::Library::start()).value();
  TemporaryFolder folder_;
};

// The ref of a repository that only a server can reach: git's own server programs, asked as over HTTP.
class ServerPlace final : public Place {
 public:
  ServerPlace() {
    std::filesystem::create_directory(folder_.path("scratch"));
    run_git(folder_.path(), {"init", "-q", "--bare", "shop.git"});
  }
  Result<std::unique_ptr<store::Store>> open() override {
    return store::open_git({.exchange = [this](const git::ServiceRequest& request) { return answer(request); },
                            .remote = "https://git.example/shop.git",
                            .scratch = folder_.path("scratch"),
                            .now = {kFirstMoment}});
  }
  [[nodiscard]] int events_per_writer() const override { return 1; }
  [[nodiscard]] std::string server_folder() const { return folder_.path("shop.git"); }
  [[nodiscard]] std::string scratch() const { return folder_.path("scratch"); }
  [[nodiscard]] Result<std::string> answer(const git::ServiceRequest& request) const {
    std::map<std::string, std::string> environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", folder_.path()}};
    if (request.version2) environment["GIT_PROTOCOL"] = "version=2";
    const auto result = run_process({"/usr/bin/" + request.service, "--stateless-rpc", "."}, server_folder(),
                                    environment, request.body);
    if (result.exit_code == 0 || !result.out.empty()) return result.out;
    return error(ErrorKind::unavailable, result.err);
  }

 private:
  git::Library library_ = std::move(git::Library::start()).value();
  TemporaryFolder folder_;
};

// A database of its own on a real server.
class PostgresqlPlace final : public Place {
 public:
  explicit PostgresqlPlace(const PostgresqlServer& server) : server_(server), database_(server.make_database()) {
    server.run("postgres", "ALTER DATABASE " + database_ + " OWNER TO owner");
  }
  Result<std::unique_ptr<store::Store>> open() override {
    return store::open_postgresql(server_.address(database_), "acme/shop");
  }
  [[nodiscard]] const std::string& database() const { return database_; }

 private:
  const PostgresqlServer& server_;
  std::string database_;
};

template <class Kind>
std::unique_ptr<Place> make_place() {
  return std::make_unique<Kind>();
}
template <>
inline std::unique_ptr<Place> make_place<PostgresqlPlace>() {
  const PostgresqlServer* const server = PostgresqlServer::running();
  return server == nullptr ? nullptr : std::make_unique<PostgresqlPlace>(*server);
}

inline constexpr std::array<PlaceKind, 4> kPlaces = {{
    {"sqlite", &make_place<SqlitePlace>},
    {"git", &make_place<GitPlace>},
    {"git server", &make_place<ServerPlace>},
    {"postgresql", &make_place<PostgresqlPlace>},
}};

}  // namespace gatepost::test
