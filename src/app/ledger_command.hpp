// `gatepost ledger`: the audit trail, read.
#pragma once

#include <string>
#include <vector>

#include "app/exit_code.hpp"
#include "app/ledger_source.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct LedgerLogRequest {
  LedgerSource source;
  std::string finding;             // an id in any form, also one that the finding had before
  std::vector<std::string> types;  // of events; none: all
  std::string since;               // a day or a point in time
  bool json = false;
};
// The events, the oldest first.
Result<ExitCode> ledger_log(const Ports& ports, const LedgerLogRequest& request);

struct LedgerVerifyRequest {
  LedgerSource source;
  std::string public_key;                // a PEM file
  std::vector<std::string> checkpoints;  // files; those of the store are looked at, too
};
// That the chain holds, that its events are possible, and that checkpoints are signed and fit. Else exit code 1, and
// the first event that is wrong is named.
Result<ExitCode> ledger_verify(const Ports& ports, const LedgerVerifyRequest& request);

struct LedgerExportRequest {
  LedgerSource source;
  std::string format = "jsonl";  // or csv
  std::string output = "-";
};
// A copy of the ledger: its lines as they are, or a table for a spreadsheet.
Result<ExitCode> ledger_export(const Ports& ports, const LedgerExportRequest& request);

// Names of all types of events, for the command line.
std::vector<std::string> ledger_event_types();

}  // namespace gatepost::app
