// Waivers: findings that somebody accepted, for a reason, with approval, until a day. A waiver changes what the gate
// counts, never the finding or its risk.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/glob.hpp"
#include "base/note.hpp"
#include "model/assessment.hpp"
#include "policy/facts.hpp"

namespace gatepost::policy {

struct Waiver {
  WaiverId id;
  // What it covers: one finding by id, or everything that has all of the others.
  std::string finding;  // "GP-…", short or full
  std::string rule, advisory, package;
  std::optional<Glob> path;
  std::string reason;  // risk_accepted, false_positive, mitigated, test_code, no_fix, vendor_dispute
  std::string justification;
  std::string requested_by;
  std::vector<std::string> approved_by;
  std::chrono::sys_days created, expires;  // the first and the last day, UTC
  std::size_t max_findings = 1;
  std::string where;  // file:line of the definition, for messages
};

struct WaiverFacts {
  FindingId id;
  Facts facts;
  std::vector<std::string_view> advisories;
};

struct Waived {
  std::vector<std::uint32_t> waiver_of;  // for each finding the index into `applied`, or Assessed::kNone
  std::vector<WaiverInfo> applied;       // those that cover something
  std::vector<Note> notes;               // those that do not apply, with the reason, and those that match nothing
};

// True when the waiver is about the finding, whether it applies or not.
bool covers(const Waiver& waiver, const WaiverFacts& finding);

// Why the waiver does not apply on `today` whatever it covers; "" when it may. It applies from the day it was created
// to the day it expires, when somebody other than the requester approved it.
std::string problem_of(const Waiver& waiver, std::chrono::sys_days today);

// A waiver applies when it has no such problem, lasts no longer than its findings' risk allows (critical 14 days, high
// 60, medium 180, low 365), and covers at most max_findings.
Waived apply(const std::vector<Waiver>& waivers, std::size_t findings,
             const std::function<WaiverFacts(std::size_t)>& facts_of, std::chrono::sys_days today);

}  // namespace gatepost::policy
