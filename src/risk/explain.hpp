// Why a risk is what it is, in words.
#pragma once

#include <vector>

#include "model/risk.hpp"
#include "risk/score.hpp"

namespace gatepost::risk {

// The factors of `score(input)` in the order of the formula, each with its value, what it takes off and what is behind
// it; then the floor or the cap that decided, if one did.
std::vector<Factor> explain(const RiskInput& input);

}  // namespace gatepost::risk
