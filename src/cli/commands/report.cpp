#include "app/report_command.hpp"
#include "cli/options.hpp"
#include "cli/version.hpp"

namespace gatepost::cli {

void declare_report(CLI::App& app, Action& action) {
  auto chosen = options<app::ReportRequest>();
  declare_store(app, chosen->store);
  app.add_option("--format", chosen->format, "Write as html, json, markdown or csv. Default: html")
      ->check(one_of({"html", "json", "markdown", "csv"}))
      ->type_name("html|json|markdown|csv");
  app.add_option("--output", chosen->output, "File to write; - is standard output. Default: -")->type_name("FILE");
  app.add_option("--days", chosen->days, "How long the period is that the report tells of. Default: 90")
      ->check(CLI::Range(1, 3650).description(""))
      ->type_name("N");
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) {
      app::ReportRequest request = *chosen;
      request.repository = globals.repository;
      request.config = globals.config;
      request.now = globals.point_in_time;
      request.version = kVersion;
      return app::report_posture(ports, request);
    };
  });
}

}  // namespace gatepost::cli
