// What only ledgers in PostgreSQL can get wrong: tenants, views, dashboards.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/text.hpp"
#include "doc/json.hpp"
#include "store/postgresql_store.hpp"
#include "unit/store/lines.hpp"
#include "unit/store/places.hpp"

namespace gatepost::store {
namespace {

using test::end_of;

constexpr std::int64_t kDay = 86'400'000;

struct Database {
  const test::PostgresqlServer* server = test::PostgresqlServer::running();
  std::string name;

  Database() {
    if (server == nullptr) return;
    name = server->make_database();
    server->run("postgres", "ALTER DATABASE " + name + " OWNER TO owner");
  }
  std::unique_ptr<Store> open(const std::string& repository, const std::string& login = "owner") const {
    auto store = open_postgresql(server->address(name, login), repository);
    REQUIRE_MESSAGE(store.ok(), store.error().message);
    return std::move(store).value();
  }
  // Views have an owner, whom row-level security binds even when a superuser asks.
  void see_all() const { ask("INSERT INTO gatepost.tenants VALUES ('postgres', '*')"); }
  // As a superuser, who sees all rows of tables; times in UTC.
  std::string ask(const std::string& sql, const std::string& login = "postgres") const {
    return server->run(name, "SET timezone = 'UTC'; " + sql, login);
  }
  // A login that may write events; the owner's tables are not its.
  void add_login(const std::string& login) const {
    server->run(name,
                fmt::format("DROP ROLE IF EXISTS {0}; CREATE ROLE {0} LOGIN; GRANT USAGE ON SCHEMA gatepost TO {0};"
                            "GRANT SELECT ON ALL TABLES IN SCHEMA gatepost TO {0};"
                            "GRANT INSERT ON gatepost.events TO {0};"
                            "GRANT INSERT, UPDATE ON gatepost.heads TO {0};"
                            "GRANT INSERT, UPDATE, DELETE ON gatepost.documents TO {0}",
                            login));
  }
  void remove_login(const std::string& login) const {
    server->run(name, fmt::format("DROP OWNED BY {0}; DROP ROLE {0}", login));
  }
};

// A ledger with a life of findings in it; the record is that of the ledger's events.
struct Life {
  std::vector<ledger::Line> lines;

