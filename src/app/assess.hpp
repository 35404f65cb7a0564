// Thinks, without touching the world: evidence in, assessment out.
#pragma once

#include "app/gather.hpp"
#include "base/time.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

// The steps, in order: findings, presence, severity, risk, owners, waivers, verdict.
Assessment assess(Evidence& evidence, Timestamp now);

}  // namespace gatepost::app
