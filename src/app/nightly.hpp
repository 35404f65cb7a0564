// `gatepost nightly`: how the default branch stands. What the scanners found there goes into the ledger, which makes of
// it what is new, what is repaired and what is late; reports are written from the ledger.
#pragma once

#include <string>
#include <vector>

#include "app/exit_code.hpp"
#include "app/gather.hpp"
#include "app/night_inventories.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct NightlyRequest {
  GatherRequest gather;
  InventoryRequest inventories;
  std::string store;                          // as app::open_chosen_ledger takes it
  std::string output_folder;                  // for the report in every form; "" for none
  std::vector<std::string> confirmed_losses;  // engines whose loss of many findings at once is real
  bool dry_run = false;                       // tells what would be appended, and appends nothing
  std::optional<Timestamp> now;
  std::string version;
};

Result<ExitCode> nightly(const Ports& ports, const NightlyRequest& request);

}  // namespace gatepost::app
