// Why a risk is what it is, in words.
#pragma once

#include <cstdint>
#include <vector>

#include "model/risk.hpp"
#include "risk/score.hpp"

namespace gatepost::risk {

// The factors of `score(input)` in the order of the formula, each with its value, what it takes off and what is behind
// it; then the floor or the cap that decided, if one did.
std::vector<Factor> explain(const RiskInput& input, const Tables& tables = built_in_tables());

// The same in one line, the decision's reasons, and what would move the risk into another band: of three facts at most,
// those first that only have to be told because nobody knows them, then those that somebody has to make so.
RiskStory story(const RiskInput& input, const Tables& tables = built_in_tables());

// In hundredths of a point: T × rho × eps × eta × mu × c, and severity × business.
std::int64_t likelihood_hundredths(const RiskFactors& factors);
std::int64_t impact_hundredths(const RiskFactors& factors);

}  // namespace gatepost::risk
