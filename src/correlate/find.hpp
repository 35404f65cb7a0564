// Observations of one table become findings.
#pragma once

#include "correlate/identity.hpp"
#include "model/finding.hpp"

namespace gatepost::correlate {

// Every observation is a member of exactly one finding. Observations are one finding when they have the same identity;
// of code, additionally the same range and message: two hits of a rule on one line with different messages stay two.
// The result is sorted by id and does not depend on the order of the observations.
Findings find(const IdentityInputs& inputs);

}  // namespace gatepost::correlate
