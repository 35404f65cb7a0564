// Normalised observations for machines: "observations/1".
#pragma once

#include <string>
#include <vector>

#include "report/input.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

Status write_observations_json(const TableInput& input, const Sink& sink);
// One observation a line; reports and notes go elsewhere (report_lines).
Status write_observations_jsonl(const TableInput& input, const Sink& sink);
// The document without its observations.
Status write_reports_summary(const TableInput& input, const Sink& sink);

// For standard error: a line for each report, and one for each of its notes but the informative ones. Escaped.
std::vector<std::string> report_lines(const ObservationTable& table);
// Of these the notes on words of a tool that nobody here knows, and that a table shows as "unknown".
std::vector<std::string> unmapped_lines(const ObservationTable& table);

}  // namespace gatepost::report
