#include "compliance/evaluate.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "unit/ledger/make.hpp"

using namespace gatepost;
using ledger::EventType;
using test::a_detection;
using test::a_step;

namespace {

constexpr std::int64_t kDay = ledger::kDayMs;

ledger::Draft a_run(bool complete) {
  ledger::Draft run;
  run.type = EventType::run;
  run.actor = {"pipeline", "", ""};
  run.engines.push_back({"semgrep", "1", "", complete});
  return run;
}

// A ledger of a month with a run every five days, and what is put into it.
struct World {
  test::Ledger ledger;
  std::vector<ledger::Event> events;
  std::vector<Service> services;
  std::vector<std::string> checkpoints;

  void add(int day, const std::vector<ledger::Draft>& drafts) {
    REQUIRE(ledger.append(drafts, test::kStart + day * kDay) == "");
  }
  Compliance evaluate(const Control& control, std::optional<DataClass> data = {}) {
    events.clear();
    for (const ledger::Line& line : ledger.lines) events.push_back(*ledger::parse(line.text));
    const compliance::Material material{.events = events,
                                        .state = ledger.state,
                                        .period = {{test::kStart}, {test::kStart + 30 * kDay}},
                                        .as_of = {test::kStart + 30 * kDay - 1},
                                        .services = services,
                                        .justifications = {},
                                        .name_of = [](std::string_view who) { return std::string(who); },
                                        .told = [](const ledger::Event&) { return std::string("told"); },
                                        .kind_of = [](std::string_view) { return std::optional(Kind::sast); },
                                        .checkpoints = checkpoints,
                                        .ledger_name = "a ledger",
                                        .samples = 2};
    return compliance::evaluate(material, {{"own", "Own", "1", data, {control}}});
  }
  ComplianceControl control(const Control& asked) { return evaluate(asked).frameworks[0].controls[0]; }
};

Control about(std::vector<FindingSelector> any_of, std::vector<EvidenceTopic> topics, std::vector<Kind> looks = {}) {
  return {
      .id = "1", .title = "One", .any_of = std::move(any_of), .looks = std::move(looks), .evidence = std::move(topics)};
}
Control of_injection() { return about({{.weaknesses = {89}}}, {EvidenceTopic::findings}, {Kind::sast}); }

ledger::Draft a_weakness(const std::string& name, std::vector<std::uint32_t> cwes) {
  ledger::Draft draft = a_detection(name);
  draft.record->cwes = std::move(cwes);
  return draft;
}

ledger::Draft a_waiver(const std::string& name, std::vector<std::string> approved, const std::string& requested) {
  ledger::Facts facts{{"waiver", std::string("W-1")}, {"reason", std::string("risk_accepted")}};
  if (!approved.empty()) facts["approved_by"] = std::move(approved);
  if (!requested.empty()) facts["requested_by"] = requested;
  return a_step(EventType::waived, name, "open/new", "waived", std::move(facts));
}

}  // namespace

TEST_CASE("A control that nobody looked at has no evidence, also when there is nothing to find") {
  World world;
  world.add(1, {a_run(false)});
  CHECK(world.control(of_injection()).state == EvidenceState::none);
}

TEST_CASE("A scanner of another kind is nobody who looked") {
  World world;
  world.add(1, {a_run(true)});
  CHECK(world.control(about({{.weaknesses = {89}}}, {EvidenceTopic::findings}, {Kind::dast})).state ==
        EvidenceState::none);
  CHECK(world.control(of_injection()).state == EvidenceState::evidence);
}

TEST_CASE("What is open past its date wants attention") {
  World world;
  ledger::Draft late = a_weakness("A", {89});
  late.facts["due"] = test::kStart + 10 * kDay;
  world.add(1, {late, a_run(true)});
  const ComplianceControl control = world.control(of_injection());
  CHECK(control.state == EvidenceState::attention);
  CHECK(control.population.overdue == 1);
}

TEST_CASE("Findings are selected by weakness, class, kind, band and exploitation") {
  World world;
  ledger::Draft exploited = a_weakness("C", {});
  exploited.facts["kev"] = true;
  world.add(1, {a_weakness("A", {89}), a_weakness("B", {79}), exploited, a_run(true)});
  const auto count = [&](const FindingSelector& selector) {
    return world.control(about({selector}, {EvidenceTopic::findings})).population.all;
  };
  CHECK(count({.weaknesses = {89}}) == 1);
  CHECK(count({.classes = {1409}}) == 2);  // both are injection
  CHECK(count({.classes = {1409}, .except = {79}}) == 1);
  CHECK(count({.classes = {1402}}) == 0);
  CHECK(count({.kinds = {Kind::sca}}) == 0);
  CHECK(count({.bands = {Band::high}}) == 3);
  CHECK(count({.bands = {Band::critical}}) == 0);
  CHECK(count({.known_exploited = true}) == 1);
  CHECK(count({}) == 3);
}

TEST_CASE("What was over before the period does not count, and what ended in it does") {
  World world;
  const auto fixed = [](const char* name) {
    return a_step(EventType::fixed, name, "open/new", "fixed", {{"reason", std::string("absent")}});
  };
  world.add(-20, {a_weakness("A", {89}), a_weakness("B", {89}), a_weakness("C", {89})});
  world.add(-10, {fixed("A")});
  world.add(5, {fixed("B"), a_run(true)});
  const ComplianceControl control = world.control(of_injection());
  CHECK(control.population.all == 2);
  CHECK(control.population.fixed == 1);
}

