// What several tools report in their own words and correlation found to be one problem.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/finding.hpp"
#include "model/severity.hpp"

namespace gatepost {

// One tool's part: what would be a finding of its own.
struct Claim {
  Finding finding;
  Presence presence = Presence::unrelated;
  bool unplaced = false;
  SeverityLabel severity = SeverityLabel::unknown;
};

struct MergeReason {
  std::string_view rule;  // "sast_cwe_equal_overlap"; a constant of correlate
  std::string because;
};

// A finding of several claims. It has the id of the first, which no other one surpasses in severity.
struct Across {
  std::uint32_t finding = 0;  // into Findings::all
  std::vector<Claim> claims;
  std::vector<MergeReason> reasons;
};

// Two findings that have something to do with each other.
struct FindingLink {
  FindingId a, b;  // a < b
  std::string_view relation, rule;
  std::string because;
};

}  // namespace gatepost
