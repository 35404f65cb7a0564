#include "app/correlate_command.hpp"
#include "cli/options.hpp"

namespace gatepost::cli {

void declare_correlate(CLI::App& app, Action& action) {
  auto chosen = options<app::CorrelateRequest>();
  app.add_option("file", chosen->file, "Observations as JSON or JSON lines; - for standard input")
      ->required()
      ->type_name("FILE");
  app.add_flag("--json", chosen->json, "As JSON");
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals&) { return app::correlate_observations(ports, *chosen); };
  });
}

}  // namespace gatepost::cli
