// A change against what the ledger remembers of the branch that it goes into.
#pragma once

#include "app/gather.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

// The evidence has a ledger, and findings of several tools are one already, as in the ledger. What the ledger knows is
// touched, moved, unrelated or, with another place, worsened; what it does not know is introduced where the change
// edited something and external elsewhere, if the ledger's runs ever had a complete one of that scanner. Findings of
// the ledger that are gone are added: fixed where a complete report of the head no longer has them, not_evaluated where
// nobody looked. Of those in files that the change left alone only their number is kept.
void compare_with_ledger(const Evidence& evidence, Assessment& it);

}  // namespace gatepost::app
