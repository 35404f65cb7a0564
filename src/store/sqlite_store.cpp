#include "store/sqlite_store.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <array>
#include <filesystem>
#include <utility>

#include "base/deleter.hpp"
#include "base/text.hpp"
#include "store/checks.hpp"

namespace gatepost::store {
namespace {

using Database = CHandle<sqlite3, sqlite3_close_v2>;
using Statement = CHandle<sqlite3_stmt, sqlite3_finalize>;

constexpr int kPatienceMs = 60'000;                  // with another writer
constexpr std::int64_t kApplicationId = 0x47504c31;  // "GPL1" in the file's header: a ledger of gatepost

// What brings a file from version n to n+1; a change of the tables is a line at the end, never a change of one above.
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

std::string_view column_text(sqlite3_stmt* row, int column) {
  const void* const bytes = sqlite3_column_blob(row, column);
  return {static_cast<const char*>(bytes),
          bytes == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(row, column))};
}

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] std::string name() const override { return "SQLite file " + path_; }

  Result<ledger::Head> head() override {
    GP_TRY(const bool there, open_existing());
    if (!there) return ledger::Head{};
    return read_head();
  }

  Result<std::vector<ledger::Line>> read(std::uint64_t after) override {
    std::vector<ledger::Line> lines;
    GP_TRY(const bool there, open_existing());
    if (!there) return lines;
    GP_TRY(const Statement query,
           prepare("SELECT seq, at, type, subject, prev, hash, text FROM events WHERE seq > ? ORDER BY seq"));
    sqlite3_bind_int64(query.get(), 1, static_cast<std::int64_t>(after));
    int status = SQLITE_ROW;
    while ((status = sqlite3_step(query.get())) == SQLITE_ROW) {
      const auto text = [&](int column) { return std::string(column_text(query.get(), column)); };
      lines.push_back({.seq = static_cast<std::uint64_t>(sqlite3_column_int64(query.get(), 0)),
                       .at = {sqlite3_column_int64(query.get(), 1)},
                       .type = text(2),
                       .subject = text(3),
                       .prev = text(4),
                       .hash = text(5),
                       .text = text(6)});
    }
    if (status != SQLITE_DONE) return failure("cannot be read");
    return lines;
  }

  Result<std::optional<std::string>> document(std::string_view name) override {
    std::optional<std::string> body;
    GP_TRY(const bool there, open_existing());
    if (!there) return body;
    GP_TRY(const Statement query, prepare("SELECT body FROM documents WHERE name = ?"));
    bind(query, 1, name);
    const int status = sqlite3_step(query.get());
    if (status == SQLITE_ROW) body = std::string(column_text(query.get(), 0));
    if (status != SQLITE_ROW && status != SQLITE_DONE) return failure("cannot be read");
    return body;
  }

  Result<std::vector<std::string>> document_names(std::string_view prefix) override {
    std::vector<std::string> names;
    GP_TRY(const bool there, open_existing());
    if (!there) return names;
    GP_TRY(const Statement query, prepare("SELECT name FROM documents WHERE substr(name, 1, ?) = ? ORDER BY name"));
    sqlite3_bind_int64(query.get(), 1, static_cast<std::int64_t>(prefix.size()));  // names are ASCII
    bind(query, 2, prefix);
    int status = SQLITE_ROW;
    while ((status = sqlite3_step(query.get())) == SQLITE_ROW) names.emplace_back(column_text(query.get(), 0));
    if (status != SQLITE_DONE) return failure("cannot be read");
    return names;
  }

  Status append(const ledger::Head& expected, std::span<const ledger::Line> events,
                const Documents& documents) override {
    GP_CHECK(check_append(expected, events, documents));
    GP_CHECK(open_or_create());
    // Whoever begins so is the only writer until the end.
    return transaction("BEGIN IMMEDIATE", [&] { return append_inside(expected, events, documents); });
  }

 private:
  Result<bool> open_existing() {
    std::error_code failure;
    if (!database_ && !std::filesystem::exists(path_, failure)) return false;
    GP_CHECK(open(SQLITE_OPEN_READWRITE));
    return true;
  }

  Status open_or_create() { return open(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE); }

  Status open(int flags) {
    if (database_) return Done{};
    sqlite3* raw = nullptr;
    const int status = sqlite3_open_v2(path_.c_str(), &raw, flags | SQLITE_OPEN_FULLMUTEX, nullptr);
    database_.reset(raw);
    sqlite3_busy_timeout(raw, kPatienceMs);
    Status ready = status == SQLITE_OK ? Status(Done{}) : failure("cannot be opened");
    if (ready) ready = prepare_file();
    if (!ready) database_.reset();
    return ready;
  }

  // Durable at each commit, even through a loss of power: an append is rare, and is what auditors ask for.
  Status prepare_file() {
    GP_CHECK(run("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF"));
    // Both in one look: somebody else may be making the file at this moment.
    std::int64_t version = 0;
    const Status looked = transaction("BEGIN", [&]() -> Status {
      GP_CHECK(check_owner());
      GP_TRY(version, version_of_tables());
      return Done{};
    });
    if (!looked) return looked;
    if (version == static_cast<std::int64_t>(kMigrations.size())) return Done{};
    GP_CHECK(run("PRAGMA journal_mode = WAL"));
    return transaction("BEGIN IMMEDIATE", [&] { return migrate(); });
  }

  Status check_owner() {
    GP_TRY(const std::int64_t owner, number("PRAGMA application_id"));
    GP_TRY(const std::int64_t tables, number("SELECT count(*) FROM sqlite_master"));
    if (tables == 0 || owner == kApplicationId) return Done{};
    return error(ErrorKind::config, path_ + ": a database of another program; expected a ledger of gatepost",
                 "name another file as ledger.path");
  }

  // 0 where there are none yet.
  Result<std::int64_t> version_of_tables() {
    GP_TRY(const std::int64_t tables, number("SELECT count(*) FROM sqlite_master WHERE name = 'migrations'"));
    return tables == 0 ? Result<std::int64_t>(0) : number("SELECT coalesce(max(version), 0) FROM migrations");
  }

  template <class Work>
  Status transaction(const char* begin, const Work& work) {
    GP_CHECK(run(begin));
    Status done = work();
    if (done) done = run("COMMIT");
    if (!done) {
      const Status back = run("ROLLBACK");  // after some failures it has happened already
      static_cast<void>(back);
    }
    return done;
  }

  Status migrate() {
    GP_CHECK(run(fmt::format("PRAGMA application_id = {};"
                             "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY) STRICT",
                             kApplicationId)
                     .c_str()));
    GP_TRY(const std::int64_t found, version_of_tables());
    const auto version = static_cast<std::size_t>(found);
    if (version > kMigrations.size()) {
      return error(ErrorKind::config,
                   fmt::format("{}: version {} of the file's tables; this gatepost knows them up to {}", path_, version,
                               kMigrations.size()),
                   "a newer gatepost wrote it: use that one");
    }
    for (std::size_t next = version; next < kMigrations.size(); ++next) {
      GP_CHECK(run(kMigrations[next]));
      GP_CHECK(run(fmt::format("INSERT INTO migrations VALUES ({})", next + 1).c_str()));
    }
    return Done{};
  }

  Status append_inside(const ledger::Head& expected, std::span<const ledger::Line> events, const Documents& documents) {
    GP_TRY(const ledger::Head found, read_head());
    if (found != expected) return conflict(name(), expected, found);
    GP_CHECK(insert(events));
    for (const auto& [name, body] : documents) GP_CHECK(put(name, body));
    return Done{};
  }

  Status insert(std::span<const ledger::Line> events) {
    GP_TRY(const Statement insert, prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)"));
    for (const ledger::Line& event : events) {
      sqlite3_bind_int64(insert.get(), 1, static_cast<std::int64_t>(event.seq));
      sqlite3_bind_int64(insert.get(), 2, event.at.unix_ms);
      bind(insert, 3, event.type);
      bind(insert, 4, event.subject);
      bind(insert, 5, event.prev);
      bind(insert, 6, event.hash);
      bind(insert, 7, event.text);
      if (sqlite3_step(insert.get()) != SQLITE_DONE) return failure("cannot be written");
      sqlite3_reset(insert.get());
    }
    return Done{};
  }

  Status put(const std::string& name, const std::optional<std::string>& body) {
    GP_TRY(const Statement statement,
           prepare(body ? "INSERT OR REPLACE INTO documents VALUES (?, ?)" : "DELETE FROM documents WHERE name = ?"));
    bind(statement, 1, name);
    if (body) sqlite3_bind_blob64(statement.get(), 2, body->data(), body->size(), SQLITE_STATIC);
    if (body && body->empty()) sqlite3_bind_zeroblob(statement.get(), 2, 0);
    if (sqlite3_step(statement.get()) != SQLITE_DONE) return failure("cannot be written");
    return Done{};
  }

  Result<ledger::Head> read_head() {
    GP_TRY(const Statement query, prepare("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1"));
    const int status = sqlite3_step(query.get());
    if (status == SQLITE_DONE) return ledger::Head{};
    if (status != SQLITE_ROW) return failure("cannot be read");
    return ledger::Head{.seq = static_cast<std::uint64_t>(sqlite3_column_int64(query.get(), 0)),
                        .hash = std::string(column_text(query.get(), 1))};
  }

  Result<Statement> prepare(const char* sql) {
    sqlite3_stmt* raw = nullptr;
    const int status = sqlite3_prepare_v2(database_.get(), sql, -1, &raw, nullptr);
    Statement statement(raw);
    if (status != SQLITE_OK) return failure("cannot be read");
    return statement;
  }

  // What is bound lives until the statement has run.
  static void bind(const Statement& statement, int place, std::string_view text) {
    sqlite3_bind_text64(statement.get(), place, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
  }

  Status run(const char* sql) {
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure("cannot be written");
    return Done{};
  }

  Result<std::int64_t> number(const char* sql) {
    GP_TRY(const Statement query, prepare(sql));
    if (sqlite3_step(query.get()) != SQLITE_ROW) return failure("cannot be read");
    return sqlite3_column_int64(query.get(), 0);
  }

  Error failure(std::string_view what) {
    const int code = database_ ? sqlite3_errcode(database_.get()) : SQLITE_CANTOPEN;
    const std::string reason = text::printable(database_ ? sqlite3_errmsg(database_.get()) : "out of memory", 200);
    const std::string message = fmt::format("{}: the ledger {}: {}", path_, what, reason);
    switch (code) {
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        return error(ErrorKind::unavailable, message, "another process holds the file; run again when it has ended");
      case SQLITE_READONLY:
      case SQLITE_PERM:
      case SQLITE_AUTH:
        return error(ErrorKind::denied, message, "the user that gatepost runs as must own the file and its folder");
      case SQLITE_NOTADB:
        return error(ErrorKind::config, message, "name another file as ledger.path");
      case SQLITE_CANTOPEN:
      case SQLITE_FULL:
      case SQLITE_IOERR:
        return error(ErrorKind::unavailable, message, "its folder must be there, writable, and on a local disk");
      default:
        return error(ErrorKind::bad_input, message);
    }
  }

  std::string path_;
  Database database_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const std::string& path) {
  auto store = std::make_unique<SqliteStore>(path);
  GP_TRY(const ledger::Head head, store->head());  // a file that cannot be used is refused at once
  static_cast<void>(head);
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace gatepost::store
