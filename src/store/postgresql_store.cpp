#include "store/postgresql_store.hpp"

#include <fmt/core.h>

#include <array>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "base/time.hpp"
#include "store/checks.hpp"
#include "store/postgresql.hpp"
#include "store/postgresql_tables.hpp"

namespace gatepost::store {
namespace {

// Files of config/. A change of the tables is a file at the end, never a change of one that was released.
constexpr std::array<std::string_view, 2> kMigrations = {"postgresql/0001-ledger.sql", "postgresql/0002-views.sql"};
constexpr PgTables kLedgerTables = {.schema = "gatepost", .migrations = kMigrations, .what = "ledger", .lock = 5141828};

// What the tables keep as text must be text: COPY and parameters end at a NUL.
bool is_plain(std::string_view text) { return text.find('\0') == std::string_view::npos && text::is_utf8(text); }

class PostgresqlStore final : public Store {
 public:
  PostgresqlStore(PgConnection connection, std::string repository)
      : connection_(std::move(connection)), repository_(std::move(repository)) {}

  Status prepare() {
    GP_CHECK(bring_up_to_date(connection_, kLedgerTables));
    GP_TRY(const PgRows said,
           connection_.ask("SELECT set_config('gatepost.repository', $1, false)", std::span(&repository_, 1)));
    return Done{};
  }

  [[nodiscard]] std::string name() const override { return "PostgreSQL ledger of " + repository_; }

  Result<ledger::Head> head() override {
    return find_head("SELECT seq, hash FROM gatepost.heads WHERE repository = $1");
  }

  Result<std::vector<ledger::Line>> read(std::uint64_t after) override {
    constexpr int kBlock = 20'000;  // rows in memory at a time, beside those that are returned
    std::vector<ledger::Line> lines;
    for (int got = kBlock; got == kBlock;) {
      GP_TRY(const PgRows rows,
             ask("SELECT seq, (extract(epoch FROM at) * 1000)::bigint, type, subject, prev, hash, text "
                 "FROM gatepost.events WHERE repository = $1 AND seq > $2::bigint ORDER BY seq LIMIT 20000",
                 {repository_, std::to_string(after)}));
      got = rows.size();
      for (int i = 0; i < got; ++i) {
        lines.push_back({.seq = static_cast<std::uint64_t>(rows.number(i, 0)),
                         .at = {rows.number(i, 1)},
                         .type = rows.text(i, 2),
                         .subject = rows.text(i, 3),
                         .prev = rows.text(i, 4),
                         .hash = rows.text(i, 5),
                         .text = rows.text(i, 6)});
      }
      if (got > 0) after = lines.back().seq;
    }
    return lines;
  }

  Result<std::optional<std::string>> document(std::string_view name) override {
    std::optional<std::string> body;
    if (!is_document_name(name)) return body;
    GP_TRY(const PgRows rows,
           ask("SELECT encode(body, 'hex') FROM gatepost.documents WHERE repository = $1 AND name = $2",
               {repository_, std::string(name)}));
    if (rows.size() == 0) return body;
    return std::optional(from_hex(rows.text(0, 0)));
  }

  Result<std::vector<std::string>> document_names(std::string_view prefix) override {
    std::vector<std::string> names;
    if (!is_plain(prefix)) return names;
    GP_TRY(const PgRows rows, ask("SELECT name FROM gatepost.documents WHERE repository = $1 AND starts_with(name, $2) "
                                  "ORDER BY name",
                                  {repository_, std::string(prefix)}));
    for (int i = 0; i < rows.size(); ++i) names.push_back(rows.text(i, 0));
    return names;
  }

  Status append(const ledger::Head& expected, std::span<const ledger::Line> events,
                const Documents& documents) override {
    GP_CHECK(check_append(expected, events, documents));
    GP_CHECK(make_months(events));
    return connection_.transaction([&]() -> Status {
      GP_CHECK(lock_head(expected));
      GP_CHECK(insert(events));
      for (const auto& [name, body] : documents) GP_CHECK(put(name, body));
      const ledger::Head end = head_after(expected, events);
      GP_TRY(const PgRows moved, ask("UPDATE gatepost.heads SET seq = $2::bigint, hash = $3 WHERE repository = $1",
                                     {repository_, std::to_string(end.seq), end.hash}));
      return Done{};
    });
  }

