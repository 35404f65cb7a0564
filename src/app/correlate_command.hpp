// `gatepost correlate`: which observations of several tools are one problem, and why.
#pragma once

#include <string>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct CorrelateRequest {
  std::string file;  // "-" for standard input
  bool json = false;
};

Result<ExitCode> correlate_observations(const Ports& ports, const CorrelateRequest& request);

}  // namespace gatepost::app
