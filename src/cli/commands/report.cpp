#include "app/compliance_report.hpp"
#include "app/report_command.hpp"
#include "cli/options.hpp"
#include "cli/version.hpp"

namespace gatepost::cli {

void declare_report(CLI::App& app, Action& action) {
  auto chosen = options<app::ComplianceRequest>();
  app::ReportRequest& report = chosen->report;
  declare_store(app, report.store);
  app.add_option("--format", report.format,
                 "Write as html, json, markdown or csv; of the posture also as sarif, cyclonedx-vex or openvex (vex is "
                 "openvex). "
                 "Default: html")
      ->check(one_of({"html", "json", "markdown", "csv", "sarif", "cyclonedx-vex", "openvex", "vex"}))
      ->type_name("html|json|markdown|csv|sarif|cyclonedx-vex|openvex|vex");
  app.add_option("--output", report.output, "File to write; - is standard output. Default: -")->type_name("FILE");
  app.add_option("--days", report.days, "How long the period is that the report tells of. Default: 90")
      ->check(number_from(1, 3650))
      ->type_name("N");
  CLI::Option* const compliance = app.add_option("--compliance", chosen->framework,
                                                 "Evidence for auditors, by the controls of a framework, for example "
                                                 "pci-dss, soc2, ssdf; all: of every one");
  compliance->type_name("FRAMEWORK");
  app.add_option("--from", chosen->from, "First day of the period, UTC. Default: --days before its end")
      ->needs(compliance)
      ->type_name("DATE");
  app.add_option("--to", chosen->to, "Last day of the period, UTC. Default: now")->needs(compliance)->type_name("DATE");
  app.add_option("--samples", chosen->samples, "Findings of each control that are shown with their course. Default: 5")
      ->needs(compliance)
      ->check(number_from(0, 1000))
      ->type_name("N");
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) {
      app::ComplianceRequest request = *chosen;
      request.report.repository = globals.repository;
      request.report.config = globals.config;
      request.report.now = globals.point_in_time;
      request.report.version = kVersion;
      return request.framework.empty() ? app::report_posture(ports, request.report)
                                       : app::report_compliance(ports, request);
    };
  });
}

}  // namespace gatepost::cli
