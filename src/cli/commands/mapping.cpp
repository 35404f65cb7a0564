#include "app/mapping_command.hpp"
#include "cli/options.hpp"

namespace gatepost::cli {

void declare_mapping(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  auto tested = options<std::vector<std::string>>();
  CLI::App* const test = add_nested(app, "test", "Compiles mappings of reports, and runs the tests in them.",
                                    "gatepost mapping test .gatepost/mappings\ngatepost mapping test acme-lint.yaml");
  test->add_option("files", *tested, "Mappings, or folders of them")->required()->type_name("PATH");
  test->callback([&action, tested] {
    action = [tested](const Ports& ports, const Globals&) { return app::mapping_test(ports, *tested); };
  });

  struct New {
    std::string report, id;
  };
  auto chosen = options<New>();
  CLI::App* const sketch =
      add_nested(app, "new", "Prints a first mapping for a report of a tool that is not known yet.",
                 "gatepost mapping new report.json --id acme-lint >acme-lint.yaml");
  sketch->add_option("report", chosen->report, "A report of the tool, with findings")->required()->type_name("REPORT");
  sketch->add_option("--id", chosen->id, "Id of the mapping. Default: the report's name")->type_name("ID");
  sketch->callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals&) {
      return app::mapping_new(ports, chosen->report, chosen->id);
    };
  });
}

}  // namespace gatepost::cli