  void add(std::int64_t day, const std::string& finding, const std::string& type, const std::string& before,
           const std::string& after, const std::string& data = "") {
    ledger::Line line{.seq = lines.size() + 1,
                      .at = {test::kFirstMoment + day * kDay},
                      .type = type,
                      .subject = finding,
                      .prev = end_of(lines).hash,
                      .hash = {},
                      .text = {}};
    std::string front;
    if (!after.empty()) front += fmt::format(R"("after":"{}",)", after);
    if (!before.empty()) front += fmt::format(R"("before":"{}",)", before);
    if (!data.empty()) front += fmt::format(R"("data":{{{}}},)", data);
    line.hash = hex(sha256(test::text_of(line, finding, front)));
    line.text = test::text_of(line, finding, front);
    lines.push_back(std::move(line));
  }
  static std::string record(const std::string& severity, int risk, const std::string& package) {
    return fmt::format(R"("record":{{"advisories":["CVE-2026-1"],"engine":"trivy","kind":"dependency","package":"{}",)"
                       R"("risk":{},"rule":"r","severity":"{}","team":"@acme/pay","title":"t"}})",
                       package, risk, severity);
  }
};

Life a_year() {
  Life life;
  life.add(0, "GP-A", "detected", "", "open/new",
           fmt::format(R"("due":{},)", test::kFirstMoment + 7 * kDay) +
               Life::record("critical", 900, "pkg:npm/lodash@4.17.20"));
  life.add(0, "GP-B", "detected", "", "open/new", Life::record("low", 100, "pkg:npm/%40acme/ui@1.0.0?arch=x"));
  life.add(0, "", "run", "", "", R"("id":"1")");
  life.add(1, "GP-C", "detected", "", "open/new", Life::record("high", 700, "pkg:npm/lodash@4.17.19"));
  life.add(4, "GP-A", "fixed", "open/new", "fixed");
  life.add(5, "GP-B", "triaged", "open/new", "open/confirmed");
  life.add(6, "GP-D", "moved", "", "", R"("former":"GP-C")");
  life.add(7, "GP-D", "waived", "open/new", "waived");
  life.add(8, "GP-D", "waiver_lapsed", "waived", "open/new", R"("due":1)");
  life.add(9, "GP-D", "sla_breach", "", "");
  return life;
}

TEST_CASE_FIXTURE(Database, "Views put the events together") {
  if (server == nullptr) return;
  const Life life = a_year();
  REQUIRE(open("acme/shop")->append({}, life.lines, {}).ok());
  see_all();
  CHECK(
      ask("SELECT finding, standing, triage, severity, risk, package, detected_at::date, fixed_at::date, due_at::date "
          "FROM gatepost.findings ORDER BY finding") ==
      "GP-A|fixed||critical|900|pkg:npm/lodash@4.17.20|2026-01-01|2026-01-05|2026-01-08\n"
      "GP-B|open|confirmed|low|100|pkg:npm/%40acme/ui@1.0.0?arch=x|2026-01-01||\n"
      "GP-D|open|new|high|700|pkg:npm/lodash@4.17.19|2026-01-02||1970-01-01\n");
  CHECK(ask("SELECT severity, standing, findings, highest_risk FROM gatepost.posture ORDER BY severity") ==
        "critical|fixed|1|900\nhigh|open|1|700\nlow|open|1|100\n");
  CHECK(ask("SELECT day, opened, closed, open FROM gatepost.posture_by_day ORDER BY day") ==
        "2026-01-01|2|0|2\n2026-01-02|1|0|3\n2026-01-05|0|1|2\n2026-01-08|0|1|1\n2026-01-09|1|0|2\n");
  CHECK(ask("SELECT team, severity, month, fixed, median_days, p90_days FROM gatepost.mttr") ==
        "@acme/pay|critical|2026-01-01|1|4|4\n");
  CHECK(ask("SELECT severity, open, overdue, without_day FROM gatepost.sla ORDER BY severity") ==
        "critical|0|0|0\nhigh|1|1|0\nlow|1|0|1\n");
  CHECK(ask("SELECT package, version, findings, highest_risk, advisories FROM gatepost.where_used ORDER BY package") ==
        "pkg:npm/%40acme/ui|1.0.0|1|100|{CVE-2026-1}\npkg:npm/lodash|4.17.19|1|700|{CVE-2026-1}\n");
}

TEST_CASE_FIXTURE(Database, "A text that jsonb cannot hold is kept all the same") {
  if (server == nullptr) return;
  const auto nul = test::line_after({}, "GP-A", "detected", R"("after":"open/new","data":{"x":"a\u0000b\\u0000"},)");
  const auto store = open("acme/shop");
  REQUIRE(store->append({}, std::span(&nul, 1), {}).ok());
  CHECK(store->read(0).value() == std::vector<ledger::Line>{nul});
  CHECK(ask("SELECT event #>> '{data,x}' FROM gatepost.events") ==
        "a\xef\xbf\xbd"
        "b\\u0000\n");
}

TEST_CASE_FIXTURE(Database, "Events are in partitions of their month, and stay") {
  if (server == nullptr) return;
  Life life;
  life.add(0, "GP-A", "detected", "", "open/new");
  life.add(31, "GP-A", "fixed", "open/new", "fixed");
  REQUIRE(open("acme/shop")->append({}, life.lines, {}).ok());
  CHECK(ask("SELECT tableoid::regclass, seq FROM gatepost.events ORDER BY seq") ==
        "gatepost.events_2026_01|1\ngatepost.events_2026_02|2\n");
  CHECK(ask("DELETE FROM gatepost.events").find("never changed or deleted") != std::string::npos);
  CHECK(ask("UPDATE gatepost.events SET type = 'x'").find("never changed or deleted") != std::string::npos);
}

TEST_CASE_FIXTURE(Database, "Repositories do not see each other, whatever a connection says of itself") {
  if (server == nullptr) return;
  const auto shop = test::lines_after({}, 3, "shop"), pay = test::lines_after({}, 2, "pay");
  REQUIRE(open("acme/shop")->append({}, shop, {{"a", "shop"}}).ok());
  REQUIRE(open("acme/pay")->append({}, pay, {{"a", "pay"}}).ok());
  CHECK(open("acme/shop")->read(0).value() == shop);
  CHECK(open("acme/pay")->document("a").value() == "pay");
  CHECK(open("acme/other")->head()->seq == 0);

  // The owner, too, sees what it says it works for, and no partition behind the table's back.
  CHECK(ask("SELECT count(*) FROM gatepost.events", "owner") == "0\n");
  CHECK(ask("SET gatepost.repository = 'acme/pay'; SELECT count(*) FROM gatepost.events", "owner") == "2\n");
  CHECK(ask("SET gatepost.repository = 'acme/pay'; SELECT count(*) FROM gatepost.events_2026_01", "owner") == "0\n");

  add_login("ci_shop");
  ask("INSERT INTO gatepost.tenants VALUES ('ci_shop', 'acme/shop')");
  const auto store = open("acme/shop", "ci_shop");
  REQUIRE(
      store->append(end_of(shop), test::lines_after(end_of(shop), 1, "ci"), {{"b", "x"}, {"a", std::nullopt}}).ok());
  CHECK(ask("SELECT count(*) FROM gatepost.events", "ci_shop") == "4\n");
  for (const char* claim : {"acme/pay", "*", ""}) {
    CAPTURE(claim);
    const std::string counted =
        ask(fmt::format(
                "SET gatepost.repository = '{}'; SELECT count(*) FROM gatepost.events WHERE repository = 'acme/pay'",
                claim),
            "ci_shop");
    CHECK(counted == "0\n");
  }
  const auto intruder = open("acme/pay", "ci_shop");
  CHECK(intruder->read(0)->empty());
  const auto refused = intruder->append({}, test::lines_after({}, 1), {});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::denied);
  CHECK(ask("SELECT count(*) FROM gatepost.findings", "ci_shop") == "0\n");  // views obey the login, not their owner
  CHECK(ask("SELECT count(*) FROM gatepost.posture_by_day WHERE repository = 'acme/pay'", "ci_shop") == "0\n");
  CHECK(ask("INSERT INTO gatepost.tenants VALUES ('ci_shop', '*')", "ci_shop").find("permission denied") !=
        std::string::npos);
  remove_login("ci_shop");

