// The section `tickets` of the settings: see docs/tickets.md.
#pragma once

#include <string_view>

#include "config/reader.hpp"
#include "config/settings.hpp"

namespace gatepost::config {

inline constexpr std::string_view kLinearAddress = "https://api.linear.app/graphql";

void read_tickets(doc::View view, Tickets& tickets, Problems& problems);

}  // namespace gatepost::config
