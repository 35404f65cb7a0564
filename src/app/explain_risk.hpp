// Why a finding has the risk that it has.
#pragma once

#include <cstddef>
#include <vector>

#include "model/assessment.hpp"
#include "model/risk.hpp"

namespace gatepost::app {

// The factors, each with where its value was read.
std::vector<Factor> explain_risk(const Assessment& assessment, std::size_t finding);

// The line that tells the score, the decision, and what would change them.
RiskStory risk_story(const Assessment& assessment, std::size_t finding);

}  // namespace gatepost::app
