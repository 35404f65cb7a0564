// Policies: which findings make the gate warn or close. Read from the base revision by config, evaluated here.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/glob.hpp"
#include "model/assessment.hpp"
#include "model/report_info.hpp"
#include "model/verdict.hpp"
#include "policy/condition.hpp"

namespace gatepost::policy {

enum class Mode : std::uint8_t {
  monitor,  // says what it would do, and never closes the gate
  enforce,
};
inline constexpr std::array<std::string_view, 2> kModeNames = {"monitor", "enforce"};
inline std::string_view to_string(Mode mode) { return kModeNames[static_cast<std::size_t>(mode)]; }

// What the run is about.
enum class Event : std::uint8_t { pull_request, push, schedule, release, deploy, manual };
inline constexpr std::array<std::string_view, 6> kEventNames = {"pull_request", "push",   "schedule",
                                                                "release",      "deploy", "manual"};

// The part of the repository that a policy is about. An empty list is everything.
struct Coverage {
  std::vector<Glob> paths, excluded_paths;
  std::vector<std::string> owners;  // by CODEOWNERS, as written there
};

// When there are enough matches to act. The default: one.
struct Threshold {
  enum class Measure : std::uint8_t { count, sum_risk, pr_risk, change_risk };
  Measure measure = Measure::count;
  bool inclusive = true;   // gte, else gt
  std::int64_t limit = 1;  // findings; the risks in tenths, change_risk in points
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
  bool match_unknown = false;                                    // a match that is unknown counts
  std::optional<std::chrono::sys_days> valid_from, valid_until;  // inclusive
};

struct Rules {
  Mode mode = Mode::enforce;
  SeverityLabel unknown_severity = SeverityLabel::medium;  // stands in for a severity nobody knows
  std::vector<Policy> policies;                            // in the order of the file
};

struct Evaluation {
  std::vector<Reason> reasons;  // of policies that act, strongest action first
  std::vector<Action> actions;  // for each finding the strongest that it takes part in
  Outcome outcome = Outcome::pass;
};

// The run that findings are judged in.
struct Occasion {
  Event event = Event::manual;
  std::chrono::sys_days today;
};

// `facts_of(i)` gives the facts of finding i; `id_of(i)` its id.
Evaluation evaluate(const Rules& rules, std::size_t findings, const std::function<Facts(std::size_t)>& facts_of,
                    const std::function<FindingId(std::size_t)>& id_of, const RiskTotals& totals,
                    const Occasion& occasion);

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
