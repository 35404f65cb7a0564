// What a run on the default branch tells the ledger: everything that it saw, and how well it looked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/gather.hpp"
#include "app/night_inventories.hpp"
#include "app/ports.hpp"
#include "correlate/identity.hpp"
#include "ledger/people.hpp"
#include "ledger/plan.hpp"
#include "ledger/state.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

struct LedgerRun {
  const Evidence& evidence;
  const Assessment& assessment;
  correlate::Identifier& identifier;
  ledger::People& people;  // who approved waivers; new pseudonyms are added
  Timestamp now;
  std::string id;                             // of the run
  std::vector<std::string> confirmed_losses;  // scanners whose loss of many findings at once somebody says is real
  const NightInventories& inventories;
  std::optional<std::string> kept_policy;  // beside the ledger, from the run before
};

// The reports' files must have their digests.
ledger::RunFacts ledger_facts(const Ports& ports, const LedgerRun& run, const ledger::State& state);

}  // namespace gatepost::app
