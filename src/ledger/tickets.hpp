// What a ledger remembers of tickets: its events `ticketed` and `claimed_fixed`, put together.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ledger/event.hpp"
#include "ledger/line.hpp"
#include "model/finding.hpp"
#include "model/ticket.hpp"

namespace gatepost::ledger {

struct Tickets {
  std::vector<TicketMemory> all;                // by key; each with the findings that it stands for
  std::map<FindingId, std::string> of_finding;  // the key of its ticket, the newest
};

// The lines have been verified.
Result<Tickets> tickets_of(std::span<const Line> lines);

// The events that tell `deed` of the ticket, one for each finding.
std::vector<Draft> ticket_events(std::string_view deed, const TicketMemory& ticket,
                                 std::span<const FindingId> findings);

}  // namespace gatepost::ledger
