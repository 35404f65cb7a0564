// A connection to PostgreSQL. Only .cpp files of this module include this.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/deleter.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace gatepost::store {

class PgRows {
 public:
  explicit PgRows(PGresult* result) : result_(result) {}
  [[nodiscard]] int size() const { return PQntuples(result_.get()); }
  [[nodiscard]] std::string text(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
  }
  [[nodiscard]] std::int64_t number(int row, int column) const;
  [[nodiscard]] ExecStatusType status() const { return PQresultStatus(result_.get()); }
  [[nodiscard]] const PGresult* get() const { return result_.get(); }

 private:
  CHandle<PGresult, PQclear> result_;
};

class PgConnection {
 public:
  static Result<PgConnection> open(const Secret& address);

  // A statement with parameters $1, $2 …; those are sent beside it, never inside.
  Result<PgRows> ask(const char* sql, std::span<const std::string> parameters = {});
  // Bytes as the second parameter, bytea.
  Result<PgRows> ask_bytes(const char* sql, const std::string& first, const std::string& second,
                           std::string_view third);
  // Statements without parameters, several of them too.
  Status run(const std::string& sql);
  // `rows` in the text format of COPY.
  Status copy(const char* sql, std::string_view rows);

  // BEGIN, the work, COMMIT; or ROLLBACK and the work's error.
  template <class Work>
  Status transaction(const Work& work) {
    GP_CHECK(run("BEGIN"));
    Status done = work();
    if (done) return run("COMMIT");
    const Status back = run("ROLLBACK");
    static_cast<void>(back);
    return done;
  }

 private:
  explicit PgConnection(PGconn* connection) : connection_(connection) {}
  Error failure(const PGresult* result);
  Result<PgRows> checked(PGresult* result);
  CHandle<PGconn, PQfinish> connection_;
};

// Appends `value` as one value of COPY's text format.
void append_copy_value(std::string& row, std::string_view value);

}  // namespace gatepost::store
