// The result of thinking: every finding with everything that was judged about it, and the verdict. Writers in report/
// get this and nothing else.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/note.hpp"
#include "model/across.hpp"
#include "model/base_match.hpp"
#include "model/baseline.hpp"
#include "model/change.hpp"
#include "model/change_signal.hpp"
#include "model/context.hpp"
#include "model/enrichment.hpp"
#include "model/finding.hpp"
#include "model/fix_plan.hpp"
#include "model/former_id.hpp"
#include "model/observation_table.hpp"
#include "model/owner.hpp"
#include "model/risk.hpp"
#include "model/routing.hpp"
#include "model/service.hpp"
#include "model/severity.hpp"
#include "model/verdict.hpp"

namespace gatepost {

// A waiver as far as a report needs it; the rules are in policy/waiver.hpp.
struct WaiverInfo {
  WaiverId id;
  std::string reason;  // risk_accepted, false_positive, …
  std::string justification;
  std::string approved_by;  // comma-separated
  std::string expires;      // "2027-01-31"
  friend bool operator==(const WaiverInfo&, const WaiverInfo&) = default;
};

// What was judged about one finding. Small on purpose: there may be a million.
struct Assessed {
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  Presence presence = Presence::unrelated;
  Action action = Action::none;  // the strongest a policy asks for because of it
  Risk risk;
  std::uint32_t severity = 0;           // into Assessment::severities
  std::uint32_t owners = 0;             // into Assessment::owner_sets
  std::uint32_t waiver = kNone;         // into Assessment::waivers
  std::uint32_t service = kNone;        // into Assessment::services
  std::uint32_t service_claim = kNone;  // of the service: by what the finding is taken for its
  std::uint32_t enrichment = kNone;     // into Assessment::enrichments
  Context context;
  bool waiver_expired = false;  // one that is about it has expired, and none applies
  // Every tool that reports it says that it was told to ignore it; or it does not apply, as risk.exemption says.
  bool suppressed = false;
  bool unplaced = false;           // touched for being in no file of the commit: nobody knows whether it is new
  bool severity_conflict = false;  // its sources are two bands or more apart
};

// Sums over findings, in tenths of points.
struct RiskTotals {
  std::int64_t pr_risk_tenths = 0;  // of what the change introduces, worsens and touches
  std::int64_t change_risk = 0;     // points of change signals, 0 to 100
  std::int64_t delta_tenths = 0;    // introduced + worsened - fixed; negative: the change makes things better
  friend bool operator==(const RiskTotals&, const RiskTotals&) = default;
};

struct Assessment {
  ChangeSet change;
  ObservationTable table;               // what the head's reports say
  ObservationTable base_table;          // what the base's reports say, or the ledger of what is gone; else empty
  Findings findings;                    // sorted by id
  std::size_t elsewhere = 0;            // findings that the change has nothing to do with and that are only counted
  std::vector<Assessed> assessed;       // parallel to findings.all
  std::vector<Across> across;           // of those that several tools report in their own words, by finding
  std::vector<FindingLink> links;       // by ids
  std::vector<BaseMatch> base_matches;  // parallel to findings.all; empty when nothing is known of the base
  std::vector<FormerId> former_ids;     // of few, sorted
  std::optional<Baseline> baseline;     // the memory that stood in for reports of the base
  std::vector<Severity> severities;
  std::vector<std::vector<Owner>> owner_sets;  // [0] is empty: nobody
  std::vector<Routing> routings;               // parallel to owner_sets
  RoutingCounts routing_counts;
  std::vector<WaiverInfo> waivers;
  std::vector<Service> services;  // of the catalogue, those without findings too
  std::vector<Enrichment> enrichments;
  std::vector<ChangeSignal> change_signals;  // what RiskTotals::change_risk is the sum of; most points first
  RiskTotals totals;
  FixPlan fixes;  // what to do first
  Verdict verdict;
  std::string mode;           // "enforce" or "monitor"
  std::string policy_sha256;  // of the policy files in force
  std::vector<Note> notes;    // of the run as a whole, sorted

  [[nodiscard]] const ObservationTable& table_of(const Finding& finding) const {
    return finding.in_base_only ? base_table : table;
  }
  // nullptr for a finding of one claim.
  [[nodiscard]] const Across* across_of(std::size_t finding) const {
    const auto found = std::ranges::lower_bound(across, finding, {}, &Across::finding);
    return found == across.end() || found->finding != finding ? nullptr : &*found;
  }
  // Those of the finding and of all its claims.
  [[nodiscard]] std::vector<FormerId> former_ids_of(std::size_t finding) const {
    std::vector<FormerId> all;
    const auto add = [&](const FindingId& id) {
      const auto found = std::ranges::equal_range(former_ids, id, {}, &FormerId::id);
      all.insert(all.end(), found.begin(), found.end());
    };
    const Across* const parts = former_ids.empty() ? nullptr : across_of(finding);
    if (parts == nullptr) add(findings.all[finding].id);
    if (parts != nullptr) std::ranges::for_each(parts->claims, [&](const Claim& it) { add(it.finding.id); });
    return all;
  }
  // How it was recognised as a finding of the base; nullptr when it was not.
  [[nodiscard]] const BaseMatch* base_match_of(std::size_t finding) const {
    return finding < base_matches.size() && base_matches[finding].known ? &base_matches[finding] : nullptr;
  }
  [[nodiscard]] const Severity& severity_of(std::size_t finding) const {
    return severities[assessed[finding].severity];
  }
  [[nodiscard]] const std::vector<Owner>& owners_of(std::size_t finding) const {
    return owner_sets[assessed[finding].owners];
  }
  // nullptr before findings are routed.
  [[nodiscard]] const Routing* routing_of(std::size_t finding) const {
    const std::uint32_t owners = assessed[finding].owners;
    return owners < routings.size() ? &routings[owners] : nullptr;
  }
  [[nodiscard]] const WaiverInfo* waiver_of(std::size_t finding) const {
    const std::uint32_t waiver = assessed[finding].waiver;
    return waiver == Assessed::kNone ? nullptr : &waivers[waiver];
  }
  [[nodiscard]] const Service* service_of(std::size_t finding) const {
    const std::uint32_t service = assessed[finding].service;
    return service == Assessed::kNone ? nullptr : &services[service];
  }
  [[nodiscard]] const Enrichment* enrichment_of(std::size_t finding) const {
    const std::uint32_t enrichment = assessed[finding].enrichment;
    return enrichment == Assessed::kNone ? nullptr : &enrichments[enrichment];
  }
};

}  // namespace gatepost
