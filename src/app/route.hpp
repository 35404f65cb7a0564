// Whom each finding goes to, and why.
#pragma once

#include "app/judge.hpp"
#include "context/teams.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

// The first that names somebody: routing.overrides, CODEOWNERS, the finding's service, the ownership file of the
// nearest folder, routing.repository_team, routing.default. Each owner tells which step it was, and that the steps
// before named nobody. With a directory of teams the search goes on until somebody has a team: the owners stay those of
// the first step, the team is that of the last.
// `assignments`: those that people made by command are heard first. Whoever may make one decides whom a finding goes
// to, and not which policies it is judged by.
void route_findings(Assessment& assessment, const Basis& basis, bool assignments = true);

// Whether people made some.
bool has_assignments(const Basis& basis);

// Counts what route_findings, and infer_owners after it, came to.
void count_routes(Assessment& assessment, const Basis& basis);

// Empty when nobody stated teams.
const context::TeamDirectory& directory_of(const Basis& basis);

}  // namespace gatepost::app
