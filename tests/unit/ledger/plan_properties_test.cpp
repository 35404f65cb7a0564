// Random lives of a repository: whatever a run sees, its events can be put into the ledger, seeing it again is no news,
// and the order of what was seen does not matter.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "unit/ledger/make.hpp"

using namespace gatepost;
using namespace gatepost::ledger;

namespace {

class Life {
 public:
  explicit Life(unsigned seed) : chance_(seed) {}

  RunFacts night(std::int64_t at, int number) {
    RunFacts run{.id = "run-" + std::to_string(number), .now = {at}};
    for (const char* const name : {"semgrep", "trivy", "zap"}) {
      if (one_in(5)) continue;
      EngineRun engine{.id = name, .complete = !one_in(6), .full = !one_in(4), .scope = {"lib/", "src/A"}};
      if (one_in(6)) engine.rules = std::vector<std::string>{"rules.xss"};
      if (one_in(3)) engine.rules_version = std::to_string(below(3));
      if (one_in(2)) engine.database = "2026-0" + std::to_string(1 + below(9));
      run.engines.push_back(engine);
      if (one_in(8))
        run.engines.push_back({.id = name, .complete = !one_in(3), .scope = {"src/"}, .database = "2026-05"});
    }
    for (int i = 0; i < 14; ++i) {
      if (!one_in(3)) run.seen.push_back(seen(i, at));
    }
    if (one_in(8)) run.deleted_paths = {"src/F3.py"};
    if (one_in(8)) run.upgraded = {test::id_of("F4")};
    if (one_in(8)) run.withdrawn_advisories = {"CVE-2026-5"};
    if (one_in(8)) run.retired_services = {"cart"};
    if (one_in(8)) run.merged = {{test::id_of("F6"), test::id_of("F7")}};
    if (one_in(8)) run.trusted = {"semgrep"};
    if (one_in(2)) run.waivers_in_force = std::vector<std::string>{"W-1"};
    if (one_in(2)) run.inputs.feeds = {{"epss", to_string(day_of({at}))}};
    if (one_in(2)) run.services = std::vector<ServiceFact>{{"cart", one_in(2), one_in(2)}};
    if (one_in(2)) run.components = {{"cart", 100 + below(50)}, {"shop", 10}};
    if (one_in(2)) run.workflows = std::vector<WorkflowFact>{{"ci.yml", {one_in(2) ? "contents" : "default"}}};
    if (one_in(2)) run.coverage = {{"cart", 60 + below(40)}};
    if (one_in(4)) run.weakened = "policy a is gone";
    if (one_in(3))
      run.drifts = {{EventType::iac_differs, "bucket", ""}, {EventType::workflow_permission, "ci.yml", ""}};
    return run;
  }
  std::mt19937& chance() { return chance_; }
  int below(int n) { return static_cast<int>(chance_() % static_cast<unsigned>(n)); }
  bool one_in(int n) { return below(n) == 0; }

 private:
  Seen seen(int i, std::int64_t at) {
    const std::string name = "F" + std::to_string(i);
    Seen it{.record = test::a_record(name)};
    Record& r = it.record;
    const char* const engines[] = {"semgrep", "trivy", "zap"};
    r.engine = engines[i % 3];
    r.tools = {r.engine};
    r.kind = i % 3 == 0 ? Kind::sast : i % 3 == 1 ? Kind::sca : Kind::dast;
    r.risk_tenths = static_cast<std::uint16_t>(below(1001));
    r.severity = static_cast<SeverityLabel>(below(6));
    if (one_in(4)) r.context = test::id_of("other code").digest;
    if (i == 5) r.advisories = {"CVE-2026-5"};
    if (i == 8) r.service = "cart";
    if (one_in(4)) r.decision = static_cast<Priority>(below(4));
    if (one_in(5)) it.former = test::id_of("F" + std::to_string(below(14)));
    it.stage = static_cast<MatchStage>(below(5));
    it.similarity = static_cast<std::uint16_t>(600 + below(401));
    it.kev = one_in(6);
    if (it.kev && one_in(2)) it.kev_since = at - 3 * kDayMs;
    if (one_in(2)) it.epss_ppm = static_cast<std::uint32_t>(below(1'000'000));
    it.fix_available = one_in(3);
    it.advisory_new = one_in(6);
    const char* const vex[] = {"", "", "", "affected", "under_investigation", "not_affected", "fixed"};
    it.vex = vex[below(7)];
    if (one_in(4)) {
      it.waiver = Decision{.id = one_in(2) ? "W-1" : "W-2",
                           .reason = one_in(3) ? "false_positive" : "risk_accepted",
                           .until = at + (below(40) - 5) * kDayMs};
    }
    return it;
  }
  std::mt19937 chance_;
};

bool is_expected_again(EventType type) {
  // Two runs in a row at the same time: the second one confirms what the first did not see.
  return type == EventType::run || type == EventType::absent || type == EventType::fixed ||
         type == EventType::policy_weakened;  // that is for the app to compare
}

}  // namespace

TEST_CASE("Whatever runs see, their events fold, planning again finds no news, and order does not matter") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Life life(seed);
    test::Ledger ledger;
    std::int64_t at = test::kStart;
    for (int night = 0; night < 25; ++night) {
      CAPTURE(night);
      at += (1 + life.below(night % 7 == 6 ? 200 : 4)) * kDayMs;
      RunFacts facts = life.night(at, night);
      const std::vector<Draft> drafts = plan(ledger.state, facts);
      RunFacts shuffled = facts;
      std::shuffle(shuffled.seen.begin(), shuffled.seen.end(), life.chance());
      std::shuffle(shuffled.engines.begin(), shuffled.engines.end(), life.chance());
      std::shuffle(shuffled.drifts.begin(), shuffled.drifts.end(), life.chance());
      CHECK(plan(ledger.state, shuffled) == drafts);
      REQUIRE(ledger.append(drafts, at) == "");
      CHECK(plan(ledger.state, facts).empty());
      facts.id = "again";
      for (const Draft& again : plan(ledger.state, facts)) {
        CAPTURE(to_string(again.type));
        CAPTURE(again.subject);
        CHECK(is_expected_again(again.type));
      }
    }
    const auto folded = fold(ledger.lines);
    REQUIRE(folded.ok());
    CHECK(to_json(*folded) == to_json(ledger.state));
    CHECK(verify(ledger.lines, {at}).ok());
    CHECK(CanonicalText().read(to_json(*folded)));
  }
}
