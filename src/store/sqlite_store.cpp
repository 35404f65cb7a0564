#include "store/sqlite_store.hpp"

#include <array>
#include <utility>

#include "store/checks.hpp"
#include "store/sqlite_file.hpp"

namespace gatepost::store {
namespace {

using Statement = SqliteStatement;

constexpr std::int64_t kApplicationId = 0x47504c31;  // "GPL1" in the file's header: a ledger of gatepost

constexpr std::array<const char*, 1> kMigrations = {R"sql(
  CREATE TABLE events (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    type    TEXT NOT NULL,
    subject TEXT NOT NULL,
    prev    TEXT NOT NULL,
    hash    TEXT NOT NULL UNIQUE,
    text    TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_subject ON events (subject, seq);
  CREATE TRIGGER events_stay BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events of a ledger are never changed'); END;
  CREATE TRIGGER events_remain BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events of a ledger are never deleted'); END;
  CREATE TABLE documents (name TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;
)sql"};

constexpr SqliteKind kLedgerFile = {
    .application_id = kApplicationId, .migrations = kMigrations, .what = "ledger", .setting = "ledger.path"};

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(std::string path) : file_(std::move(path), kLedgerFile) {}

  [[nodiscard]] std::string name() const override { return "SQLite file " + file_.path(); }

  Result<ledger::Head> head() override {
    GP_TRY(const bool there, file_.open_existing());
    if (!there) return ledger::Head{};
    return read_head();
  }

  Result<std::vector<ledger::Line>> read(std::uint64_t after) override {
    std::vector<ledger::Line> lines;
    GP_TRY(const bool there, file_.open_existing());
    if (!there) return lines;
    GP_TRY(const Statement query,
           file_.prepare("SELECT seq, at, type, subject, prev, hash, text FROM events WHERE seq > ? ORDER BY seq"));
    sqlite3_bind_int64(query.get(), 1, static_cast<std::int64_t>(after));
    int status = SQLITE_ROW;
    while ((status = sqlite3_step(query.get())) == SQLITE_ROW) {
      const auto text = [&](int column) { return std::string(SqliteFile::text(query, column)); };
      lines.push_back({.seq = static_cast<std::uint64_t>(sqlite3_column_int64(query.get(), 0)),
                       .at = {sqlite3_column_int64(query.get(), 1)},
                       .type = text(2),
                       .subject = text(3),
                       .prev = text(4),
                       .hash = text(5),
                       .text = text(6)});
    }
    if (status != SQLITE_DONE) return file_.failure("cannot be read");
    return lines;
  }

  Result<std::optional<std::string>> document(std::string_view name) override {
    std::optional<std::string> body;
    GP_TRY(const bool there, file_.open_existing());
    if (!there) return body;
    GP_TRY(const Statement query, file_.prepare("SELECT body FROM documents WHERE name = ?"));
    SqliteFile::bind(query, 1, name);
    const int status = sqlite3_step(query.get());
    if (status == SQLITE_ROW) body = std::string(SqliteFile::text(query, 0));
    if (status != SQLITE_ROW && status != SQLITE_DONE) return file_.failure("cannot be read");
    return body;
  }

  Result<std::vector<std::string>> document_names(std::string_view prefix) override {
    std::vector<std::string> names;
    GP_TRY(const bool there, file_.open_existing());
    if (!there) return names;
    GP_TRY(const Statement query,
           file_.prepare("SELECT name FROM documents WHERE substr(name, 1, ?) = ? ORDER BY name"));
    sqlite3_bind_int64(query.get(), 1, static_cast<std::int64_t>(prefix.size()));  // names are ASCII
    SqliteFile::bind(query, 2, prefix);
    int status = SQLITE_ROW;
    while ((status = sqlite3_step(query.get())) == SQLITE_ROW) names.emplace_back(SqliteFile::text(query, 0));
    if (status != SQLITE_DONE) return file_.failure("cannot be read");
    return names;
  }

  Status append(const ledger::Head& expected, std::span<const ledger::Line> events,
                const Documents& documents) override {
    GP_CHECK(check_append(expected, events, documents));
    GP_CHECK(file_.open_or_create());
    // Whoever begins so is the only writer until the end.
    return file_.transaction("BEGIN IMMEDIATE", [&] { return append_inside(expected, events, documents); });
  }

 private:
  Status append_inside(const ledger::Head& expected, std::span<const ledger::Line> events, const Documents& documents) {
    GP_TRY(const ledger::Head found, read_head());
    if (found != expected) return conflict(name(), expected, found);
    GP_CHECK(insert(events));
    for (const auto& [name, body] : documents) GP_CHECK(put(name, body));
    return Done{};
  }

  Status insert(std::span<const ledger::Line> events) {
    GP_TRY(const Statement insert, file_.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)"));
    for (const ledger::Line& event : events) {
      sqlite3_bind_int64(insert.get(), 1, static_cast<std::int64_t>(event.seq));
      sqlite3_bind_int64(insert.get(), 2, event.at.unix_ms);
      SqliteFile::bind(insert, 3, event.type);
      SqliteFile::bind(insert, 4, event.subject);
      SqliteFile::bind(insert, 5, event.prev);
      SqliteFile::bind(insert, 6, event.hash);
      SqliteFile::bind(insert, 7, event.text);
      if (sqlite3_step(insert.get()) != SQLITE_DONE) return file_.failure("cannot be written");
      sqlite3_reset(insert.get());
    }
    return Done{};
  }

  Status put(const std::string& name, const std::optional<std::string>& body) {
    GP_TRY(const Statement statement, file_.prepare(body ? "INSERT OR REPLACE INTO documents VALUES (?, ?)"
                                                         : "DELETE FROM documents WHERE name = ?"));
    SqliteFile::bind(statement, 1, name);
    if (body) sqlite3_bind_blob64(statement.get(), 2, body->data(), body->size(), SQLITE_STATIC);
    if (body && body->empty()) sqlite3_bind_zeroblob(statement.get(), 2, 0);
    if (sqlite3_step(statement.get()) != SQLITE_DONE) return file_.failure("cannot be written");
    return Done{};
  }

  Result<ledger::Head> read_head() {
    GP_TRY(const Statement query, file_.prepare("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1"));
    const int status = sqlite3_step(query.get());
    if (status == SQLITE_DONE) return ledger::Head{};
    if (status != SQLITE_ROW) return file_.failure("cannot be read");
    return ledger::Head{.seq = static_cast<std::uint64_t>(sqlite3_column_int64(query.get(), 0)),
                        .hash = std::string(SqliteFile::text(query, 1))};
  }

  SqliteFile file_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const std::string& path) {
  auto store = std::make_unique<SqliteStore>(path);
  GP_TRY(const ledger::Head head, store->head());  // a file that cannot be used is refused at once
  static_cast<void>(head);
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace gatepost::store
