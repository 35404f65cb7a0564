#include "app/forge.hpp"
#include "cli/options.hpp"

namespace gatepost::cli {

void declare_check(CLI::App& app, Action& action) {
  auto chosen = options<CheckOptions>();
  declare_evidence(app, chosen->evidence);
  declare_outputs(app, *chosen);
  app.add_option("--result", chosen->result,
                 "Write what was found as data for a second, trusted stage that publishes it: for changes whose CI job "
                 "may not write, as those of forks")
      ->type_name("FILE");
  app.add_flag("--publish", chosen->publish,
               "Tell the forge whose CI this is: comment, notes on lines, and what the settings ask for");
  app.add_flag("--record", chosen->record,
               "Leave the verdict in the ledger, for whoever asks later whether the gate was there. The job has to be "
               "allowed to write the ledger; runs for changes from forks record nothing");
  declare_inputs(app, chosen->evidence.request.flags, {"config", "reports", "base-reports", "result"});
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) -> Result<ExitCode> {
      GP_TRY(const app::CheckRequest request, chosen->resolved(globals));
      GP_TRY(const Verdict verdict, app::check(app::for_forge(ports, chosen->evidence.forge), request));
      return app::exit_code(verdict.outcome);
    };
  });
}

}  // namespace gatepost::cli
