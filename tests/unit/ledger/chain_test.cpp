#include "ledger/chain.hpp"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "unit/ledger/make.hpp"

using namespace gatepost;
using namespace gatepost::ledger;

namespace {

constexpr Timestamp kNow{test::kStart + 1000};

test::Ledger a_ledger() {
  test::Ledger ledger;
  Draft run;
  run.actor = {"person", "person:0123", "github-review"};
  run.inputs = {.artifacts = {"aa"},
                .tools = {{"Semgrep", "1.2"}},
                .feeds = {{"epss", "2026-01-01"}},
                .policy = "bb",
                .risk_model = "v1"};
  run.commit = "c0ffee";
  run.run_url = "https://ci.example/1";
  run.engines = {{"semgrep", "r1", "d1", true}};
  run.facts = {{"id", std::string("1")},
               {"seen", std::int64_t{2}},
               {"zero", false},
               {"texts", std::vector<std::string>{"a", "b"}}};
  REQUIRE(ledger.append({test::a_detection("A"), test::a_detection("B"), run}) == "");
  REQUIRE(ledger.append({test::a_step(EventType::fixed, "A", "open/new", "fixed", {{"reason", std::string("absent")}})},
                        test::kStart + 500) == "");
  return ledger;
}

std::string problem(const std::vector<Line>& lines, Timestamp now = kNow) {
  const auto head = verify(lines, now);
  return head ? "" : head.error().message;
}

// Sealed by hand, so that nothing is wrong but what the test makes so.
Line sealed(const Head& head, std::int64_t at) {
  const auto lines = seal({test::a_detection(fmt::format("X{}", at))}, head, {at}, {at});
  REQUIRE(lines.ok());
  return lines->front();
}

}  // namespace

TEST_CASE("A ledger that nobody touched verifies, and its events are read back as they were written") {
  const test::Ledger ledger = a_ledger();
  const auto head = verify(ledger.lines, kNow);
  REQUIRE(head.ok());
  CHECK(*head == ledger.state.head);
  CHECK(head->seq == 4);
  const auto run = parse(ledger.lines[2].text);
  REQUIRE(run.ok());
  CHECK(run->inputs.tools == std::vector<NamedVersion>{{"Semgrep", "1.2"}});
  CHECK(run->actor == Actor{"person", "person:0123", "github-review"});
  CHECK(run->engines.front().rules == "r1");
  CHECK(run->number("seen") == 2);
  CHECK(run->commit == "c0ffee");
  const auto detected = parse(ledger.lines[0].text);
  REQUIRE(detected.ok());
  CHECK(detected->record == test::a_record("A"));
}

TEST_CASE("Any byte that is changed is found, and the event is named") {
  const test::Ledger ledger = a_ledger();
  std::size_t missed = 0;
  for (std::size_t i = 0; i < ledger.lines.size(); ++i) {
    for (std::size_t byte = 0; byte < ledger.lines[i].text.size(); ++byte) {
      for (const char to : {'0', 'b', '"', '\x01'}) {
        std::vector<Line> lines = ledger.lines;
        if (lines[i].text[byte] == to) continue;
        lines[i].text[byte] = to;
        if (!problem(lines).starts_with(fmt::format("event {}: ", i + 1))) ++missed;
      }
    }
  }
  CHECK(missed == 0);
}

TEST_CASE("Events that are missing, doubled, out of order or forked are named") {
  const test::Ledger ledger = a_ledger();
  auto lines = ledger.lines;
  lines.erase(lines.begin() + 1);
  CHECK(problem(lines).find("event 2: it is number 3; events between are missing") == 0);
  lines = ledger.lines;
  std::swap(lines[1], lines[2]);
  CHECK(problem(lines).find("event 2: ") == 0);
  lines = ledger.lines;
  lines.insert(lines.begin() + 2, lines[1]);
  CHECK(problem(lines) == "event 3: it is number 2, and a second one after the event before (a fork)");
  lines = ledger.lines;
  lines.erase(lines.begin());
  CHECK(problem(lines).find("event 1: it is number 2") == 0);
  CHECK(problem({}) == "");
}

TEST_CASE("What the store says beside the text has to be what the text says") {
  auto lines = a_ledger().lines;
  lines[1].subject = "else";
  CHECK(problem(lines) == "event 2: what the store says of it is not what it says");
}

TEST_CASE("Clocks may differ by five minutes and no more") {
  std::vector<Line> lines = {sealed({}, 1'000'000)};
  const Head head{1, lines[0].hash};
  lines.push_back(sealed(head, 1'000'000 - kTolerance));
  CHECK(problem(lines, {1'000'000}) == "");
  CHECK(problem(lines, {1'000'000 - kTolerance}) == "");
  CHECK(problem(lines, {1'000'000 - kTolerance - 1}).starts_with("event 1: it is in the future"));
  lines[1] = sealed(head, 1'000'000 - kTolerance - 1);
  CHECK(problem(lines, {1'000'000}).starts_with("event 2: it is more than five minutes older"));
  CHECK_FALSE(seal({test::a_detection("A")}, head, {1'000'000 + kTolerance + 1}, {1'000'000}).ok());
}

TEST_CASE("A line that is no event says why") {
  const std::string good = a_ledger().lines[0].text;
  REQUIRE(parse(good).ok());
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = good;
    const std::size_t at = changed.find(from);
    REQUIRE(at != std::string::npos);
    changed.replace(at, from.size(), to);
    const auto event = parse(changed);
    return event ? std::string() : event.error().message;
  };
  CHECK(with(R"("type":"detected")", R"("type":"imagined")") ==
        "\"imagined\" is no event that this version of gatepost knows");
  CHECK(with(R"("seq":1)", R"("seq":0)").find("\"seq\"") == 0);
  CHECK(with(R"("severity":"high")", R"("severity":"huge")").find("\"severity\"") != std::string::npos);
  CHECK(with(R"("risk":620)", R"("risk":1001)").find("\"risk\"") != std::string::npos);
  CHECK(with(R"("actor":{"type":"pipeline"},)", "") == "nobody is named as its actor");
  CHECK(with(R"("subject":"GP-)", R"("subject":"XX-)") == "its subject is no finding");
  CHECK(with(R"("kind":"sast",)", R"("kind":"sast","later":1,)").find("later") != std::string::npos);
  CHECK(with(R"("after")", R"( "after")").find("not canonical JSON: byte ") == 0);
}
