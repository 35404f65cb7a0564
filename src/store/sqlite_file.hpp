// A SQLite file with tables of ours. Only .cpp files of this module include this.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/deleter.hpp"
#include "base/result.hpp"

namespace gatepost::store {

using SqliteDatabase = CHandle<sqlite3, sqlite3_close_v2>;
using SqliteStatement = CHandle<sqlite3_stmt, sqlite3_finalize>;

struct SqliteKind {
  std::int64_t application_id = 0;  // in the file's header: whose file it is
  // What brings a file from version n to n+1; a change of the tables is a line at the end, never a change of one above.
  std::span<const char* const> migrations;
  std::string_view what;     // "ledger", "queue": for messages
  std::string_view setting;  // "ledger.path": where the file is named
};

// Opened when it is first needed. Not for several threads at once.
class SqliteFile {
 public:
  SqliteFile(std::string path, const SqliteKind& kind) : path_(std::move(path)), kind_(kind) {}

  [[nodiscard]] const std::string& path() const { return path_; }
  // False, and no file is made, when there is none.
  Result<bool> open_existing();
  // Refuses, each with a sentence of its own: a file that is no database, one of another program, one that a newer
  // gatepost wrote.
  Status open_or_create();

  // `begin`, the work, COMMIT; or ROLLBACK and the work's error.
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

  Result<SqliteStatement> prepare(const char* sql);
  Status run(const char* sql);
  Result<std::int64_t> number(const char* sql);
  // Rows that the last statement changed.
  [[nodiscard]] int changed() const { return sqlite3_changes(database_.get()); }
  // Of the last call that failed. `what` is "cannot be read" or the like.
  Error failure(std::string_view what);

  // What is bound lives until the statement has run.
  static void bind(const SqliteStatement& statement, int place, std::string_view text) {
    sqlite3_bind_text64(statement.get(), place, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
  }
  static void bind(const SqliteStatement& statement, int place, std::int64_t number) {
    sqlite3_bind_int64(statement.get(), place, number);
  }
  static std::string_view text(const SqliteStatement& row, int column) {
    const void* const bytes = sqlite3_column_blob(row.get(), column);
    return {static_cast<const char*>(bytes),
            bytes == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(row.get(), column))};
  }

 private:
  Status open(int flags);
  Status prepare_file();
  Status check_owner();
  Result<std::int64_t> version_of_tables();
  Status migrate();

  std::string path_;
  SqliteKind kind_;
  SqliteDatabase database_;
};

}  // namespace gatepost::store
