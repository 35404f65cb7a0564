// Whom each finding goes to, and why.
#pragma once

#include "app/judge.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

// The first that names somebody: routing.overrides, CODEOWNERS, the finding's service, the ownership file of the
// nearest folder, routing.default. Each owner tells which step it was, and that the steps before named nobody.
void route_findings(Assessment& assessment, const Basis& basis);

}  // namespace gatepost::app
