#include "app/forge.hpp"
#include "app/publish_command.hpp"
#include "cli/options.hpp"

namespace gatepost::cli {

void declare_publish(CLI::App& app, Action& action) {
  struct Options {
    CheckOptions check;
    std::string result, forge, store;
    std::optional<std::uint64_t> change;
    bool if_kept = false;
  };
  auto chosen = options<Options>();
  app.add_option("result", chosen->result,
                 "What check --result wrote in the untrusted run. Default: what the newest run of the gate left at the "
                 "forge for the commit that the change is at")
      ->type_name("RESULT");
  declare_change(app, chosen->change, "Publish on this one, whatever the run is about");
  app.add_flag("--if-kept", chosen->if_kept, "End with 0 when the forge keeps no result of that commit yet");
  declare_forge(app, chosen->forge);
  declare_store(app, chosen->store);
  app.add_flag("--record", chosen->check.record, "Leave the verdict in the ledger of the settings");
  declare_outputs(app, chosen->check);
  declare_inputs(
      app, chosen->check.evidence.request.flags,
      {"config", "reports", "base-reports", "fail-on", "advisory", "event", "result", "output-dir", "upload-sarif"});
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) -> Result<ExitCode> {
      GP_TRY(app::CheckRequest check, chosen->check.resolved(globals));
      return app::publish(app::for_forge(ports, chosen->forge), {.result = chosen->result,
                                                                 .change = chosen->change,
                                                                 .store = chosen->store,
                                                                 .if_kept = chosen->if_kept,
                                                                 .outputs = std::move(check.outputs),
                                                                 .colour = check.colour,
                                                                 .dry_run = check.dry_run,
                                                                 .record = check.record,
                                                                 .now = check.now,
                                                                 .flags = std::move(check.gather.flags),
                                                                 .version = std::move(check.version)});
    };
  });
}

}  // namespace gatepost::cli
