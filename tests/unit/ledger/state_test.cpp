#include "ledger/state.hpp"

#include <doctest/doctest.h>

#include "unit/ledger/make.hpp"

using namespace gatepost;
using namespace gatepost::ledger;
using test::a_detection;
using test::a_step;

namespace {

// A ledger in which A has the standing.
test::Ledger in_standing(Standing standing) {
  test::Ledger ledger;
  REQUIRE(ledger.append({a_detection("A")}) == "");
  struct Way {
    Standing to;
    EventType by;
  };
  for (const Way way :
       {Way{Standing::fixed, EventType::fixed}, Way{Standing::waived, EventType::waived},
        Way{Standing::false_positive, EventType::false_positive}, Way{Standing::not_affected, EventType::not_affected},
        Way{Standing::withdrawn, EventType::withdrawn}, Way{Standing::gone, EventType::gone},
        Way{Standing::duplicate, EventType::duplicate}}) {
    if (way.to == standing)
      REQUIRE(ledger.append({a_step(way.by, "A", "open/new", state_name(standing, Triage::fresh))}) == "");
  }
  REQUIRE(ledger.state.find(test::id_of("A"))->standing == standing);
  return ledger;
}

std::string allowed(Standing standing) {
  std::string all;
  for (std::size_t i = 0; i < static_cast<std::size_t>(EventType::changed); ++i) {
    const auto type = static_cast<EventType>(i);
    const test::Ledger before = in_standing(standing);
    test::Ledger ledger = before;
    const Transition& step = transition(type);
    const std::string from = state_name(standing, Triage::fresh);
    const Triage triage = type == EventType::triaged ? Triage::confirmed
                          : step.keeps_triage        ? Triage::fresh
                                                     : step.triage;
    Draft draft = a_step(type, "A", from, state_name(*step.to, triage));
    if (type == EventType::detected) draft.record = test::a_record("A");
    if (type == EventType::triaged) draft.facts["triage"] = std::string("confirmed");
    const std::string problem = ledger.append({draft});
    if (problem.empty()) all += std::string(all.empty() ? "" : " ") + std::string(to_string(type));
    // A refused event leaves no trace.
    if (!problem.empty()) CHECK(to_json(ledger.state) == to_json(before.state));
  }
  return all;
}

}  // namespace

TEST_CASE("A finding leaves each state only by the events that may lead out of it") {
  CHECK(allowed(Standing::open) == "fixed waived false_positive not_affected withdrawn gone duplicate triaged");
  CHECK(allowed(Standing::fixed) == "detected reopened");
  CHECK(allowed(Standing::waived) == "fixed waived waiver_lapsed not_affected withdrawn gone duplicate");
  CHECK(allowed(Standing::false_positive) == "waiver_lapsed context_changed withdrawn gone duplicate");
  CHECK(allowed(Standing::not_affected) == "fixed superseded withdrawn gone duplicate");
  CHECK(allowed(Standing::withdrawn) == "detected reinstated");
  CHECK(allowed(Standing::gone) == "detected returned");
  CHECK(allowed(Standing::duplicate) == "detected separated");
}

TEST_CASE("An event that is not possible is named with the reason") {
  test::Ledger ledger;
  REQUIRE(ledger.append({a_detection("A")}) == "");
  const std::string id = to_string(test::id_of("A"));
  const auto refused = [&](const Draft& draft) {
    test::Ledger copy = ledger;
    return copy.append({draft});
  };
  CHECK(refused(a_step(EventType::reopened, "A", "fixed", "open/new")) ==
        "event 2 (reopened of " + id + "): the finding is open/new");
  CHECK(refused(a_step(EventType::fixed, "B", "open/new", "fixed")).ends_with("the ledger does not know the finding"));
  CHECK(refused(a_step(EventType::fixed, "A", "waived", "fixed"))
            .ends_with("it says that the finding was \"waived\", but it is \"open/new\""));
  CHECK(
      refused(a_step(EventType::fixed, "A", "open/new", "gone")).ends_with("it says \"gone\", but leads to \"fixed\""));
  CHECK(refused(a_step(EventType::triaged, "A", "open/new", "open/new", {{"triage", std::string("new")}}))
            .ends_with("is none of confirmed, in_progress, needs_review"));
  CHECK(refused(a_detection("A")).ends_with("the finding is open/new"));
  Draft other = a_detection("B");
  other.record->id = test::id_of("C");
  CHECK(refused(other).ends_with("its record is of another finding"));
  other.record.reset();
  CHECK(refused(other).ends_with("it has no record of the finding"));
  Draft silent = a_step(EventType::run, "", "", "");
  silent.type = EventType::scanner_silent;
  silent.subject = "nobody";
  CHECK(refused(silent).ends_with("the ledger does not know the scanner"));
  std::vector<Line> twice = {ledger.lines[0], ledger.lines[0]};
  CHECK(fold(twice).error().message.ends_with("it does not follow event 1"));
}

