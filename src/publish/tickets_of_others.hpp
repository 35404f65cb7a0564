// Tickets that are left to another run.
#pragma once

#include <cstddef>

#include "publish/tickets.hpp"

namespace gatepost::publish {

// How many another run told the ledger of, within the hour that it has for making them, and nobody has seen yet. The
// plan of the same input leaves them alone: whoever wants them has to plan again when the hour is over.
std::size_t tickets_of_others(const TicketInput& input, const TicketSettings& settings);

}  // namespace gatepost::publish
