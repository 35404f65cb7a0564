// Policies: which findings make the gate warn or close. Read from the base revision by config, evaluated here.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "model/assessment.hpp"
#include "model/report_info.hpp"
#include "model/verdict.hpp"
#include "policy/condition.hpp"
#include "policy/waiver.hpp"

namespace gatepost::policy {

// In ascending order of strength.
enum class Mode : std::uint8_t {
  monitor,  // says what it would do, and asks nobody for anything
  warn,     // closes no gate, and does everything else
  enforce,
};
inline constexpr std::array<std::string_view, 3> kModeNames = {"monitor", "warn", "enforce"};
inline std::string_view to_string(Mode mode) { return kModeNames[static_cast<std::size_t>(mode)]; }

// What the run is about.
enum class Event : std::uint8_t { pull_request, push, schedule, release, deploy, manual };
inline constexpr std::array<std::string_view, 6> kEventNames = {"pull_request", "push",   "schedule",
                                                                "release",      "deploy", "manual"};

// What a policy is about: both are asked before `match`. A finding that `exclude` is not known to mean is not excluded.
struct Coverage {
  std::optional<Condition> include, exclude;
};

// When there are enough matches to act. The default: one.
struct Threshold {
  enum class Measure : std::uint8_t { count, sum_risk, pr_risk, change_risk };
  Measure measure = Measure::count;
  bool inclusive = true;   // gte, else gt
  std::int64_t limit = 1;  // findings; the risks in tenths, change_risk in points
};

// Whom a policy that requires a review asks for it.
struct Review {
  std::vector<std::string> teams;  // as CODEOWNERS writes them
  std::int64_t approvals = 1;
};

// Time to act before a policy counts: `passed` is true once it is over.
struct Grace {
  std::int64_t days = 0;
  std::string from;
  std::optional<Condition> passed;
};

struct Policy {
  PolicyId id;
  std::string title, message;
  std::optional<Mode> mode;  // when it is not that of the whole
  std::vector<Event> on;     // empty: always
  Coverage scope;
  std::optional<Condition> match;  // empty: every finding
  Threshold threshold;
  Action action = Action::block;
  Review review;
  std::optional<Grace> grace;
  bool match_unknown = false;                                    // a match that is unknown counts
  std::optional<std::chrono::sys_days> valid_from, valid_until;  // inclusive
  std::string where;                                             // file:line:column of the definition
  bool locked = false;                                           // who extends it may not make it laxer
};

struct Rules {
  Mode mode = Mode::enforce;
  SeverityLabel unknown_severity = SeverityLabel::medium;  // stands in for a severity nobody knows
  std::vector<Policy> policies;                            // in the order of the file
  WaiverRules waivers;
  bool locked = false;  // as a whole
  // What the file says rather than leaves as it is; for files that extend others.
  std::string name;
  bool says_mode = false, says_unknown_severity = false, says_missing_evidence = false;
};

// The run that findings are judged in.
struct Occasion {
  Event event = Event::manual;
  Timestamp now;
  RunFacts run;
};

// False on another event, and before and after the days on which it counts.
bool in_force(const Policy& policy, const Occasion& occasion);
// How one thing stands with a policy: scope, exclusion, grace and match together.
Truth truth_of(const Policy& policy, const Facts& facts, const Reading& reading);
// What the policy's conditions asked about one thing, each field once; of a finding of several tools in the words of
// the one that matches. For records.
inline constexpr std::size_t kMostRecorded = 10;  // findings of a policy
inline constexpr std::size_t kMostValues = 20;    // of one of them
std::vector<UsedValues::Value> values_used(const Policy& policy, const Facts& facts, const Reading& reading);
// What a policy in this mode does in place of its action.
Action effective_action(const Policy& policy, const Rules& rules);

struct Evaluation {
  std::vector<Reason> reasons;  // of policies that act, strongest action first
  std::vector<Action> actions;  // for each finding the strongest that it takes part in
  Outcome outcome = Outcome::pass;
};

// Findings and changed files, numbered from 0.
struct Subjects {
  std::size_t findings = 0;
  std::function<Facts(std::size_t)> facts_of;
  std::function<FindingId(std::size_t)> id_of;
  std::vector<std::string_view> changed_files = {};
};

// A policy that asks only for what is known of the run is judged once, without any finding; one with a threshold on
// change_risk is about changed files as well.
Evaluation evaluate(const Rules& rules, const Subjects& subjects, const RiskTotals& totals, const Occasion& occasion);

// What the evidence says about the verdict: required scanners that did not report completely, reports that could not be
// read. `tolerate_incomplete` makes the latter a warning.
struct Evidence {
  std::vector<std::string> required_scanners;  // engine ids
  bool tolerate_incomplete = false;
};
std::vector<Reason> missing_evidence(const Evidence& evidence, const std::vector<ReportInfo>& reports);

// A failed policy stays failed; otherwise evidence that blocks makes a verdict inconclusive, any other a warning.
Verdict conclude(Evaluation evaluation, std::vector<Reason> evidence);

}  // namespace gatepost::policy
