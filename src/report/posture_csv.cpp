#include <fmt/core.h>

#include "model/risk.hpp"
#include "report/csv_table.hpp"
#include "report/posture.hpp"

namespace gatepost::report {
namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& it : texts) out += (out.empty() ? "" : " ") + it;
  return out;
}

}  // namespace

Status write_posture_csv(const Posture& posture, const Sink& sink) {
  CsvTable out(sink);
  GP_CHECK(out.header("id", "state", "severity", "risk", "band", "kind", "title", "path", "line", "subject", "package",
                      "advisories", "rule", "engines", "team", "service", "first_detected", "due", "service_level",
                      "closed", "reopened", "waiver", "fix"));
  for (const PostureFinding& it : posture.findings) {
    out.cell(it.id).cell(it.state).cell(to_string(it.severity));
    out.cell(fmt::format("{}.{}", it.risk_tenths / 10, it.risk_tenths % 10))
        .cell(to_string(band_for_tenths(it.risk_tenths)));
    out.cell(to_string(it.kind)).cell(it.title).cell(it.path).number(it.line).cell(it.subject).cell(it.package);
    out.cell(joined(it.advisories)).cell(it.rule).cell(joined(it.engines)).cell(it.team).cell(it.service);
    out.cell(it.first_detected)
        .cell(it.due)
        .cell(it.sla)
        .cell(it.closed)
        .number(it.reopened)
        .cell(it.waiver)
        .cell(it.fix);
    GP_CHECK(out.end_row());
  }
  return out.finish();
}

}  // namespace gatepost::report
