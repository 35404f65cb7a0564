// What to do first: of all open findings of packages, the upgrades that close most risk for the least work.
#pragma once

#include "model/assessment.hpp"
#include "model/fix_plan.hpp"

namespace gatepost::remedy {

// Needs the findings judged: risks, owners, waivers, presence, actions. The same assessment gives the same plan.
FixPlan plan(const Assessment& assessment);

}  // namespace gatepost::remedy
