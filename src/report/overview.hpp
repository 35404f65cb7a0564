// An assessment as a person reads it: which findings are shown, in which order, and how many there are of the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/assessment.hpp"

namespace gatepost::report {

using FindingIndex = std::uint32_t;  // into Assessment::findings.all

// Every finding is in exactly one of these lists, or counted. What a policy acts on is never in a list that is folded
// away, whatever its presence. Lists are in the order of the risk: highest first.
struct Overview {
  std::vector<FindingIndex> news;  // introduced, worsened, existing, and whatever else a policy acts on
  std::vector<FindingIndex> external;
  std::vector<FindingIndex> fixed;
  std::vector<FindingIndex> waived;
  std::vector<FindingIndex> spared;                     // they do not apply, as VEX says
  std::vector<FindingIndex> suppressed;                 // by the tools
  std::size_t introduced = 0, worsened = 0;             // of `news`
  std::size_t existing = 0;                             // of `news`: without a base all of them
  std::size_t edited = 0, unplaced = 0, older = 0;      // of `news`: a policy acts on them, and they may not be new
  std::size_t blocking = 0, in_review = 0, warned = 0;  // of `news`, by what is asked for
  std::size_t touched = 0, elsewhere = 0, not_evaluated = 0;
};
Overview overview_of(const Assessment& assessment);

// True when a policy asks for something because of the finding.
bool is_acted_on(const Assessed& it);

// Puts the findings into the order of the risk: the highest first, then the highest severity, then by path, line and
// id.
void sort_by_risk(const Assessment& assessment, std::vector<FindingIndex>& findings);

// At most `most` of `findings`, which are in the order of the risk: those that block come first, then the others.
std::vector<FindingIndex> most_important(const Assessment& assessment, const std::vector<FindingIndex>& findings,
                                         std::size_t most);

// Findings of the same owners.
struct OwnerGroup {
  std::string teams;    // "@acme/payments, @bob"; "" when nobody owns them
  std::string because;  // of the first finding's owners
  std::vector<FindingIndex> findings;
  std::size_t total = 0;  // with those that are not in `findings`
};
// Groups `shown`, which is in the order of the risk and part of `all`: the group with the riskiest finding first.
std::vector<OwnerGroup> by_owner(const Assessment& assessment, const std::vector<FindingIndex>& shown,
                                 const std::vector<FindingIndex>& all);

}  // namespace gatepost::report
