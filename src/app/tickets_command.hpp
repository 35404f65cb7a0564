// `gatepost tickets plan` and `gatepost tickets sync`: the boards of the teams, from the ledger.
#pragma once

#include <optional>
#include <string>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace gatepost::app {

struct TicketsRequest {
  std::string repository, config;
  std::string store;      // as app::open_chosen_ledger takes it
  bool dry_run = false;   // `plan`
  bool all_made = false;  // ExitCode::failed while a ticket is left to another run
  std::optional<Timestamp> now;
  std::string version;
};
// ExitCode::unavailable when something could not be done at a tracker.
Result<ExitCode> tickets(const Ports& ports, const TicketsRequest& request);

}  // namespace gatepost::app
