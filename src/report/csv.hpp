// Tables for a spreadsheet: RFC 4180, and no cell that a spreadsheet would compute.
#pragma once

#include "report/input.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

Status write_findings_csv(const Input& input, const Sink& sink);           // one finding a row, sorted by id
Status write_observations_csv(const TableInput& input, const Sink& sink);  // one observation a row

}  // namespace gatepost::report
