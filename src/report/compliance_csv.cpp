#include <string>

#include "report/compliance.hpp"
#include "report/csv_table.hpp"

namespace gatepost::report {
namespace {

Status row(CsvTable& out, const ComplianceFramework& framework, const ComplianceControl& control,
           const ComplianceFact& fact) {
  out.cell(framework.id).cell(framework.version).cell(control.id).cell(control.title).cell(words(control.state));
  out.cell(fact.topic).cell(words(fact.state)).cell(fact.text);
  const CompliancePopulation& all = control.population;
  for (const std::uint32_t n :
       {all.all, all.open, all.overdue, all.fixed, all.waived, all.false_positive, all.not_affected})
    out.cell(control.has_population ? std::to_string(n) : "");
  std::string samples;
  for (const std::string& id : control.samples) samples += (samples.empty() ? "" : " ") + id;
  out.cell(samples).cell(control.elsewhere);
  return out.end_row();
}

}  // namespace

Status write_compliance_csv(const Compliance& compliance, const Sink& sink) {
  CsvTable out(sink);
  GP_CHECK(out.header("framework", "version", "control", "title", "state", "topic", "topic_state", "evidence",
                      "findings", "open", "overdue", "fixed", "waived", "false_positive", "not_affected", "samples",
                      "elsewhere"));
  for (const ComplianceFramework& framework : compliance.frameworks) {
    for (const ComplianceControl& control : framework.controls) {
      if (control.facts.empty()) GP_CHECK(row(out, framework, control, {}));
      for (const ComplianceFact& fact : control.facts) GP_CHECK(row(out, framework, control, fact));
    }
  }
  return out.finish();
}

}  // namespace gatepost::report
