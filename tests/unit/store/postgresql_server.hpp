// A real PostgreSQL server for tests: its own data folder, a Unix socket and nothing else. One for the whole run.
#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "support/process.hpp"
#include "support/skip.hpp"
#include "support/temporary_folder.hpp"

namespace gatepost::test {

class PostgresqlServer {
 public:
  // nullptr, and the running test is marked as skipped, where PostgreSQL is not installed.
  static const PostgresqlServer* running() {
    static const PostgresqlServer server;
    if (server.started_) return &server;
    skip(server.why_not_);
    return nullptr;
  }
  PostgresqlServer(const PostgresqlServer&) = delete;
  PostgresqlServer& operator=(const PostgresqlServer&) = delete;
  ~PostgresqlServer() {
    if (started_) as_server({programs_ + "/pg_ctl", "-D", data(), "-m", "immediate", "stop"});
  }

  // The name of a new, empty database.
  [[nodiscard]] std::string make_database() const {
    static std::atomic<int> count = 0;
    std::string name = "test" + std::to_string(++count);
    run("postgres", "CREATE DATABASE " + name);
    return name;
  }
  [[nodiscard]] Secret address(const std::string& database, const std::string& login = "owner") const {
    return Secret("postgresql:///" + database + "?host=" + folder_.path() + "&user=" + login);
  }
  // What psql prints, rows as lines with | between; its errors when there are some.
  std::string run(const std::string& database, const std::string& sql, const std::string& login = "postgres") const {
    const auto result = run_process({programs_ + "/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h",
                                     folder_.path(), "-U", login, "-d", database},
                                    folder_.path(), {{"PATH", "/usr/bin:/bin"}}, sql);
    return result.exit_code == 0 ? result.out : result.err;
  }

 private:
  PostgresqlServer() {
    programs_ = newest_programs();
    if (programs_.empty()) {
      why_not_ = "PostgreSQL is not installed";
      return;
    }
    // The server refuses to run as root: Debian's package has made a user for it.
    if (::geteuid() == 0) as_ = {"/usr/sbin/runuser", "-u", "postgres", "--"};
    std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
    const auto made = as_server({programs_ + "/initdb", "-D", data(), "-A", "trust", "-U", "postgres", "--no-sync",
                                 "-E", "UTF8", "--locale=C.UTF-8"});
    const auto began =
        as_server({programs_ + "/pg_ctl", "-D", data(), "-w", "-l", folder_.path("log"), "-o",
                   "-c listen_addresses='' -c unix_socket_directories=" + folder_.path() +
                       " -c fsync=off -c full_page_writes=off -c shared_buffers=32MB -c max_connections=60",
                   "start"});
    started_ = began.exit_code == 0;
    why_not_ = "PostgreSQL does not start: " + made.err + began.err;
    if (started_) run("postgres", "CREATE ROLE owner LOGIN CREATEDB; GRANT CREATE ON DATABASE postgres TO owner");
  }

  [[nodiscard]] std::string data() const { return folder_.path("data"); }
  static std::string newest_programs() {
    std::string newest;
    std::error_code failure;
    for (const auto& it : std::filesystem::directory_iterator("/usr/lib/postgresql", failure)) {
      const std::string folder = it.path().string() + "/bin";
      if (std::filesystem::exists(folder + "/initdb") && folder > newest) newest = folder;
    }
    return newest;
  }
  ProcessResult as_server(const std::vector<std::string>& command) const {
    std::vector<std::string> all = as_;
    all.insert(all.end(), command.begin(), command.end());
    return run_process(all, folder_.path(), {{"PATH", "/usr/bin:/bin"}, {"LC_ALL", "C.UTF-8"}});
  }

  TemporaryFolder folder_;
  std::string programs_, why_not_;
  std::vector<std::string> as_;
  bool started_ = false;
};

}  // namespace gatepost::test
