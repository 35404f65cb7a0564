// Thinks, without touching the world: evidence in, assessment out.
#pragma once

#include <functional>
#include <vector>

#include "app/gather.hpp"
#include "base/time.hpp"
#include "model/assessment.hpp"
#include "risk/score.hpp"

namespace gatepost::app {

// The steps, in order: findings, presence, severity, risk, owners, waivers, verdict.
Assessment assess(Evidence& evidence, Timestamp now);

// The input of a finding's risk, for explanations.
risk::RiskInput risk_input(const Assessment& assessment, std::size_t finding);

}  // namespace gatepost::app
