// Brings the boards of the teams up to date with the ledger, and the ledger with the boards.
#pragma once

#include <string>
#include <vector>

#include "app/ci.hpp"
#include "app/ports.hpp"
#include "app/ticket_input.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "store/store.hpp"

namespace gatepost::app {

struct TicketSync {
  const config::Settings& settings;
  const CiFacts& ci;
  store::Store& store;
  TicketKnowledge knowledge;
  Timestamp now;
  std::string version;
  bool dry_run = false;  // tells what would be done, and does nothing
};

struct TicketReport {
  std::vector<std::string> done;      // a line each, in the order in which it was done
  std::vector<std::string> notes;     // what was left out, and why, in sentences
  std::vector<std::string> problems;  // what could not be done, and why, in sentences
  std::size_t left_to_others = 0;     // tickets that another run has planned and that nobody has seen yet
};

// A tracker that does not answer keeps the others from nothing; an error when the ledger cannot be read.
Result<TicketReport> sync_tickets(const Ports& ports, const TicketSync& sync);

// Writes it to standard output, problems as warnings.
Status tell_tickets(const Ports& ports, const TicketReport& report, bool dry_run);

}  // namespace gatepost::app
