// The risk of a finding: the geometric mean of likelihood and impact, then floors and caps. docs/risk.md tells what the
// factors mean and where their values come from.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/context.hpp"
#include "model/kind.hpp"
#include "model/observation.hpp"
#include "model/risk.hpp"

namespace gatepost::risk {

// What is known about one finding. Unknown members take the tables' values for "unknown".
struct RiskInput {
  Kind kind = Kind::other;
  int severity_tenths = 50;
  bool has_cve = false;
  std::optional<std::uint32_t> epss_ppm;
  bool kev = false;
  bool malicious = false;
  std::optional<bool> secret_verified;
  std::vector<Cwe> cwes;
  Reach reach = Reach::unknown;
  bool has_flow = false;  // the tool shows a path from source to sink
  Scope scope = Scope::unknown;
  std::vector<Confidence> confidences;  // one for each engine that reports it
  bool exact_package = false;           // a dependency identified by its purl, not by a guess
  Context context;
};

Risk score(const RiskInput& input);

// What the kind of finding says about reach when nothing else does.
Reach known_reach(const RiskInput& input);

// Whether one of them is of the CWE Top 25 of 2025 (view 1435).
bool in_top_25(std::span<const Cwe> cwes);

// Largest k with k/10 = sqrt(L × I) rounded half up, in tenths: exact, without floating point.
std::uint16_t raw_tenths(const RiskFactors& factors);

// The fourth root of the sum of fourth powers, at most 1000: grows with every score, never below the highest.
std::int64_t aggregate_tenths(std::span<const std::uint16_t> scores);

}  // namespace gatepost::risk
