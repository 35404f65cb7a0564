// The queue in PostgreSQL: for any number of bots at once.
#include <array>
#include <utility>

#include "store/postgresql.hpp"
#include "store/postgresql_tables.hpp"
#include "store/queue.hpp"
#include "store/queue_session.hpp"

namespace gatepost::store {
namespace {

constexpr std::array<std::string_view, 1> kMigrations = {"postgresql-bot/0001-queue.sql"};
constexpr PgTables kQueueTables = {
    .schema = "gatepost_bot", .migrations = kMigrations, .what = "queue", .lock = 5141830};

class PgSession final : public QueueSession {
 public:
  explicit PgSession(PgConnection connection) : connection_(std::move(connection)) {}

  Status prepare() {
    GP_CHECK(bring_up_to_date(connection_, kQueueTables));
    return connection_.run("SET search_path = gatepost_bot; SET statement_timeout = '30s'; SET lock_timeout = '10s'");
  }
  [[nodiscard]] std::string name() const override { return "PostgreSQL"; }
  [[nodiscard]] std::string_view skip_locked() const override { return " FOR UPDATE SKIP LOCKED"; }

  Result<std::vector<QueueRow>> ask(const std::string& sql, std::span<const std::string> parameters) override {
    GP_TRY(const PgRows found, connection_.ask(sql.c_str(), parameters));
    std::vector<QueueRow> rows;
    for (int i = 0; i < found.size(); ++i) {
      QueueRow& row = rows.emplace_back();
      for (int column = 0; column < PQnfields(found.get()); ++column) row.push_back(found.text(i, column));
    }
    return rows;
  }

  Status transaction(const std::function<Status()>& work) override { return connection_.transaction(work); }

 private:
  PgConnection connection_;
};

}  // namespace

Result<std::unique_ptr<Queue>> open_postgresql_queue(const Secret& address) {
  GP_TRY(PgConnection connection, PgConnection::open(address));
  auto session = std::make_unique<PgSession>(std::move(connection));
  GP_CHECK(session->prepare());
  return queue_on(std::move(session));
}

}  // namespace gatepost::store
