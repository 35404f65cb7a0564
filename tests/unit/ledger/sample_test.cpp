// A small ledger and its state as golden files: the bytes of both are a promise. The command line's cases read it, too.
#include <doctest/doctest.h>

#include "support/golden.hpp"
#include "unit/ledger/make.hpp"

using namespace gatepost;
using namespace gatepost::ledger;

namespace {

Seen seen(const std::string& name) { return {.record = test::a_record(name)}; }

RunFacts night(int number, std::vector<Seen> what) {
  RunFacts run{.id = "night-" + std::to_string(number), .now = {test::kStart + number * 7 * kDayMs}};
  run.commit = "5f1d7e84c0a34c2fb0c64a1f1c3b9a7d2e6f8011";
  run.run_url = "https://ci.example/runs/" + std::to_string(number);
  run.inputs = {.artifacts = {hex(sha256(run.id))},
                .tools = {{"Semgrep", "1.99.0"}},
                .feeds = {},
                .policy = "",
                .risk_model = "v1"};
  run.engines.push_back({.id = "semgrep", .complete = true, .full = true, .rules_version = "1.99.0"});
  run.seen = std::move(what);
  return run;
}

}  // namespace

TEST_CASE("The same nights give the same bytes everywhere") {
  test::Ledger ledger;
  const auto run = [&](const RunFacts& facts) {
    REQUIRE(ledger.append(plan(ledger.state, facts), facts.now.unix_ms) == "");
  };
  Seen waived = seen("cart");
  waived.record.title = "=cmd|' /C calc'!A0";  // a spreadsheet must not compute it
  run(night(1, {seen("login"), waived, seen("search")}));
  waived.waiver = Decision{.id = "W-2026-014",
                           .reason = "risk_accepted",
                           .approved_by = {"person:0123456789abcdef"},
                           .requested_by = "person:fedcba9876543210",
                           .until = test::kStart + 60 * kDayMs};
  run(night(2, {seen("login"), waived}));
  Seen moved = seen("signin");
  moved.former = test::id_of("login");
  moved.stage = MatchStage::moved;
  run(night(3, {moved, waived, seen("search")}));
  run(night(6, {moved, waived, seen("search")}));
  std::string lines;
  for (const Line& line : ledger.lines) lines += line.text + "\n";
  test::check_golden("ledger/sample.jsonl", lines);
  test::check_golden("ledger/sample.state.json", to_json(ledger.state) + "\n");
}
