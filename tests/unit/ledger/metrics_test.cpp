#include "ledger/metrics.hpp"

#include <doctest/doctest.h>

#include "unit/ledger/make.hpp"

using namespace gatepost;
using namespace gatepost::ledger;

namespace {

// Detected at the start, fixed after so many days; 0: still open.
void add(test::Ledger& ledger, const std::string& name, std::int64_t fixed_after, std::int64_t due_after = 30) {
  Draft detected = test::a_detection(name);
  detected.facts = {{"due", test::kStart + due_after * kDayMs}, {"published", test::kStart - 2 * kDayMs}};
  State& state = ledger.state;
  REQUIRE(ledger.append({detected}, test::kStart) == "");
  if (fixed_after == 0) return;
  const auto lines = seal({test::a_step(EventType::fixed, name, "open/new", "fixed")}, state.head, {},
                          {test::kStart + fixed_after * kDayMs});
  REQUIRE(fold_into(state, *lines).ok());
  state.last = {};  // the next one is detected at the start again
}

Timestamp day(std::int64_t n) { return {test::kStart + n * kDayMs}; }

}  // namespace

TEST_CASE("Median and 90th percentile are values that occurred") {
  CHECK(spread_of({}) == Spread{});
  CHECK(spread_of({5}) == Spread{1, 5, 5});
  CHECK(spread_of({4, 1, 3, 2}) == Spread{4, 2, 4});
  CHECK(spread_of({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) == Spread{10, 5, 9});
}

TEST_CASE("The censored median counts what has not ended as long as it was watched") {
  CHECK(median_of({}) == std::nullopt);
  CHECK(median_of({{5, true}}) == 5);
  CHECK(median_of({{5, false}}) == std::nullopt);
  // Without censoring it is the median.
  CHECK(median_of({{1, true}, {2, true}, {3, true}, {4, true}}) == 2);
  // Worked by hand: 6/7 at 1, then 4/5 of it at 3, 3/4 at 4 = 18/35, 2/3 of it at 5 = 12/35.
  CHECK(median_of({{1, true}, {2, false}, {3, true}, {4, true}, {5, true}, {6, false}, {7, false}}) == 5);
  // Closing the easy ones does not help.
  CHECK(median_of({{1, true}, {1, true}, {90, false}, {90, false}, {90, false}}) == std::nullopt);
  // An end and a censoring at the same time: the end first.
  CHECK(median_of({{2, false}, {2, true}}) == 2);
  std::vector<Span> many;
  for (std::int64_t i = 1; i <= 200'000; ++i) many.push_back({i, true});
  CHECK(median_of(many) == 100'000);
}

TEST_CASE("Times to repair, service levels and the backlog come from the clocks") {
  test::Ledger ledger;
  add(ledger, "A", 10);
  add(ledger, "B", 20);
  add(ledger, "C", 40);  // after its day
  add(ledger, "D", 0);
  add(ledger, "E", 0, 400);  // its day is yet to come
  const Metrics all = measure(ledger.state, day(0), day(100));
  CHECK(all.mttr == Spread{3, 20 * kDayMs, 40 * kDayMs});
  CHECK(all.mttd == Spread{5, 2 * kDayMs, 2 * kDayMs});
  CHECK(all.exposure.median == 22 * kDayMs);
  CHECK(all.mttr_censored == 40 * kDayMs);
  CHECK(all.service_levels == Compliance{4, 2});
  CHECK(all.service_levels.percent() == 50);
  CHECK(all.backlog == std::vector<std::size_t>{0, 0, 0, 2, 0});
  CHECK(all.open == 2);
  CHECK(all.fixed == 3);
  // Of a later period only what happened in it.
  CHECK(measure(ledger.state, day(15), day(100)).mttr.count == 2);
  CHECK(measure(ledger.state, day(15), day(20)).service_levels.percent() == std::nullopt);
}

TEST_CASE("What was never a problem here does not count") {
  test::Ledger ledger;
  for (const auto& [name, type, to] :
       {std::tuple{"A", EventType::false_positive, "false_positive"},
        std::tuple{"B", EventType::withdrawn, "withdrawn"}, std::tuple{"C", EventType::gone, "gone"},
        std::tuple{"D", EventType::duplicate, "duplicate"}}) {
    add(ledger, name, 0);
    REQUIRE(ledger.append({test::a_step(type, name, "open/new", to)}) == "");
  }
  const Metrics all = measure(ledger.state, day(0), day(100));
  CHECK(all.open == 0);
  CHECK(all.mttd.count == 0);
  CHECK(all.service_levels.due == 0);
}

TEST_CASE("Who was late is not in time because a waiver set another day") {
  test::Ledger ledger;
  Draft detected = test::a_detection("A");
  detected.facts = {{"due", test::kStart + 10 * kDayMs}};
  REQUIRE(ledger.append({detected}) == "");
  REQUIRE(ledger.append({test::a_step(EventType::sla_breach, "A", "", "")}, day(11).unix_ms) == "");
  REQUIRE(ledger.append({test::a_step(EventType::waived, "A", "open/new", "waived")}, day(12).unix_ms) == "");
  Draft lapsed = test::a_step(EventType::waiver_lapsed, "A", "waived", "open/new");
  lapsed.facts = {{"due", test::kStart + 20 * kDayMs}};
  REQUIRE(ledger.append({lapsed}, day(17).unix_ms) == "");
  REQUIRE(ledger.append({test::a_step(EventType::fixed, "A", "open/new", "fixed")}, day(18).unix_ms) == "");
  CHECK(measure(ledger.state, day(0), day(40)).service_levels == Compliance{1, 0});
}

TEST_CASE("The time of a waiver is not active time, and a waiver before the day keeps the service level") {
  test::Ledger ledger;
  Draft detected = test::a_detection("A");
  detected.facts = {{"due", test::kStart + 30 * kDayMs}};
  REQUIRE(ledger.append({detected}) == "");
  REQUIRE(ledger.append({test::a_step(EventType::waived, "A", "open/new", "waived")}, day(10).unix_ms) == "");
  CHECK(measure(ledger.state, day(0), day(40)).service_levels == Compliance{1, 1});
  REQUIRE(ledger.append({test::a_step(EventType::fixed, "A", "waived", "fixed")}, day(25).unix_ms) == "");
  const Metrics all = measure(ledger.state, day(0), day(40));
  CHECK(all.mttr.median == 25 * kDayMs);
  CHECK(all.mttr_active.median == 10 * kDayMs);
  CHECK(all.mtta.median == 10 * kDayMs);
}
