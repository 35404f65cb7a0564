// Findings of different tools that are one problem become one (correlate/across.hpp has the rules). Part of judging:
// the second stage does it again.
#pragma once

#include <map>
#include <optional>
#include <span>

#include "model/assessment.hpp"

namespace gatepost::app {

// Merges among `it.findings`, whose severities are resolved, and fills `it.across` and `it.links`; presence is that of
// the claim that is nearest to the change. `parts`: only claims that an earlier stage took for the same finding are
// compared, since what else was there when it looked is not known here.
void merge_findings(Assessment& it, const std::optional<std::map<FindingId, FindingId>>& parts);

// Of a finding's claims the one that is nearest to the change; of several the first.
const Claim& nearest_claim(std::span<const Claim> claims);

}  // namespace gatepost::app
