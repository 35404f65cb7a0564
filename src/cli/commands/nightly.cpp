#include "app/nightly.hpp"

#include "app/forge.hpp"
#include "cli/options.hpp"
#include "cli/version.hpp"

namespace gatepost::cli {

void declare_nightly(CLI::App& app, Action& action) {
  struct Options {
    EvidenceOptions evidence;
    app::NightlyRequest request;
  };
  auto chosen = options<Options>();
  declare_branch_evidence(app, chosen->evidence);
  declare_store(app, chosen->request.store);
  app.add_option("--output-dir", chosen->request.output_folder,
                 "Folder for posture.html, posture.json, posture.md and findings.csv")
      ->type_name("DIR");
  app.add_option("--confirm-loss", chosen->request.confirmed_losses,
                 "A scanner that misses many findings at once because they are repaired, and not because it failed. "
                 "Repeatable")
      ->type_name("ENGINE")
      ->allow_extra_args(false);
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) {
      app::NightlyRequest request = chosen->request;
      request.gather = chosen->evidence.resolved(globals);
      request.dry_run = globals.dry_run;
      request.now = globals.point_in_time;
      request.version = kVersion;
      return app::nightly(app::for_forge(ports, chosen->evidence.forge), request);
    };
  });
}

}  // namespace gatepost::cli
