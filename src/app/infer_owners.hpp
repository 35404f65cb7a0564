// Who may know about what nobody owns, by the history. It comes after the verdict, so that nothing of it can decide.
#pragma once

#include "app/gather.hpp"
#include "app/judge.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

// Of findings that no step before routing.repository_team gives to anybody, where the settings ask for it: who wrote
// most of their lines, else most of their file lately. Owners stay as they are; what is guessed goes into the routing,
// and its team before those of the repository and of routing.default. Where the history is not at hand nothing is
// guessed, and a note says so.
void infer_owners(const Evidence& evidence, const Basis& basis, Assessment& assessment);

}  // namespace gatepost::app
