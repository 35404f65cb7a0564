// How bad each finding is in general, by what all of its observations claim.
#pragma once

#include "model/assessment.hpp"

namespace gatepost::app {

// Fills `severities`, and of each finding `severity` and `severity_conflict`.
void resolve_severities(Assessment& assessment);
// The same for findings that have been merged since (Assessment::across).
void resolve_merged(Assessment& assessment);

// The same for those that only the base has.
void resolve_gone(Assessment& assessment);

}  // namespace gatepost::app
