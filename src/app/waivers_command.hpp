// `gatepost waivers`: every waiver, what it covers and how long it lasts.
#pragma once

#include <string>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "app/report_material.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct WaiversRequest {
  LedgerPlace place;
  std::string format = "terminal";  // terminal, json, markdown
  std::string output = "-";
};
Result<ExitCode> list_waivers(const Ports& ports, const WaiversRequest& request);

}  // namespace gatepost::app
