#include "risk/tables.hpp"

#include <doctest/doctest.h>

#include "base/resource.hpp"
#include "model/risk.hpp"
#include "risk/decision.hpp"

using namespace gatepost;
using risk::DecisionTable;

namespace {

template <std::size_t N>
bool are(const std::vector<std::string>& values, const std::array<std::string_view, N>& names) {
  return std::ranges::equal(values, names);
}

// Positions of the values of a row.
std::vector<unsigned> values_of(const DecisionTable& table, std::size_t row) {
  std::vector<unsigned> values(table.points.size());
  for (std::size_t i = table.points.size(); i-- > 0;) {
    values[i] = static_cast<unsigned>(row % table.points[i].values.size());
    row /= table.points[i].values.size();
  }
  return values;
}

bool all_at_least(const std::vector<unsigned>& a, const std::vector<unsigned>& b) {
  return std::ranges::equal(a, b, std::greater_equal{});
}

void check_monotone(const DecisionTable& table, std::size_t rows) {
  CAPTURE(table.title);
  CHECK(table.rows.size() == rows);
  CHECK_FALSE(table.source.empty());
  for (std::size_t a = 0; a < table.rows.size(); ++a) {
    for (std::size_t b = 0; b < table.rows.size(); ++b) {
      if (all_at_least(values_of(table, a), values_of(table, b))) CHECK(table.rows[a] >= table.rows[b]);
    }
  }
}

}  // namespace

TEST_CASE("decisions: no outcome falls when a value rises, and every combination has one") {
  check_monotone(risk::decision_tables().deployer, 72);
  check_monotone(risk::decision_tables().coordinator, 36);
  check_monotone(risk::decision_tables().bod_26_04, 16);
}

TEST_CASE("decisions: values and outcomes are in the order that the code counts on") {
  const risk::DecisionTables& tables = risk::decision_tables();
  const auto& deployer = tables.deployer;
  REQUIRE(deployer.points.size() == 4);
  CHECK(are(deployer.points[0].values, kExploitationNames));
  CHECK(are(deployer.points[1].values, kSystemExposureNames));
  CHECK(are(deployer.points[2].values, kAutomatableNames));
  CHECK(are(deployer.points[3].values, kHumanImpactNames));
  CHECK(are(deployer.outcomes, kPriorityNames));
  CHECK(deployer.days == std::vector<int>{0, 60, 14, 2});
  const auto& coordinator = tables.coordinator;
  REQUIRE(coordinator.points.size() == 4);
  CHECK(are(coordinator.points[0].values, kExploitationNames));
  CHECK(are(coordinator.points[1].values, kAutomatableNames));
  CHECK(are(coordinator.points[2].values, kTechnicalImpactNames));
  CHECK(coordinator.points[3].values.size() == 3);
  CHECK(are(coordinator.outcomes, kCoordinatorNames));
  const auto& bod = tables.bod_26_04;
  REQUIRE(bod.points.size() == 4);
  CHECK(bod.points[0].name == "kev");
  CHECK(bod.points[1].name == "exposed");
  CHECK(are(bod.points[2].values, kAutomatableNames));
  CHECK(are(bod.points[3].values, kTechnicalImpactNames));
  CHECK(are(bod.outcomes, kTimelineNames));
}

TEST_CASE("tables: a file names only what differs, in YAML or JSON") {
  const auto tables = risk::read_tables("exposure: {internal: 50}\nfloors: {kev: 70}\n", "t.yaml");
  REQUIRE(tables.ok());
  CHECK(tables->exposure[static_cast<std::size_t>(Exposure::internal)] == 50);
  CHECK(tables->floors.kev == 700);
  CHECK(tables->reach == risk::built_in_tables().reach);
  const auto json = risk::read_tables(R"({"cwe_likelihood": {"null": 40}})", "t.json");
  REQUIRE(json.ok());
  CHECK(json->likelihood[0] == 40);
}

TEST_CASE("tables: what is printed can be read again and changes nothing") {
  const std::string printed =
      std::string(*find_resource("rules/risk-v1.yaml")) + "\n" + std::string(*find_resource("rules/ssvc.yaml"));
  const auto tables = risk::read_tables(printed, "printed.yaml");
  REQUIRE(tables.ok());
  CHECK(*tables == risk::built_in_tables());
}

TEST_CASE("tables: every mistake is told with its place") {
  const auto tables = risk::read_tables("reach: {called: 120, calld: 3}\nreech: 1\ncwe_top25: x\n", "t.yaml");
  REQUIRE_FALSE(tables.ok());
  const std::string& text = tables.error().message;
  CHECK(text.find("t.yaml:1:17: reach.called is 120; expected a whole number from 0 to 100") != std::string::npos);
  CHECK(text.find("t.yaml:1:22: reach has no \"calld\"") != std::string::npos);
  CHECK(text.find("t.yaml:2:1: \"reech\" is no table") != std::string::npos);
  CHECK(text.find("t.yaml:3:12: cwe_top25 must be a list") != std::string::npos);
  CHECK_FALSE(risk::read_tables("epss_breakpoints_ppm: [[0, 10], [1000000, 5]]", "t.yaml").ok());
  CHECK_FALSE(risk::read_tables("epss_breakpoints_ppm: [[0, 10]]", "t.yaml").ok());
  CHECK_FALSE(risk::read_tables("", "t.yaml").ok());
}

TEST_CASE("tables: 185 weaknesses have a likelihood of exploit, 25 are the Top 25") {
  std::array<int, 4> of{};
  int top = 0;
  for (const auto& it : risk::built_in_tables().weaknesses) {
    ++of[static_cast<std::size_t>(it.likelihood)];
    top += it.top_25 ? 1 : 0;
  }
  CHECK(of[1] == 30);
  CHECK(of[2] == 65);
  CHECK(of[3] == 90);
  CHECK(top == 25);
}
