// `gatepost report`: how the repository stands, from the ledger alone.
#pragma once

#include <optional>
#include <string>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace gatepost::app {

struct ReportRequest {
  std::string repository, config;
  std::string store;            // as app::open_chosen_ledger takes it
  std::string format = "html";  // as app::write_posture takes it
  std::string output = "-";
  std::int64_t days = 90;
  std::optional<Timestamp> now;
  std::string version;
};
Result<ExitCode> report_posture(const Ports& ports, const ReportRequest& request);

}  // namespace gatepost::app
