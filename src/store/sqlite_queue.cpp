// The queue in one SQLite file: for one machine.
#include <array>
#include <utility>

#include "store/queue.hpp"
#include "store/queue_session.hpp"
#include "store/sqlite_file.hpp"

namespace gatepost::store {
namespace {

constexpr std::int64_t kApplicationId = 0x47505131;  // "GPQ1": a queue of gatepost

// Points in time are UTC milliseconds. `due`: of a dead job when it died.
constexpr std::array<const char*, 1> kMigrations = {R"sql(
  CREATE TABLE deliveries (
    sender   TEXT NOT NULL,
    id       TEXT NOT NULL,
    received INTEGER NOT NULL,
    PRIMARY KEY (sender, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX deliveries_by_time ON deliveries (received);
  CREATE TABLE jobs (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    coalesce_key TEXT NOT NULL,
    lane         TEXT NOT NULL,
    kind         TEXT NOT NULL,
    about        TEXT NOT NULL,
    payload      TEXT NOT NULL,
    state        TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'dead')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    since        INTEGER NOT NULL,
    due          INTEGER NOT NULL,
    lease        TEXT NOT NULL DEFAULT '',
    lease_until  INTEGER NOT NULL DEFAULT 0,
    reason       TEXT NOT NULL DEFAULT ''
  ) STRICT;
  CREATE UNIQUE INDEX jobs_one_waits ON jobs (coalesce_key) WHERE state = 'waiting';
  CREATE UNIQUE INDEX jobs_one_runs ON jobs (lane) WHERE state = 'running';
  CREATE INDEX jobs_by_time ON jobs (state, due, id);
)sql"};

constexpr SqliteKind kQueueFile = {
    .application_id = kApplicationId, .migrations = kMigrations, .what = "queue", .setting = "--queue"};

class SqliteSession final : public QueueSession {
 public:
  explicit SqliteSession(std::string path) : file_(std::move(path), kQueueFile) {}

  Status open() { return file_.open_or_create(); }
  [[nodiscard]] std::string name() const override { return "SQLite file " + file_.path(); }
  [[nodiscard]] std::string_view skip_locked() const override { return ""; }

  Result<std::vector<QueueRow>> ask(const std::string& sql, std::span<const std::string> parameters) override {
    GP_TRY(const SqliteStatement statement, file_.prepare(sql.c_str()));
    for (std::size_t i = 0; i < parameters.size(); ++i)
      SqliteFile::bind(statement, static_cast<int>(i) + 1, parameters[i]);
    std::vector<QueueRow> rows;
    int status = SQLITE_ROW;
    while ((status = sqlite3_step(statement.get())) == SQLITE_ROW) {
      QueueRow& row = rows.emplace_back();
      for (int i = 0; i < sqlite3_column_count(statement.get()); ++i) row.emplace_back(SqliteFile::text(statement, i));
    }
    if (status != SQLITE_DONE) return file_.failure("cannot be written");
    return rows;
  }

  // Whoever begins so is the only writer until the end.
  Status transaction(const std::function<Status()>& work) override {
    return file_.transaction("BEGIN IMMEDIATE", work);
  }

 private:
  SqliteFile file_;
};

}  // namespace

Result<std::unique_ptr<Queue>> open_sqlite_queue(const std::string& path) {
  auto session = std::make_unique<SqliteSession>(path);
  GP_CHECK(session->open());
  return queue_on(std::move(session));
}

}  // namespace gatepost::store
