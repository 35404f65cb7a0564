// One record of a GitLab security report, versions 2 to 15.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "doc/document.hpp"
#include "ingest/format.hpp"
#include "ingest/formats/gitlab_dependencies.hpp"
#include "model/observation.hpp"

namespace gatepost::ingest::gitlab {

// What the report as a whole says to each of its records.
struct Setting {
  std::string engine;     // of the scan; a record of an older report may name its own
  std::string scan_type;  // "sast", …; "" when the report does not say
  const DependencyFiles& dependency_files;
  std::unordered_map<std::string, std::vector<Fix>>& remediations;  // by the record's "id"; patches are handed out once
};

// True for the types of scan that have this shape of report.
bool is_scan_type(std::string_view type);

// Adds one observation, or rejects the record.
void read_record(doc::View record, const std::string& at, const Setting& setting, ReportWriter& out);

}  // namespace gatepost::ingest::gitlab
