// What a run makes of the ledger: from the state before it and what the run saw, the events to append. Nothing is read
// and nothing is written; the order in which facts are given does not matter.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "ledger/event.hpp"
#include "ledger/rules.hpp"
#include "ledger/state.hpp"
#include "model/base_match.hpp"

namespace gatepost::ledger {

// A waiver that covers a finding in this run.
struct Decision {
  std::string id, reason;                // "W-2026-014"; risk_accepted, false_positive …
  std::vector<std::string> approved_by;  // pseudonyms, sorted
  std::string requested_by;
  std::int64_t until = 0;  // the end of its last day
  friend bool operator==(const Decision&, const Decision&) = default;
};

// A finding that the run reports, suppressed or not.
struct Seen {
  Record record;
  // That the ledger has it under another id, as matching found out.
  std::optional<FindingId> former;
  MatchStage stage = MatchStage::exact;
  std::uint16_t similarity = 1000;
  std::int64_t published = 0, introduced = 0, observed = 0;  // ms; 0: not known. observed: of an older scan
  bool kev = false;
  std::int64_t kev_since = 0;
  std::optional<std::uint32_t> epss_ppm;
  bool fix_available = false;
  bool advisory_new = false;       // caused by news about an unchanged dependency
  std::string vex, vex_statement;  // status of the trusted statement that decides, and whose it is
  std::optional<Decision> waiver;
  std::string lapsed;  // why the waiver that it had does not cover it any longer; "" when nobody says
};

// What one scanner did.
struct EngineRun {
  std::string id;
  bool complete = false;  // it ended well, and its report was read whole
  bool full = false;      // it looked at everything
  // Else what it looked at: paths, folders ("src/"), images, sites. Sorted.
  std::vector<std::string> scope;
  std::vector<std::string> failed;                // paths that it says it could not read; sorted
  std::optional<std::vector<std::string>> rules;  // that were enabled; sorted. Nothing: it does not say
  std::string rules_version, database;            // "" when it does not say; the database's day or version
};

struct ServiceFact {
  std::string name;
  bool owned = false, internet = false;
};

// Something that has drifted, as the run found out.
struct DriftFact {
  EventType type = EventType::iac_differs;  // from iac_differs to coverage_drop
  std::string subject, text;
  friend auto operator<=>(const DriftFact&, const DriftFact&) = default;
};

// What one workflow file lets its jobs do. `permissions` are names of what may be written ("contents", "all"), or
// kDefaultPermissions when it leaves that to the forge's settings; none: it may only read.
struct WorkflowFact {
  std::string path;
  std::vector<std::string> permissions;
};
inline constexpr std::string_view kDefaultPermissions = "default";

// Lists among the facts of `run`, which State::lists has: what the next run compares with.
inline constexpr std::string_view kPermissions = "permissions";   // "PATH contents"
inline constexpr std::string_view kCoverage = "coverage";         // "cart 98"
inline constexpr std::string_view kComponents = "components";     // "cart 120"
inline constexpr std::string_view kPolicyFiles = "policy_files";  // one digest

struct Merged {
  FindingId id, into;
};

// All that a run on the default branch knows.
struct RunFacts {
  std::string id;  // of the run; planning for one that the ledger has gives nothing
  Timestamp now;
  Actor actor{"pipeline", "", ""};
  Inputs inputs;  // its feeds name the day of "epss"
  std::string commit, run_url;
  std::vector<Seen> seen;
  std::vector<EngineRun> engines;
  std::vector<std::string> trusted;  // engines whose loss of findings somebody has confirmed
  // Why something is absent, beside having been repaired in place.
  std::vector<std::string> deleted_paths;  // that the repository no longer has; sorted
  std::vector<FindingId> upgraded;         // whose package has a version now that is not affected; sorted
  std::vector<std::string> withdrawn_advisories;
  std::vector<std::string> retired_services, retired_targets;  // sorted
  bool archived = false;                                       // the repository is
  std::vector<Merged> merged;
  std::optional<std::vector<std::string>> waivers_in_force;     // ids, sorted; nothing: nobody looked
  std::optional<std::vector<ServiceFact>> services;             // of the catalogue
  std::map<std::string, std::int64_t, std::less<>> components;  // packages in one version, by service
  std::optional<std::vector<WorkflowFact>> workflows;           // nothing: nobody looked
  std::map<std::string, std::int64_t, std::less<>> coverage;    // percent that is watched, by workload
  std::optional<std::int64_t> waivers;
  std::string policy_files;  // SHA-256 of what is kept of them beside the ledger
  std::string weakened;      // what made the policy weaker, in words; "" when nothing is known to have
  std::string verdict;       // of the policies on the branch; "" when nobody asked them
  std::vector<DriftFact> drifts;
};

// At least one `run` event, unless the ledger has the run already.
std::vector<Draft> plan(const State& state, const RunFacts& facts, const Rules& rules = built_in_rules());

}  // namespace gatepost::ledger
