#include "store/postgresql.hpp"

#include <fmt/core.h>

#include <array>
#include <charconv>

#include "base/text.hpp"

namespace gatepost::store {
namespace {

using Options = CHandle<PQconninfoOption, PQconninfoFree>;

std::string_view option(const PQconninfoOption* options, std::string_view keyword) {
  for (; options != nullptr && options->keyword != nullptr; ++options) {
    if (keyword == options->keyword) return options->val == nullptr ? "" : options->val;
  }
  return "";
}

// What libpq says of a broken address may quote a part of the password: it is not passed on.
Status check_address(const Secret& address) {
  const Error broken =
      error(ErrorKind::config, "the address of the PostgreSQL database cannot be understood",
            "expected postgresql://USER:PASSWORD@HOST/DATABASE, with %40 for each @ in the password and "
            "%2F for each slash");
  char* message = nullptr;
  const std::string text(address.reveal());
  const Options options(PQconninfoParse(text.c_str(), &message));
  PQfreemem(message);
  if (!options) return broken;
  const bool misread = option(options.get(), "host").find('@') != std::string_view::npos ||
                       option(options.get(), "dbname").find('@') != std::string_view::npos ||
                       option(options.get(), "port").find_first_not_of("0123456789,") != std::string_view::npos;
  if (misread) return broken;
  return Done{};
}

// libpq's own words, on one line.
std::string words(const char* message) { return text::printable(text::fold_whitespace(message), 400); }

}  // namespace

std::int64_t PgRows::number(int row, int column) const {
  std::int64_t number = 0;
  const char* const begin = PQgetvalue(result_.get(), row, column);
  std::from_chars(begin, begin + PQgetlength(result_.get(), row, column), number);
  return number;
}

Result<PgConnection> PgConnection::open(const Secret& address) {
  GP_CHECK(check_address(address));
  std::string text(address.reveal());
  // What comes later counts; the address may say otherwise of what comes before it.
  const std::array<const char*, 9> keys = {
      "connect_timeout", "application_name", "tcp_user_timeout",          "keepalives_idle",
      "dbname",          "client_encoding",  "fallback_application_name", nullptr};
  const std::array<const char*, 9> values = {"15",         "gatepost", "60000",    "30",
                                             text.c_str(), "UTF8",     "gatepost", nullptr};
  PgConnection made(PQconnectdbParams(keys.data(), values.data(), 1));
  wipe(text);
  if (PQstatus(made.connection_.get()) != CONNECTION_OK) {
    return error(ErrorKind::unavailable,
                 "PostgreSQL cannot be reached: " + words(PQerrorMessage(made.connection_.get())),
                 "check the address in the variable or file that has it, and that this machine may connect");
  }
  PQsetNoticeProcessor(made.connection_.get(), [](void*, const char*) {}, nullptr);
  GP_CHECK(
      made.run("SET lock_timeout = '60s'; SET statement_timeout = '10min'; "
               "SET idle_in_transaction_session_timeout = '5min'; SET timezone = 'UTC'"));
  return made;
}

Result<PgRows> PgConnection::checked(PGresult* result) {
  PgRows rows(result);
  if (rows.status() == PGRES_TUPLES_OK || rows.status() == PGRES_COMMAND_OK) return rows;
  return failure(rows.get());
}

Result<PgRows> PgConnection::ask(const char* sql, std::span<const std::string> parameters) {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  return checked(PQexecParams(connection_.get(), sql, static_cast<int>(values.size()), nullptr, values.data(), nullptr,
                              nullptr, 0));
}

Result<PgRows> PgConnection::ask_bytes(const char* sql, const std::string& first, const std::string& second,
                                       std::string_view third) {
  const std::array<const char*, 3> values = {first.c_str(), second.c_str(), third.empty() ? "" : third.data()};
  const std::array<int, 3> lengths = {0, 0, static_cast<int>(third.size())};
  constexpr std::array<int, 3> kFormats = {0, 0, 1};
  return checked(PQexecParams(connection_.get(), sql, 3, nullptr, values.data(), lengths.data(), kFormats.data(), 0));
}

Status PgConnection::run(const std::string& sql) {
  GP_TRY(const PgRows rows, checked(PQexec(connection_.get(), sql.c_str())));
  return Done{};
}

Status PgConnection::copy(const char* sql, std::string_view rows) {
  const PgRows begun(PQexec(connection_.get(), sql));
  if (begun.status() != PGRES_COPY_IN) return failure(begun.get());
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  bool sent = true;
  for (std::size_t at = 0; sent && at < rows.size(); at += kPiece) {
    const std::string_view piece = rows.substr(at, kPiece);
    sent = PQputCopyData(connection_.get(), piece.data(), static_cast<int>(piece.size())) == 1;
  }
  if (!sent || PQputCopyEnd(connection_.get(), nullptr) != 1) return failure(nullptr);
  GP_TRY(const PgRows ended, checked(PQgetResult(connection_.get())));
  while (PGresult* const rest = PQgetResult(connection_.get())) PQclear(rest);
  return Done{};
}

// By the class of the SQLSTATE, which is the same in every language of the server.
Error PgConnection::failure(const PGresult* result) {
  const char* const code = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* const primary = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string_view state = code == nullptr ? "" : code;
  const std::string message = "PostgreSQL: " + words(primary != nullptr ? primary : PQerrorMessage(connection_.get()));
  if (state == "42501") return error(ErrorKind::denied, message, "docs/stores.md has the rights that the login needs");
  if (state.starts_with("40") || state == "23505")
    return error(ErrorKind::conflict, message, "run again: what is there is read anew");
  const bool passing = state.empty() || state.starts_with("08") || state.starts_with("53") || state.starts_with("55") ||
                       state.starts_with("57");
  return error(passing ? ErrorKind::unavailable : ErrorKind::bad_input, message);
}

void append_copy_value(std::string& row, std::string_view value) {
  for (const char c : value) {
    switch (c) {
      case '\\':
        row += "\\\\";
        break;
      case '\t':
        row += "\\t";
        break;
      case '\n':
        row += "\\n";
        break;
      case '\r':
        row += "\\r";
        break;
      default:
        row += c;
    }
  }
}

}  // namespace gatepost::store
