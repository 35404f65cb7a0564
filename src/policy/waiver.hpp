// Waivers: findings that somebody accepted, for a reason, with approval, until a day. A waiver changes what the gate
// counts, never the finding or its risk.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/glob.hpp"
#include "base/note.hpp"
#include "model/assessment.hpp"
#include "model/former_id.hpp"
#include "policy/condition.hpp"
#include "policy/facts.hpp"

namespace gatepost::policy {

// What makes a waiver lapse before its last day.
struct Lapse {
  std::string name;  // "kev", "risk gt 80", as it is told
  Condition condition;
};

struct Waiver {
  WaiverId id;
  // What it covers: one finding by id, or everything that has all of the others.
  std::string finding;  // "GP-…", short or full
  std::string rule, advisory, package, purl, service, engine;
  std::string rule_or_advisory;  // as scanners' own files name it
  std::uint32_t line = 0;        // 0: any
  std::optional<Glob> path;
  bool in_line = false;            // only what a comment in the code names it for
  std::optional<Condition> scope;  // and in here
  std::string reason;              // risk_accepted, false_positive, mitigated, test_code, no_fix, vendor_dispute
  std::string justification;
  std::string requested_by;
  std::vector<std::string> approved_by;
  std::chrono::sys_days created, expires;  // the first and the last day, UTC
  bool until_fix_available = false;
  std::vector<Lapse> lapse_if;
  std::size_t max_findings = 1;
  std::string where;          // file:line of the definition, for messages
  std::string imported_from;  // a scanner's own file, which knows no approver; "" for a waiver of ours
};

// What the policy says about waivers.
struct WaiverRules {
  // By band, from info to critical. An empty list of approvers: anybody but the requester.
  std::array<std::vector<std::string>, kBandNames.size()> approvers;
  std::array<std::int64_t, kBandNames.size()> longest_days = {365, 365, 180, 60, 14};
  std::array<bool, kBandNames.size()> says_days{};  // the file says so
  std::vector<std::string> imports;                 // scanners' own files, by name
  bool apply_unapproved = false;                    // what scanners' own files ignore counts as waived
};

// A comment beside a finding that names a waiver: it chooses among what was granted, and grants nothing.
struct WaiverReference {
  std::string id;
  std::string place;   // "src/a.py:12", of the comment
  bool added = false;  // by the change that is judged
  friend auto operator<=>(const WaiverReference&, const WaiverReference&) = default;
};

struct WaiverFacts {
  FindingId id;
  Facts facts;
  std::vector<FormerId> former_ids = {};  // of it and its claims
  std::vector<WaiverReference> references = {};
};

struct Waived {
  std::vector<std::uint32_t> waiver_of;  // for each finding the index into `applied`, or Assessed::kNone
  std::vector<bool> expired;             // for each finding: one that covers it has expired
  std::vector<WaiverInfo> applied;       // those that cover something
  std::vector<Note> notes;               // those that do not apply, with the reason, and those that match nothing
};

// True when the waiver is about the finding, whether it applies or not. It may name an id that the finding had before.
bool covers(const Waiver& waiver, const WaiverFacts& finding, const Reading& reading);

// Tells of comments that name no waiver, or one that is not granted to comments.
std::vector<Note> notes_on(const std::vector<WaiverReference>& references, const std::vector<Waiver>& waivers);

// Why the waiver does not apply on `today` whatever it covers; "" when it may. It applies from the day it was created
// to the day it expires, when somebody other than the requester approved it.
std::string problem_of(const Waiver& waiver, const WaiverRules& rules, std::chrono::sys_days today);

// A waiver applies when it has no such problem, was approved by somebody who may approve for the highest risk that it
// covers, lasts no longer than that risk allows, and covers at most max_findings. Of what it covers it leaves out what
// it has lapsed for.
Waived apply(const std::vector<Waiver>& waivers, const WaiverRules& rules, std::size_t findings,
             const std::function<WaiverFacts(std::size_t)>& facts_of, const Reading& reading);

}  // namespace gatepost::policy
