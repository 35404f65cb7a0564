// The section `tickets` of the settings: see docs/tickets.md.
#pragma once

#include "config/reader.hpp"
#include "config/settings.hpp"

namespace gatepost::config {

void read_tickets(doc::View view, Tickets& tickets, Problems& problems);

}  // namespace gatepost::config
