// `gatepost check`: the gate.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/act.hpp"
#include "app/gather.hpp"
#include "app/inputs.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/verdict.hpp"

namespace gatepost::app {

struct CheckRequest {
  GatherRequest gather;
  std::vector<OutputRequest> outputs;  // none: a terminal report on standard output
  std::string result;                  // file for the second stage (result_file.hpp); "" for none
  bool colour = false;
  bool publish = false;  // tell the forge of the CI; without it nothing leaves this machine
  bool record = false;   // leave the verdict in the ledger
  bool dry_run = false;  // print what the forge would be told, and record nothing
  std::optional<Timestamp> now;
  std::string version;  // of gatepost
};

Result<Verdict> check(const Ports& ports, const CheckRequest& request);

}  // namespace gatepost::app
