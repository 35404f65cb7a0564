#include "report/csv.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "report/csv_table.hpp"
#include "report/facts.hpp"

namespace gatepost::report {
namespace {

std::string joined(const ObservationTable& table, ListId list) {
  std::string out;
  for (const TextId id : table.texts(list)) {
    if (!out.empty()) out += ' ';
    out += table.text(id);
  }
  return out;
}

std::string joined(std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) {
    if (!out.empty()) out += ' ';
    out += name;
  }
  return out;
}

std::string joined(std::span<const Cwe> cwes) {
  std::string out;
  for (const Cwe cwe : cwes) out += (out.empty() ? "CWE-" : " CWE-") + std::to_string(cwe.number);
  return out;
}

Status write_finding(CsvTable& out, const Input& input, std::size_t index) {
  const Assessment& assessment = input.assessment;
  const Finding& it = assessment.findings.all[index];
  const Assessed& judged = assessment.assessed[index];
  const WaiverInfo* const waiver = assessment.waiver_of(index);
  out.cell(to_string(it.id)).cell(to_string(judged.presence)).cell(state_of(assessment, index));
  out.cell(to_string(judged.action)).cell(points(judged.risk.effective_tenths));
  out.cell(to_string(band_for_tenths(judged.risk.effective_tenths)));
  out.cell(to_string(assessment.severity_of(index).label)).cell(to_string(it.kind));
  out.cell(title_of(assessment, index)).cell(assessment.findings.path_of(it)).number(it.range.first_line);
  out.cell(rule_of(assessment, index)).cell(joined(engines_of(assessment, index)));
  out.cell(teams(assessment.owners_of(index))).cell(waiver == nullptr ? "" : waiver->id.value);
  out.cell(fix_of(input.assessment, index));
  return out.end_row();
}

Status write_observation_row(CsvTable& out, const TableInput& input, Row index) {
  const ObservationTable& table = input.table;
  const ObservationRow& row = table.row(index);
  const RuleInfo& rule = table.rule_of(row);
  const ObservationDetail* const detail = table.detail_of(row);
  out.cell(table.reports()[row.report].path).cell(table.text(rule.engine)).cell(to_string(row.kind));
  out.cell(table.text(rule.id)).cell(reported_title(table, row));
  out.cell(table.message(row));
  const auto claims = static_cast<std::size_t>(table.claims_of(row));
  const bool judged = claims < input.severities.size();
  out.cell(judged ? to_string(input.severities[claims].label) : "");
  out.cell(judged ? points(input.severities[claims].tenths) : "");
  out.cell(row.confidence == Confidence::unknown ? "" : to_string(row.confidence)).cell(table.text(row.path));
  out.number(row.range.first_line).number(row.range.first_column);
  out.number(row.range.last_line).number(row.range.last_column).cell(table.text(row.symbol));
  const StoredComponent none;
  const StoredComponent* const known = table.component_of(row);
  const StoredComponent& component = known == nullptr ? none : *known;
  out.cell(table.text(component.package)).cell(table.text(component.version)).cell(table.text(component.purl));
  out.cell(joined(table, component.fixed_versions)).cell(joined(table, row.advisories));
  out.cell(joined(table.cwes(table.cwes_of(row))));
  out.cell(reported_help(table, row));
  out.cell(row.suppressed ? "yes" : "").cell(detail == nullptr ? "" : detail->uid);
  return out.end_row();
}

}  // namespace

Status write_findings_csv(const Input& input, const Sink& sink) {
  CsvTable out(sink);
  GP_CHECK(out.header("id", "presence", "state", "decision", "risk", "band", "severity", "kind", "title", "path",
                      "line", "rule", "engines", "owners", "waiver", "fix"));
  for (std::size_t i = 0; i < input.assessment.findings.all.size(); ++i) GP_CHECK(write_finding(out, input, i));
  return out.finish();
}

Status write_observations_csv(const TableInput& input, const Sink& sink) {
  CsvTable out(sink);
  GP_CHECK(out.header("report", "engine", "kind", "rule", "title", "message", "severity", "severity_score",
                      "confidence", "path", "line", "column", "end_line", "end_column", "symbol", "package", "version",
                      "purl", "fixed_versions", "advisories", "cwe", "help_url", "suppressed", "uid"));
  for (Row row = 0; row < input.table.size(); ++row) GP_CHECK(write_observation_row(out, input, row));
  return out.finish();
}

}  // namespace gatepost::report
