// `gatepost publish`: the trusted stage. What an untrusted run found is judged again by the rules of what the change
// goes into, and told. It needs no checkout, and takes nothing from the result but what was found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/act.hpp"
#include "app/exit_code.hpp"
#include "app/inputs.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace gatepost::app {

struct PublishRequest {
  std::string result;                   // the file that `check --result` wrote; "": the one that the forge keeps
  std::optional<std::uint64_t> change;  // --change: its number, whatever the run says
  std::string store;                    // --store: the ledger
  bool if_kept = false;                 // done, with a warning, when the forge keeps none
  std::vector<OutputRequest> outputs;   // none: a terminal report on standard output
  bool colour = false, dry_run = false;
  bool record = false;  // leave the verdict in the ledger of the checkout, or of the forge's repository
  std::optional<Timestamp> now;
  Flags flags;
  std::string version;
};

// Exit code 0 when the forge was told, whatever the verdict: that is what it was told. 4 when it could not be told all.
Result<ExitCode> publish(const Ports& ports, const PublishRequest& request);

}  // namespace gatepost::app
