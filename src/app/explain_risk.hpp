// The factors of a finding's risk, each with where its value was read.
#pragma once

#include <cstddef>
#include <vector>

#include "model/assessment.hpp"
#include "model/risk.hpp"

namespace gatepost::app {

std::vector<Factor> explain_risk(const Assessment& assessment, std::size_t finding);

}  // namespace gatepost::app
