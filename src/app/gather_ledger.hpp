// The ledger of the branch that a change goes into: what was known to be there when somebody looked last.
#pragma once

#include "app/gather.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

// Puts what people decided there into the settings, and with `compares` fills `ledger`, when there is a ledger that can
// be read and believed (app::read_target_ledger). Nothing is ever written to it. An error is one of the command line
// alone.
Status gather_ledger(const Ports& ports, const GatherRequest& request, bool compares, Evidence& evidence);

}  // namespace gatepost::app
