// `gatepost ledger checkpoint`: where the ledger stands, signed.
#pragma once

#include <string>

#include "app/exit_code.hpp"
#include "app/ledger_source.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct LedgerCheckpointRequest {
  LedgerSource source;
  std::string key;           // a PEM file; else GATEPOST_LEDGER_KEY, or the file that GATEPOST_LEDGER_KEY_FILE names
  std::string output = "-";  // to be kept where the writer of the ledger cannot write
  bool keep = false;         // also beside the events; the source must be a store
};
// Signs the end of a ledger that verifies and has events.
Result<ExitCode> ledger_checkpoint(const Ports& ports, const LedgerCheckpointRequest& request);

}  // namespace gatepost::app
