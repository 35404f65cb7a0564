// `gatepost ledger merge`: a fork of a ledger is taken into it.
#pragma once

#include <string>

#include "app/exit_code.hpp"
#include "app/ledger_source.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct LedgerMergeRequest {
  LedgerSource source;  // a store
  std::string from;     // the other ledger as a file of its lines, "-" for standard input
  bool dry_run = false;
};
Result<ExitCode> ledger_merge(const Ports& ports, const LedgerMergeRequest& request);

}  // namespace gatepost::app
