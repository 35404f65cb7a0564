// Observations of one table become findings.
#pragma once

#include <cstddef>

#include "correlate/identity.hpp"
#include "model/finding.hpp"

namespace gatepost::correlate {

// Every observation is a member of exactly one finding. Observations are one finding when they have the same identity;
// of code, additionally the same range and message: two hits of a rule on one line with different messages stay two.
// The result is sorted by id and does not depend on the order of the observations.
Findings find(const IdentityInputs& inputs);

// How much an observation tells: what a finding is shown by is the member that tells most.
std::size_t telling(const ObservationTable& table, Row row);

}  // namespace gatepost::correlate
