#include "app/report_command.hpp"

#include "app/ledger_rules.hpp"
#include "app/posture.hpp"
#include "app/posture_files.hpp"
#include "app/report_material.hpp"

namespace gatepost::app {

Result<ExitCode> report_posture(const Ports& ports, const ReportRequest& request) {
  GP_TRY(const ReportMaterial material,
         gather_report_material(ports, {request.repository, request.config, request.store, request.now}));
  GP_CHECK(require_events(material));
  const Posture posture = posture_of(material.ledger, {.project = material.project,
                                                       .version = request.version,
                                                       .now = material.now,
                                                       .days = request.days,
                                                       .rules = ledger_rules(material.settings.service_levels),
                                                       .settings = &material.settings,
                                                       .people = &material.people});
  GP_CHECK(write_posture(ports, posture, request.format, request.output));
  return ExitCode::done;
}

}  // namespace gatepost::app
