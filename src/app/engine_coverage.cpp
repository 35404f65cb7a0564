#include "app/engine_coverage.hpp"

#include <algorithm>

namespace gatepost::app {
namespace {

// What a scanner can be told to look for, or not.
enum class Domain : std::uint8_t { code, packages, secrets, configuration, running };

Domain domain_of(Kind kind) {
  switch (kind) {
    case Kind::sca:
    case Kind::container:
    case Kind::license:
    case Kind::malware:
      return Domain::packages;
    case Kind::secret:
      return Domain::secrets;
    case Kind::iac:
    case Kind::cspm:
      return Domain::configuration;
    case Kind::dast:
    case Kind::api:
      return Domain::running;
    default:
      return Domain::code;
  }
}

std::string_view engine_of(const ObservationTable& table, Row row) {
  return table.text(table.rule_of(table.row(row)).engine);
}

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

EngineCoverage::EngineCoverage(const ObservationTable& table) {
  for (const ReportInfo& report : table.reports()) {
    if (!gatepost::is_complete(report.state)) continue;
    for (const std::string& engine : report.engines) complete_[engine].file_names.emplace(file_name(report.path));
  }
  for (const ReportInfo& report : table.reports()) {
    if (gatepost::is_complete(report.state)) continue;
    for (const std::string& engine : report.engines) complete_.erase(engine);
  }
  for (Row row = 0; row < table.size(); ++row) {
    const auto engine = complete_.find(engine_of(table, row));
    if (engine == complete_.end()) continue;
    engine->second.domains.insert(static_cast<std::uint8_t>(domain_of(table.row(row).kind)));
  }
}

bool EngineCoverage::covers(const ObservationTable& other, Row row) const {
  const std::string_view name = engine_of(other, row);
  const auto engine = complete_.find(name);
  if (engine == complete_.end()) return false;
  const ObservationRow& seen = other.row(row);
  const auto& [domains, names] = engine->second;
  if (names.contains(file_name(other.reports()[seen.report].path))) return true;
  const bool same_names = std::ranges::any_of(other.reports(), [&](const ReportInfo& report) {
    return std::ranges::find(report.engines, name) != report.engines.end() && names.contains(file_name(report.path));
  });
  return !same_names && (domains.empty() || domains.contains(static_cast<std::uint8_t>(domain_of(seen.kind))));
}

bool EngineCoverage::covers(std::string_view engine, Kind kind) const {
  const auto found = complete_.find(engine);
  if (found == complete_.end()) return false;
  const auto& domains = found->second.domains;
  return domains.empty() || domains.contains(static_cast<std::uint8_t>(domain_of(kind)));
}

}  // namespace gatepost::app