TEST_CASE("A state is found under all ids that a finding had, and its record is what events said") {
  test::Ledger ledger;
  REQUIRE(ledger.append({a_detection("A")}) == "");
  Draft moved = a_step(EventType::moved, "B", "", "", {{"former", to_string(test::id_of("A"))}});
  moved.record = test::a_record("B");
  moved.record->tools = {"codeql", "semgrep"};
  moved.record->advisories = {"CVE-2026-1"};
  moved.record->keys[3] = test::id_of("key").digest;
  moved.record->decision = Priority::scheduled;
  REQUIRE(ledger.append({moved}) == "");
  const Tracked* const found = ledger.state.find(test::id_of("A"));
  REQUIRE(found != nullptr);
  CHECK(found == ledger.state.find(test::id_of("B")));
  CHECK(ledger.state.record(*found) == *moved.record);
  CHECK(ledger.state.find(test::id_of("C")) == nullptr);
  // The first id may come back as another finding.
  REQUIRE(ledger.append({a_detection("A")}) == "");
  CHECK(ledger.state.find(test::id_of("A")) != ledger.state.find(test::id_of("B")));
}

TEST_CASE("A pause stops the clock, and a new life starts all of them anew") {
  test::Ledger ledger;
  Draft detected = a_detection("A");
  detected.facts = {{"due", test::kStart + 30 * kDayMs}, {"published", test::kStart - kDayMs}};
  REQUIRE(ledger.append({detected}) == "");
  REQUIRE(ledger.append({a_step(EventType::waived, "A", "open/new", "waived")}, test::kStart + 10 * kDayMs) == "");
  REQUIRE(ledger.append({a_step(EventType::waiver_lapsed, "A", "waived", "open/new")}, test::kStart + 15 * kDayMs) ==
          "");
  REQUIRE(ledger.append({a_step(EventType::fixed, "A", "open/new", "fixed")}, test::kStart + 20 * kDayMs) == "");
  const Clocks before = ledger.state.find(test::id_of("A"))->clocks;
  CHECK(before.paused_ms == 5 * kDayMs);
  CHECK(before.closed == test::kStart + 20 * kDayMs);
  CHECK(before.due == test::kStart + 30 * kDayMs);
  Draft again = a_detection("A");
  again.before = "fixed";
  REQUIRE(ledger.append({again}, test::kStart + 300 * kDayMs) == "");
  const Tracked& now = *ledger.state.find(test::id_of("A"));
  CHECK(now.clocks == Clocks{.detected = test::kStart + 300 * kDayMs});
  CHECK(now.recurrence_of == 1);
  REQUIRE(ledger.state.past.size() == 1);
  CHECK(ledger.state.past[0].clocks == before);
}

TEST_CASE("A record keeps the weaknesses as numbers, and one without them is written as ever") {
  ledger::Record record = test::a_record("A");
  CanonicalWriter plain;
  write(plain, record);
  CHECK(plain.text().find("cwes") == std::string::npos);
  record.cwes = {77, 1321};
  CanonicalWriter out;
  write(out, record);
  CHECK(out.text().find(R"("cwes":[77,1321])") != std::string::npos);
  const auto read_back = [](const std::string& text, ledger::Record& into) {
    CanonicalText canonical;
    REQUIRE(canonical.read(text));
    return read(canonical.root(), into);
  };
  ledger::Record again;
  CHECK(read_back(out.text(), again) == "");
  CHECK(again == record);
  for (const char* const bad : {"[0]", "[89,77]", "[77,77]", "77"}) {
    std::string text = out.text();
    text.replace(text.find("[77,1321]"), 9, bad);
    ledger::Record none;
    CHECK(read_back(text, none).find("cwes") != std::string::npos);
  }
  test::Ledger ledger;
  Draft draft = a_detection("A");
  draft.record = record;
  REQUIRE(ledger.append({draft}) == "");
  CHECK(ledger.state.cwes(ledger.state.findings[0]) == record.cwes);
}
