// Findings, runs and ledgers for tests.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/digest.hpp"
#include "ledger/chain.hpp"
#include "ledger/event.hpp"
#include "ledger/plan.hpp"
#include "ledger/state.hpp"

namespace gatepost::test {

inline constexpr std::int64_t kStart = 1'767'225'600'000;  // 2026-01-01

inline FindingId id_of(const std::string& name) { return {Sha256().field(name).finish128()}; }

inline ledger::Record a_record(const std::string& name) {
  ledger::Record record;
  record.id = id_of(name);
  record.kind = Kind::sast;
  record.engine = "semgrep";
  record.tools = {"semgrep"};
  record.rule = "rules.sqli";
  record.path = "src/" + name + ".py";
  record.line = 10;
  record.title = "Problem " + name;
  record.severity = SeverityLabel::high;
  record.risk_tenths = 620;
  record.context = Sha256().field("code of " + name).finish128();
  record.keys[0] = record.id.digest;
  return record;
}

inline ledger::Draft a_detection(const std::string& name) {
  ledger::Draft draft;
  draft.type = ledger::EventType::detected;
  draft.subject = to_string(id_of(name));
  draft.after = "open/new";
  draft.actor = {"pipeline", "", ""};
  draft.record = a_record(name);
  return draft;
}

inline ledger::Draft a_step(ledger::EventType type, const std::string& name, std::string before, std::string after,
                            ledger::Facts facts = {}) {
  ledger::Draft draft;
  draft.type = type;
  draft.subject = to_string(id_of(name));
  draft.before = std::move(before);
  draft.after = std::move(after);
  draft.actor = {"pipeline", "", ""};
  draft.facts = std::move(facts);
  return draft;
}

// A ledger that grows.
struct Ledger {
  std::vector<ledger::Line> lines;
  ledger::State state;

  // What folding the new lines says; "" when all is well.
  std::string append(const std::vector<ledger::Draft>& drafts, std::int64_t at = kStart) {
    const auto sealed = ledger::seal(drafts, state.head, state.last, {at});
    if (!sealed) return sealed.error().message;
    const auto done = ledger::fold_into(state, *sealed);
    lines.insert(lines.end(), sealed->begin(), sealed->end());
    return done ? "" : done.error().message;
  }
};

}  // namespace gatepost::test
