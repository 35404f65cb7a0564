#include "app/explain.hpp"
#include "app/forge.hpp"
#include "cli/options.hpp"

namespace gatepost::cli {

void declare_explain(CLI::App& app, Action& action) {
  struct Options {
    CheckOptions check;
    std::string finding;
  };
  auto chosen = options<Options>();
  app.add_option("finding", chosen->finding, "Id of a finding, in short (GP-ABCDEFGH) or full form")
      ->required()
      ->type_name("FINDING");
  declare_evidence(app, chosen->check.evidence);
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) -> Result<ExitCode> {
      GP_TRY(const app::CheckRequest request, chosen->check.resolved(globals));
      return app::explain(app::for_forge(ports, chosen->check.evidence.forge), request, chosen->finding);
    };
  });
}

}  // namespace gatepost::cli
