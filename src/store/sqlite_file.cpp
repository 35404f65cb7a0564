#include "store/sqlite_file.hpp"

#include <fmt/core.h>

#include <filesystem>

#include "base/text.hpp"

namespace gatepost::store {
namespace {

constexpr int kPatienceMs = 60'000;  // with another writer

}  // namespace

Result<bool> SqliteFile::open_existing() {
  std::error_code failure;
  if (!database_ && !std::filesystem::exists(path_, failure)) return false;
  GP_CHECK(open(SQLITE_OPEN_READWRITE));
  return true;
}

Status SqliteFile::open_or_create() { return open(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE); }

Status SqliteFile::open(int flags) {
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

// Durable at each commit, even through a loss of power: what was taken over is not lost.
Status SqliteFile::prepare_file() {
  GP_CHECK(run("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF"));
  // Both in one look: somebody else may be making the file at this moment.
  std::int64_t version = 0;
  const Status looked = transaction("BEGIN", [&]() -> Status {
    GP_CHECK(check_owner());
    GP_TRY(version, version_of_tables());
    return Done{};
  });
  if (!looked) return looked;
  if (version == static_cast<std::int64_t>(kind_.migrations.size())) return Done{};
  GP_CHECK(run("PRAGMA journal_mode = WAL"));
  return transaction("BEGIN IMMEDIATE", [&] { return migrate(); });
}

Status SqliteFile::check_owner() {
  GP_TRY(const std::int64_t owner, number("PRAGMA application_id"));
  GP_TRY(const std::int64_t tables, number("SELECT count(*) FROM sqlite_master"));
  if (tables == 0 || owner == kind_.application_id) return Done{};
  return error(ErrorKind::config,
               fmt::format("{}: a database of another program; expected a {} of gatepost", path_, kind_.what),
               fmt::format("name another file as {}", kind_.setting));
}

// 0 where there are none yet.
Result<std::int64_t> SqliteFile::version_of_tables() {
  GP_TRY(const std::int64_t tables, number("SELECT count(*) FROM sqlite_master WHERE name = 'migrations'"));
  return tables == 0 ? Result<std::int64_t>(0) : number("SELECT coalesce(max(version), 0) FROM migrations");
}

Status SqliteFile::migrate() {
  GP_CHECK(run(fmt::format("PRAGMA application_id = {};"
                           "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY) STRICT",
                           kind_.application_id)
                   .c_str()));
  GP_TRY(const std::int64_t found, version_of_tables());
  const auto version = static_cast<std::size_t>(found);
  if (version > kind_.migrations.size()) {
    return error(ErrorKind::config,
                 fmt::format("{}: version {} of the file's tables; this gatepost knows them up to {}", path_, version,
                             kind_.migrations.size()),
                 "a newer gatepost wrote it: use that one");
  }
  for (std::size_t next = version; next < kind_.migrations.size(); ++next) {
    GP_CHECK(run(kind_.migrations[next]));
    GP_CHECK(run(fmt::format("INSERT INTO migrations VALUES ({})", next + 1).c_str()));
  }
  return Done{};
}

Result<SqliteStatement> SqliteFile::prepare(const char* sql) {
  sqlite3_stmt* raw = nullptr;
  const int status = sqlite3_prepare_v2(database_.get(), sql, -1, &raw, nullptr);
  SqliteStatement statement(raw);
  if (status != SQLITE_OK) return failure("cannot be read");
  return statement;
}

Status SqliteFile::run(const char* sql) {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure("cannot be written");
  return Done{};
}

Result<std::int64_t> SqliteFile::number(const char* sql) {
  GP_TRY(const SqliteStatement query, prepare(sql));
  if (sqlite3_step(query.get()) != SQLITE_ROW) return failure("cannot be read");
  return sqlite3_column_int64(query.get(), 0);
}

Error SqliteFile::failure(std::string_view what) {
  const int code = database_ ? sqlite3_errcode(database_.get()) : SQLITE_CANTOPEN;
  const std::string reason = text::printable(database_ ? sqlite3_errmsg(database_.get()) : "out of memory", 200);
  const std::string message = fmt::format("{}: the {} {}: {}", path_, kind_.what, what, reason);
  switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return error(ErrorKind::unavailable, message, "another process holds the file; run again when it has ended");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return error(ErrorKind::denied, message, "the user that gatepost runs as must own the file and its folder");
    case SQLITE_NOTADB:
      return error(ErrorKind::config, message, fmt::format("name another file as {}", kind_.setting));
    case SQLITE_CANTOPEN:
    case SQLITE_FULL:
    case SQLITE_IOERR:
      return error(ErrorKind::unavailable, message, "its folder must be there, writable, and on a local disk");
    default:
      return error(ErrorKind::bad_input, message);
  }
}

}  // namespace gatepost::store
