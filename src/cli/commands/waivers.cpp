#include "app/waivers_command.hpp"
#include "cli/options.hpp"

namespace gatepost::cli {

void declare_waivers(CLI::App& app, Action& action) {
  auto chosen = options<app::WaiversRequest>();
  declare_store(app, chosen->place.store);
  app.add_option("--format", chosen->format, "Write as terminal, json or markdown. Default: terminal")
      ->check(one_of({"terminal", "json", "markdown"}))
      ->type_name("terminal|json|markdown");
  app.add_option("--output", chosen->output, "File to write; - is standard output. Default: -")->type_name("FILE");
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) {
      app::WaiversRequest request = *chosen;
      request.place.repository = globals.repository;
      request.place.config = globals.config;
      request.place.now = globals.point_in_time;
      return app::list_waivers(ports, request);
    };
  });
}

}  // namespace gatepost::cli
