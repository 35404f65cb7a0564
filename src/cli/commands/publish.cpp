#include "app/forge.hpp"
#include "app/publish_command.hpp"
#include "cli/options.hpp"

namespace gatepost::cli {

void declare_publish(CLI::App& app, Action& action) {
  struct Options {
    CheckOptions check;
    std::string result, forge;
  };
  auto chosen = options<Options>();
  app.add_option("result", chosen->result, "What check --result wrote in the untrusted run")
      ->required()
      ->type_name("RESULT");
  declare_forge(app, chosen->forge);
  app.add_flag("--record", chosen->check.record, "Leave the verdict in the ledger of the settings");
  declare_outputs(app, chosen->check);
  declare_inputs(
      app, chosen->check.evidence.request.flags,
      {"config", "reports", "base-reports", "fail-on", "advisory", "event", "result", "output-dir", "upload-sarif"});
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) -> Result<ExitCode> {
      GP_TRY(app::CheckRequest check, chosen->check.resolved(globals));
      return app::publish(app::for_forge(ports, chosen->forge), {.result = chosen->result,
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
