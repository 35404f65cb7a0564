#include "app/risk_command.hpp"
#include "cli/options.hpp"

namespace gatepost::cli {

void declare_risk(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  auto chosen = options<app::SimulateRequest>();
  CLI::App* const simulate =
      add_nested(app, "simulate", "Tells the risk of findings described in JSON, and what other numbers would change.",
                 "gatepost risk simulate findings.json\ngatepost risk simulate findings.json --tables other.yaml");
  simulate->add_option("file", chosen->file, "A list of {\"id\", \"input\"}; - for standard input")
      ->required()
      ->type_name("FILE");
  simulate->add_option("--tables", chosen->tables, "Numbers to use instead: YAML that names what differs")
      ->type_name("FILE");
  simulate->add_flag("--json", chosen->json, "As JSON");
  simulate->add_flag("--pull-request", chosen->pull_request,
                     "The file describes a change by the scores of its findings");
  simulate->callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals&) { return app::simulate_risk(ports, *chosen); };
  });
  CLI::App* const tables =
      add_nested(app, "tables", "Prints the numbers in force and where each comes from.", "gatepost risk tables");
  tables->callback(
      [&action] { action = [](const Ports& ports, const Globals&) { return app::print_risk_tables(ports); }; });
}

}  // namespace gatepost::cli