  add_login("dashboard");
  ask("INSERT INTO gatepost.tenants VALUES ('dashboard', '*')");
  CHECK(ask("SELECT count(DISTINCT repository) FROM gatepost.events", "dashboard") == "2\n");
  remove_login("dashboard");
}

TEST_CASE_FIXTURE(Database, "Tables of a newer gatepost are refused, and a login without rights is told") {
  if (server == nullptr) return;
  SUBCASE("newer") {
    open("acme/shop");
    ask("INSERT INTO gatepost.migrations (version) VALUES (9)");
    const auto refused = open_postgresql(server->address(name), "acme/shop");
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == ErrorKind::config);
    CHECK(refused.error().message.find("version 9") != std::string::npos);
  }
  SUBCASE("no rights") {
    server->run("postgres", "CREATE ROLE nobody_special LOGIN");
    const auto refused = open_postgresql(server->address(name, "nobody_special"), "acme/shop");
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == ErrorKind::denied);
    server->run("postgres", "DROP ROLE nobody_special");
  }
  SUBCASE("no repository") { CHECK(open_postgresql(server->address(name), "").error().kind == ErrorKind::config); }
}

TEST_CASE("No message shows a part of the address") {
  const std::string word = hex(sha256("password")).substr(0, 12);
  for (const std::string& address :
       {"postgresql://user:" + word + "@@nowhere.invalid/db", "postgresql://user:a@" + word + "@nowhere.invalid/db",
        "postgresql://user:" + word + "/x@nowhere.invalid/db", "postgresql://user@nowhere.invalid:" + word + "/db",
        "host=nowhere.invalid password='" + word, "postgresql://user:" + word + "@nowhere.invalid/db",
        "postgresql://user@nowhere.invalid/db?" + word}) {
    CAPTURE(address);
    const auto refused = open_postgresql(Secret(address), "acme/shop");
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message.find(word) == std::string::npos);
    CHECK(refused.error().hint.find(word) == std::string::npos);
  }
}

TEST_CASE_FIXTURE(Database, "Each panel of the dashboards asks what the database answers") {
  if (server == nullptr) return;
  REQUIRE(open("acme/shop")->append({}, a_year().lines, {}).ok());
  see_all();
  std::size_t panels = 0;
  for (const auto& file : std::filesystem::directory_iterator(GATEPOST_SOURCE_DIR "/config/grafana")) {
    std::ifstream stream(file.path());
    const auto board = doc::parse_json(std::string(std::istreambuf_iterator<char>(stream), {}), file.path().string());
    REQUIRE(board.ok());
    for (const doc::View panel : board->root().at("panels").items()) {
      CAPTURE(std::string(panel.at("title").text()));
      std::string sql(panel.at("targets").at(0).at("rawSql").text());
      // As Grafana fills them in.
      sql = text::replace_all(std::move(sql), "${repository:sqlstring}", "'acme/shop','acme/pay'");
      sql = text::replace_all(std::move(sql), "${package:sqlstring}", "'lodash'");
      if (const std::size_t at = sql.find("$__timeFilter("); at != std::string::npos) {
        const std::size_t end = sql.find("')", at);
        REQUIRE(end != std::string::npos);
        const std::string column = sql.substr(at + 14, end + 1 - at - 14);
        sql.replace(at, end + 2 - at, column + " BETWEEN '2025-12-31T00:00:00Z' AND '2026-12-31T00:00:00Z'");
      }
      CHECK(sql.find('$') == std::string::npos);
      const std::string rows = ask(sql);
      CHECK(rows.find("ERROR") == std::string::npos);
      CHECK_FALSE(rows.empty());
      ++panels;
    }
  }
  CHECK(panels == 20);
}

}  // namespace
}  // namespace gatepost::store
