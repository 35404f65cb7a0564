// `gatepost report --compliance`: evidence for auditors, from the ledger alone.
#pragma once

#include <cstddef>
#include <string>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "app/report_command.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct ComplianceRequest {
  ReportRequest report;     // its days count back from now where no day is given
  std::string framework;    // an id, or "all"
  std::string from, to;     // first and last day, UTC; "": by the days, and until now
  std::size_t samples = 5;  // of each control
};
Result<ExitCode> report_compliance(const Ports& ports, const ComplianceRequest& request);

}  // namespace gatepost::app
