// What only a ledger in a SQLite file can get wrong.
#include "store/sqlite_store.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <string>

#include "support/temporary_folder.hpp"
#include "unit/store/lines.hpp"

namespace gatepost::store {
namespace {

struct Fixture {
  test::TemporaryFolder folder;
  std::string path = folder.path("posture.db");

  [[nodiscard]] Result<std::unique_ptr<Store>> open() const { return open_sqlite(path); }
  // The first message of SQLite, or "".
  [[nodiscard]] std::string run(const std::string& sql) const {
    sqlite3* database = nullptr;
    sqlite3_open(path.c_str(), &database);
    char* message = nullptr;
    sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &message);
    const std::string said = message == nullptr ? "" : message;
    sqlite3_free(message);
    sqlite3_close(database);
    return said;
  }
  void fill() const {
    auto store = open();
    REQUIRE(store.ok());
    const auto lines = test::lines_after({}, 3);
    REQUIRE((*store)->append({}, lines, {{"a", "b"}}).ok());
  }
};

TEST_CASE_FIXTURE(Fixture, "Reading makes no file") {
  auto store = open();
  REQUIRE(store.ok());
  CHECK((*store)->read(0)->empty());
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE_FIXTURE(Fixture, "A file that somebody makes later is found") {
  auto early = open();
  REQUIRE(early.ok());
  CHECK((*early)->head()->seq == 0);
  fill();
  CHECK((*early)->head()->seq == 3);
}

TEST_CASE_FIXTURE(Fixture, "The file keeps a log beside it and knows its version") {
  fill();
  CHECK(run("SELECT raise_if FROM (SELECT 1)") != "");  // run() does tell
  CHECK(run("CREATE TEMP TABLE t (x CHECK (x = 'wal')); INSERT INTO t SELECT * FROM pragma_journal_mode()") == "");
  CHECK(run("CREATE TEMP TABLE t (x CHECK (x = 1)); INSERT INTO t SELECT max(version) FROM migrations") == "");
}

TEST_CASE_FIXTURE(Fixture, "Events are neither changed nor deleted, whoever asks") {
  fill();
  CHECK(run("UPDATE events SET text = '{}' WHERE seq = 2") == "events of a ledger are never changed");
  CHECK(run("DELETE FROM events WHERE seq = 3") == "events of a ledger are never deleted");
  CHECK(run("DELETE FROM documents") == "");
}

TEST_CASE_FIXTURE(Fixture, "A file of a newer gatepost is refused and says what to do") {
  fill();
  CHECK(run("INSERT INTO migrations VALUES (7)") == "");
  const auto store = open();
  REQUIRE_FALSE(store.ok());
  CHECK(store.error().kind == ErrorKind::config);
  CHECK(store.error().message == path + ": version 7 of the file's tables; this gatepost knows them up to 1");
  CHECK(store.error().hint == "a newer gatepost wrote it: use that one");
}

TEST_CASE_FIXTURE(Fixture, "What is no ledger is refused, and left as it is") {
  SUBCASE("another program's database") {
    REQUIRE(run("CREATE TABLE things (x)") == "");
    const auto store = open();
    REQUIRE_FALSE(store.ok());
    CHECK(store.error().kind == ErrorKind::config);
    CHECK(store.error().message.find("a database of another program") != std::string::npos);
    CHECK(run("SELECT * FROM events") == "no such table: events");
  }
  SUBCASE("no database") {
    folder.write("posture.db", "these are the notes of somebody who keeps them in a file with a bad name");
    const auto store = open();
    REQUIRE_FALSE(store.ok());
    CHECK(store.error().kind == ErrorKind::config);
    CHECK(folder.read("posture.db").starts_with("these are the notes"));
  }
  SUBCASE("a folder") {
    std::filesystem::create_directory(path);
    CHECK(open().error().kind == ErrorKind::unavailable);
  }
}

TEST_CASE_FIXTURE(Fixture, "A folder that is not there is named") {
  auto store = open_sqlite(folder.path("missing/posture.db"));
  REQUIRE(store.ok());
  const auto lines = test::lines_after({}, 1);
  const auto done = (*store)->append({}, lines, {});
  REQUIRE_FALSE(done.ok());
  CHECK(done.error().kind == ErrorKind::unavailable);
  CHECK(done.error().message.find("missing/posture.db") != std::string::npos);
}

}  // namespace
}  // namespace gatepost::store
