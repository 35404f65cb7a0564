// `gatepost diff`: the change as the gate sees it.
#pragma once

#include <string>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct DiffRequest {
  std::string repository, base, head;
  bool json = false;
  bool colour = false;
};
Result<ExitCode> diff(const Ports& ports, const DiffRequest& request);

}  // namespace gatepost::app
