// The ledger of the branch that a change goes into: what was known to be there when somebody looked last.
#pragma once

#include "app/gather.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

// Fills `ledger`, when there is one to compare with: the request names it, the settings do, or it lies in a person's
// own clone; else a pipeline that speaks to its forge anyway looks there. A ledger that cannot be read, that is no
// longer what was written, or that comes with the change is a note and is not believed. Nothing is ever written to it.
// An error is one of the command line alone.
Status gather_ledger(const Ports& ports, const GatherRequest& request, Evidence& evidence);

}  // namespace gatepost::app
