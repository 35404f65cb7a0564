// The risk of a finding: the geometric mean of likelihood and impact, then floors and caps. docs/risk.md tells what the
// factors mean and where their values come from.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/context.hpp"
#include "model/kind.hpp"
#include "model/observation.hpp"
#include "model/risk.hpp"
#include "risk/tables.hpp"

namespace gatepost::risk {

// What is known about one finding. Unknown members take the tables' values for "unknown".
struct RiskInput {
  Kind kind = Kind::other;
  int severity_tenths = 50;
  bool has_cve = false;
  std::optional<std::uint32_t> epss_ppm;
  bool kev = false;
  bool ransomware = false;  // of what is in KEV: campaigns are known to use it
  Maturity maturity = Maturity::unknown;
  std::optional<bool> automatable, total_impact;  // as CISA's Vulnrichment says; else from the vector
  std::string_view cvss;                          // a vector, which must outlive this; "" for none
  bool malicious = false;
  std::optional<bool> secret_verified;  // false: it no longer works
  bool secret_in_history_only = false;  // not in the tree any more
  Visibility visibility = Visibility::unknown;
  std::vector<Cwe> cwes;
  // Said about the weakness beside the tables, which know it by its number.
  Likelihood likelihood = Likelihood::unknown;
  bool top_25 = false;
  Reach reach = Reach::unknown;
  std::string reach_because = {};  // where that was read, in words; "" when nobody says
  bool has_flow = false;           // the tool shows a path from source to sink
  Scope scope = Scope::unknown;
  std::vector<Confidence> confidences;  // one for each engine that reports it
  bool exact_package = false;           // a dependency identified by its purl, not by a guess
  Context context;
  std::optional<std::uint8_t> human_impact;  // position in kHumanImpactNames; else from criticality and data
  Exemption exemption = Exemption::none;
};

Risk score(const RiskInput& input, const Tables& tables = built_in_tables());

// The floor or cap that decided about a score; all empty when the factors did.
struct Bounds {
  int floor_tenths = 0;                   // 0: none
  std::vector<std::string_view> reasons;  // "malicious", "verified_secret", "kev": whose floors are above the raw score
  bool dev_scope = false;                 // the cap of development and tests
};
Bounds bounds_of(const RiskInput& input, const Risk& risk, const Tables& tables = built_in_tables());

// SSVC and its siblings, for what it is made for: vulnerabilities and malice of packages.
bool has_decision(const RiskInput& input);
// Whether a vector alone says that exploitation can be automated (AV:N, AC:L, PR:N, UI:N, AT:N), and that it takes all
// (C:H and I:H); empty when there is no such vector. CVSS v3 and v4.
std::optional<bool> automatable_by(std::string_view cvss);
std::optional<bool> total_impact_by(std::string_view cvss);

// What the kind of finding says about reach when nothing else does.
Reach known_reach(const RiskInput& input);

// What is known about the weaknesses: the highest likelihood of exploit of any, and whether one is of the CWE Top 25.
Tables::Weakness weakness_of(const RiskInput& input, const Tables& tables = built_in_tables());

// Largest k with k/10 = sqrt(L × I) rounded half up, in tenths: exact, without floating point.
std::uint16_t raw_tenths(const RiskFactors& factors);

// The fourth root of the sum of fourth powers, at most 1000: grows with every score, never below the highest.
std::int64_t aggregate_tenths(std::span<const std::uint16_t> scores);

}  // namespace gatepost::risk
