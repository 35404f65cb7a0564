// Outputs for people where a report was meant: config/rules/report-hints.yaml.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/regex.hpp"

namespace gatepost::ingest {

struct ReportHint {
  Regex like;
  std::string of;       // "Bandit's text output"
  std::string remedy;   // "run it with `-f json`"
  std::string example;  // a line of such an output
};
const std::vector<ReportHint>& report_hints();

// Of the first output that a file may be which begins like this; nullptr when it is none that we know.
const ReportHint* hint_for(std::string_view head);

}  // namespace gatepost::ingest
