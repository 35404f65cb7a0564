#include "app/diff.hpp"
#include "app/forge.hpp"
#include "cli/options.hpp"

namespace gatepost::cli {

void declare_diff(CLI::App& app, Action& action) {
  struct Options {
    app::DiffRequest request;
    std::string forge;
  };
  auto chosen = options<Options>();
  app.add_option("--base", chosen->request.base, "What the change is compared with. Default: from the CI")
      ->type_name("REV");
  app.add_option("--head", chosen->request.head, "The change. Default: from the CI, else HEAD")->type_name("REV");
  declare_forge(app, chosen->forge);
  app.add_flag("--json", chosen->request.json, "As JSON");
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) {
      app::DiffRequest request = chosen->request;
      request.repository = globals.repository;
      request.colour = globals.has_colour;
      return app::diff(app::for_forge(ports, chosen->forge), request);
    };
  });
}

}  // namespace gatepost::cli
