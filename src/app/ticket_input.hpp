// What tickets are planned from: the ledger's findings, what it remembers of tickets, and the teams of the settings.
#pragma once

#include <map>
#include <string>

#include "app/ci.hpp"
#include "app/ledger_access.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "model/assessment.hpp"
#include "publish/tickets.hpp"

namespace gatepost::app {

// Boards by team, of the trackers that the settings name; a team without one has that of the nearest team above it.
// Issues go to the forge of the pipeline, by default to the repository that is scanned.
std::vector<publish::TicketTeam> ticket_teams(const config::Settings& settings, const CiFacts& ci);

// Sentences that only a run with reports knows, by finding.
struct TicketKnowledge {
  struct Words {
    std::string why, fix;
  };
  std::map<FindingId, Words> of;
};
TicketKnowledge ticket_knowledge(const Assessment& assessment);

// Without the teams and without what trackers show. `teams` names findings' teams by the directory's ids.
Result<publish::TicketInput> ticket_input(const LedgerView& ledger, const config::Settings& settings,
                                          const TicketKnowledge& knowledge, Timestamp now);

}  // namespace gatepost::app