TEST_CASE("An exception is in order when somebody else than who asked approved it") {
  struct Case {
    std::vector<std::string> approved;
    std::string requested;
    EvidenceState state;
  };
  for (const Case& it :
       {Case{{"person:b"}, "person:a", EvidenceState::evidence},
        Case{{"person:a"}, "person:a", EvidenceState::attention}, Case{{}, "person:a", EvidenceState::attention},
        Case{{"person:b"}, "", EvidenceState::partly}}) {
    World world;
    world.add(1, {a_weakness("A", {89}), a_run(true)});
    world.add(2, {a_waiver("A", it.approved, it.requested)});
    CHECK(world.control(about({{}}, {EvidenceTopic::exceptions})).state == it.state);
    CHECK(world.control(about({}, {EvidenceTopic::decisions})).state == it.state);
  }
}

TEST_CASE("An exception that ended before the period is none of it, and a lapse is told") {
  World world;
  const auto lapse =
      a_step(EventType::waiver_lapsed, "A", "waived", "open/new", {{"reason", std::string("it expired")}});
  world.add(-20, {a_weakness("A", {89}), a_waiver("A", {"person:b"}, "person:a")});
  World before = world;
  before.add(-10, {lapse});
  CHECK(before.evaluate(of_injection()).exceptions.empty());
  world.add(5, {lapse});
  const Compliance all = world.evaluate(of_injection());
  REQUIRE(all.exceptions.size() == 1);
  CHECK(all.exceptions[0].ended == "2026-01-06: it expired");
  CHECK(all.exceptions[0].now == 0);
  CHECK(all.frameworks[0].controls[0].exceptions == std::vector<std::uint32_t>{1});
}

TEST_CASE("Services that hold the data are in scope, and what belongs to no service") {
  World world;
  ledger::Draft ours = a_weakness("A", {89}), other = a_weakness("B", {89}), nobodys = a_weakness("C", {89});
  ours.record->service = "clinic";
  other.record->service = "shop";
  world.add(1, {ours, other, nobodys, a_run(true)});
  CHECK(world.evaluate(of_injection(), DataClass::health).frameworks[0].findings == 3);
  Service clinic{.name = "clinic"};
  clinic.context.data.add(DataClass::health);
  world.services = {clinic, {.name = "shop"}};
  const Compliance all = world.evaluate(of_injection(), DataClass::health);
  CHECK(all.frameworks[0].findings == 2);
  CHECK(all.frameworks[0].scope.find("clinic") != std::string::npos);
}

TEST_CASE("Samples are the same whenever they are drawn, with the whole course of each") {
  World world;
  std::vector<ledger::Draft> drafts;
  for (const char* name : {"A", "B", "C", "D", "E"}) drafts.push_back(a_weakness(name, {89}));
  drafts.push_back(a_run(true));
  world.add(1, drafts);
  world.add(2, {a_waiver("A", {}, "")});
  const Compliance once = world.evaluate(of_injection()), again = world.evaluate(of_injection());
  CHECK(once.frameworks[0].controls[0].samples.size() == 2);
  CHECK(once.frameworks[0].controls[0].samples == again.frameworks[0].controls[0].samples);
  CHECK(once.samples.size() == 2);
  CHECK(once.samples[0].course.at(0).event == "detected");
  CHECK(once.samples[0].course.at(0).hash.size() == 64);
}

TEST_CASE("A long time without a run is told, and a checkpoint that does not fit wants attention") {
  World world;
  world.add(1, {a_run(true)});
  CHECK(world.control(about({}, {EvidenceTopic::scans})).state == EvidenceState::partly);
  CHECK(world.control(about({}, {EvidenceTopic::integrity})).state == EvidenceState::partly);
  for (const int day : {7, 13, 19, 25}) world.add(day, {a_run(true)});
  CHECK(world.control(about({}, {EvidenceTopic::scans})).state == EvidenceState::evidence);
  const auto point = [](const std::string& hash) {
    return R"({"count":1,"hash":")" + hash + R"(","key":"00","seq":1,"signature":"AA==","ts":1767225600000})";
  };
  world.checkpoints = {point(world.ledger.lines[0].hash)};
  CHECK(world.control(about({}, {EvidenceTopic::integrity})).state == EvidenceState::evidence);
  world.checkpoints = {point(std::string(64, '0'))};
  CHECK(world.control(about({}, {EvidenceTopic::integrity})).state == EvidenceState::attention);
}

TEST_CASE("A control that also asks for what gatepost cannot see is never evidence alone") {
  World world;
  world.add(1, {a_run(true)});
  Control control = of_injection();
  control.elsewhere = "a written procedure";
  CHECK(world.control(control).state == EvidenceState::partly);
  CHECK(world.control({.id = "1", .title = "One", .elsewhere = "a fence"}).state == EvidenceState::none);
}

TEST_CASE("The gate is evidence when its verdicts on change requests were recorded") {
  const Control gate = about({}, {EvidenceTopic::gate});
  const auto a_verdict = [](const char* said, std::optional<std::int64_t> change) {
    ledger::Draft draft;
    draft.type = EventType::verdict;
    draft.actor = {"pipeline", "", ""};
    draft.facts = {{"verdict", std::string(said)}};
    if (change) draft.facts["change_request"] = *change;
    return draft;
  };
  World world;
  CHECK(world.control(gate).state == EvidenceState::none);
  ledger::Draft run = a_run(true);
  run.facts["verdict"] = std::string("pass");
  world.add(1, {run, a_verdict("warn", {})});
  CHECK(world.control(gate).state == EvidenceState::partly);
  world.add(2, {a_verdict("pass", 7), a_verdict("fail", 8), a_verdict("pass", 9)});
  const ComplianceControl control = world.control(gate);
  CHECK(control.state == EvidenceState::evidence);
  CHECK(control.facts[0].text ==
        "policies on the branch: 1 pass; on pushes: 1 warn; on change requests: 1 fail, 2 pass");
}
