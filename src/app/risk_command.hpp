// `gatepost risk`: what the model would say, and by which numbers.
#pragma once

#include <string>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct SimulateRequest {
  std::string file;    // "-" for standard input
  std::string tables;  // a file of other numbers; "" for those in force
  bool json = false;
  bool pull_request = false;  // the file describes a change, not findings
};

// The risk of described findings; with other tables also what that changes in rank and band.
Result<ExitCode> simulate_risk(const Ports& ports, const SimulateRequest& request);
// The numbers in force, as the YAML file that they come from, with the source of each.
Result<ExitCode> print_risk_tables(const Ports& ports);

}  // namespace gatepost::app