 private:
  Result<PgRows> ask(const char* sql, const std::vector<std::string>& parameters) {
    auto rows = connection_.ask(sql, parameters);
    if (!rows) return std::move(rows).error().context(name());
    return rows;
  }

  Result<ledger::Head> find_head(const char* sql) {
    GP_TRY(const PgRows rows, ask(sql, {repository_}));
    if (rows.size() == 0) return ledger::Head{};
    return ledger::Head{.seq = static_cast<std::uint64_t>(rows.number(0, 0)), .hash = rows.text(0, 1)};
  }

  // In transactions of their own: a new partition locks the table that all others write to.
  Status make_months(std::span<const ledger::Line> events) {
    for (const ledger::Line& event : events) {
      const std::string month = to_string(day_of(event.at)).substr(0, 7);
      if (months_.contains(month)) continue;
      GP_TRY(const PgRows made, ask("SELECT gatepost.ensure_month($1::timestamptz)", {month + "-01T00:00:00Z"}));
      months_.insert(month);
    }
    return Done{};
  }

  // From here to the end of the transaction nobody else appends to this repository's ledger.
  Status lock_head(const ledger::Head& expected) {
    GP_TRY(const PgRows made, ask("INSERT INTO gatepost.heads VALUES ($1, 0, $2) ON CONFLICT DO NOTHING",
                                  {repository_, ledger::Head{}.hash}));
    GP_TRY(const ledger::Head found,
           find_head("SELECT seq, hash FROM gatepost.heads WHERE repository = $1 FOR UPDATE"));
    if (found != expected) return conflict(name(), expected, found);
    return Done{};
  }

  Status insert(std::span<const ledger::Line> events) {
    if (events.empty()) return Done{};
    GP_CHECK(
        connection_.run("CREATE TEMP TABLE IF NOT EXISTS gatepost_staging (seq bigint, at_ms bigint, type text, "
                        "subject text, prev text, hash text, text text) ON COMMIT DELETE ROWS"));
    std::string rows;
    for (const ledger::Line& event : events) {
      if (!is_plain(event.type) || !is_plain(event.subject))
        return error(ErrorKind::bad_input, fmt::format("event {} cannot be kept as text", event.seq));
      rows += fmt::format("{}\t{}", event.seq, event.at.unix_ms);
      for (const std::string_view value :
           {std::string_view(event.type), std::string_view(event.subject), std::string_view(event.prev),
            std::string_view(event.hash), std::string_view(event.text)}) {
        rows += '\t';
        append_copy_value(rows, value);
      }
      rows += '\n';
    }
    GP_CHECK(connection_.copy("COPY pg_temp.gatepost_staging FROM STDIN", rows));
    GP_TRY(const PgRows done,
           ask("INSERT INTO gatepost.events SELECT $1, seq, 'epoch'::timestamptz + at_ms * interval '1 millisecond', "
               "type, subject, prev, hash, text, gatepost.as_json(text) FROM pg_temp.gatepost_staging",
               {repository_}));
    return Done{};
  }

  Status put(const std::string& name, const std::optional<std::string>& body) {
    if (!body) {
      GP_TRY(const PgRows gone,
             ask("DELETE FROM gatepost.documents WHERE repository = $1 AND name = $2", {repository_, name}));
      return Done{};
    }
    GP_TRY(const PgRows done, connection_.ask_bytes("INSERT INTO gatepost.documents VALUES ($1, $2, $3::bytea) "
                                                    "ON CONFLICT (repository, name) DO UPDATE SET body = excluded.body",
                                                    repository_, name, *body));
    return Done{};
  }

  static std::string from_hex(std::string_view digits) {
    const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string bytes;
    bytes.reserve(digits.size() / 2);
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
      bytes += static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1]));
    return bytes;
  }

  PgConnection connection_;
  std::string repository_;
  std::set<std::string> months_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_postgresql(const Secret& address, const std::string& repository) {
  if (repository.empty() || !is_plain(repository)) {
    return error(ErrorKind::config, "a ledger in PostgreSQL needs the repository's name",
                 "set repository in .gatepost.yml, or run in a pipeline that states it");
  }
  GP_TRY(PgConnection connection, PgConnection::open(address));
  auto store = std::make_unique<PostgresqlStore>(std::move(connection), repository);
  GP_CHECK(store->prepare());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace gatepost::store
