// The events of a ledger: what happened, when, because of whom, and by which evidence. An event is never changed.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ledger/canonical.hpp"
#include "ledger/line.hpp"
#include "ledger/record.hpp"

namespace gatepost::ledger {

// docs/ledger.md tells what each means and which facts it has; the table in state.cpp tells what it may do to a
// finding.
enum class EventType : std::uint8_t {
  // A finding takes another state.
  detected,
  reopened,
  fixed,
  waived,
  waiver_lapsed,
  false_positive,
  context_changed,
  not_affected,
  superseded,
  withdrawn,
  reinstated,
  gone,
  returned,
  duplicate,
  separated,
  triaged,
  // Something about a finding is news, its state stays.
  changed,
  moved,
  absent,
  uncovered,
  stale,
  rule_retired,
  evaluated,
  advisory_new,
  kev_added,
  epss_rising,
  epss_band_up,
  vex_added,
  fix_available,
  ticketed,
  claimed_fixed,
  fix_merged,
  fix_deployed,
  sla_warning,
  sla_due,
  sla_breach,
  // About the repository, a scanner or a service.
  run,
  suspicious,
  trusted,
  scanner_silent,
  scanner_back,
  service_added,
  service_exposed,
  service_retired,
  iac_differs,
  workflow_permission,
  dependencies_jump,
  policy_weakened,
  policy_changed,
  waivers_grow,
  coverage_drop,
  merge,
  command,  // somebody gave a comment command: facts say which, and whether it was granted
  verdict,  // what the gate said about a change or a push
};
inline constexpr std::array<std::string_view, 54> kEventNames = {"detected",
                                                                 "reopened",
                                                                 "fixed",
                                                                 "waived",
                                                                 "waiver_lapsed",
                                                                 "false_positive",
                                                                 "context_changed",
                                                                 "not_affected",
                                                                 "superseded",
                                                                 "withdrawn",
                                                                 "reinstated",
                                                                 "gone",
                                                                 "returned",
                                                                 "duplicate",
                                                                 "separated",
                                                                 "triaged",
                                                                 "changed",
                                                                 "moved",
                                                                 "absent",
                                                                 "uncovered",
                                                                 "stale",
                                                                 "rule_retired",
                                                                 "evaluated",
                                                                 "advisory_new",
                                                                 "kev_added",
                                                                 "epss_rising",
                                                                 "epss_band_up",
                                                                 "vex_added",
                                                                 "fix_available",
                                                                 "ticketed",
                                                                 "claimed_fixed",
                                                                 "fix_merged",
                                                                 "fix_deployed",
                                                                 "sla_warning",
                                                                 "sla_due",
                                                                 "sla_breach",
                                                                 "run",
                                                                 "suspicious",
                                                                 "trusted",
                                                                 "scanner_silent",
                                                                 "scanner_back",
                                                                 "service_added",
                                                                 "service_exposed",
                                                                 "service_retired",
                                                                 "iac_differs",
                                                                 "workflow_permission",
                                                                 "dependencies_jump",
                                                                 "policy_weakened",
                                                                 "policy_changed",
                                                                 "waivers_grow",
                                                                 "coverage_drop",
                                                                 "merge",
                                                                 "command",
                                                                 "verdict"};
static_assert(static_cast<std::size_t>(EventType::verdict) + 1 == kEventNames.size());
inline std::string_view to_string(EventType type) { return kEventNames[static_cast<std::size_t>(type)]; }
std::optional<EventType> parse_event_type(std::string_view name);
// Its subject is a finding.
inline bool is_about_finding(EventType type) { return type < EventType::run; }
// Something is no longer what it was, without being a finding.
inline bool is_drift(EventType type) { return type >= EventType::iac_differs && type <= EventType::coverage_drop; }

struct Actor {
  std::string type;         // "pipeline", "person", "tool"
  std::string id;           // of a person the pseudonym of people.hpp, never a name
  std::string verified_by;  // "github-review", "oidc", …; "" when nobody did
  friend auto operator<=>(const Actor&, const Actor&) = default;
};

struct NamedVersion {
  std::string name, version;
  friend auto operator<=>(const NamedVersion&, const NamedVersion&) = default;
};

// By what evidence. Sorted lists.
struct Inputs {
  std::vector<std::string> artifacts;  // SHA-256 of the reports
  std::vector<NamedVersion> tools, feeds;
  std::string policy;      // SHA-256 of the policy files in force
  std::string risk_model;  // "v1"
  [[nodiscard]] bool empty() const { return *this == Inputs{}; }
  friend bool operator==(const Inputs&, const Inputs&) = default;
};

// Facts of the event's type. Names are lower-case letters, digits and "_".
using Fact = std::variant<std::int64_t, bool, std::string, std::vector<std::string>>;
using Facts = std::map<std::string, Fact, std::less<>>;

// What a scanner did in a run, of `run` events.
struct EngineFact {
  std::string id, rules, database;  // version of its rules; day or version of its database
  bool complete = false;
  friend bool operator==(const EngineFact&, const EngineFact&) = default;
};

// An event on its way into a ledger.
struct Draft {
  EventType type = EventType::run;
  std::string subject;        // a finding's id in full; a scanner, a service; "" when it is about the repository
  std::string before, after;  // state of the finding; of `changed` what it was and what it is
  Actor actor;
  Inputs inputs;
  std::string commit, run_url;
  std::optional<Record> record;
  std::vector<EngineFact> engines;  // sorted by id
  Facts facts;

  [[nodiscard]] std::optional<std::int64_t> number(std::string_view fact) const;
  [[nodiscard]] std::string text(std::string_view fact) const;  // "" when there is none
  friend bool operator==(const Draft&, const Draft&) = default;
};

struct Event : Draft {
  std::uint64_t seq = 0;
  Timestamp at;
  std::string prev, hash;
  friend bool operator==(const Event&, const Event&) = default;
};

inline constexpr std::int64_t kLastMs = 253'402'300'799'999;             // the end of the year 9999
inline constexpr std::int64_t kTolerance = std::int64_t{5} * 60 * 1000;  // ms that clocks of writers may differ

// Drafts as lines that follow `head`, whose event was of `last` (or nothing, of an empty ledger). Refused: an event
// that no line may hold, and a clock that is further behind `last` than the tolerance.
Result<std::vector<Line>> seal(const std::vector<Draft>& drafts, const Head& head, Timestamp last, Timestamp now);

// Any bytes; says what is wrong with them. The hash is not looked at: that is the chain's work. `scratch` is memory for
// those who read many.
Result<Event> parse(std::string_view line);
Result<Event> parse(std::string_view line, CanonicalText& scratch);

}  // namespace gatepost::ledger
