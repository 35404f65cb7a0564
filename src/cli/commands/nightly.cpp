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
  app.add_option(
         "--output-dir", chosen->request.output_folder,
         "Folder for the report in every form: posture.html, posture.json, posture.md, findings.csv, findings.sarif, "
         "vex.cdx.json and openvex.json")
      ->type_name("DIR");
  app::InventoryRequest& inventories = chosen->request.inventories;
  app.add_option("--sbom", inventories.sboms,
                 "Bill of materials whose components are kept, beside those among the reports: CycloneDX, SPDX, Syft's "
                 "JSON. Repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("--service", inventories.service,
                 "Whose components --sbom has. Default: what the bill of materials says it is about")
      ->type_name("NAME");
  app.add_option("--advisories", inventories.advisories,
                 "Advisories of OSV to match all kept components with: a record, a list or lines of them, a folder, an "
                 "archive, an address of one of these. Repeatable. Default: feeds.osv of .gatepost.yml")
      ->type_name("PLACE")
      ->allow_extra_args(false);
  app.add_option("--since", inventories.since,
                 "Only advisories modified then or later: what is found is new, and nothing is closed. Default: all")
      ->type_name("TIME");
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
