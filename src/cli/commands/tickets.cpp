#include "app/forge.hpp"
#include "app/tickets_command.hpp"
#include "cli/options.hpp"
#include "cli/version.hpp"

namespace gatepost::cli {
namespace {

void declare_tickets_command(CLI::App& app, Action& action, const char* name, const char* summary, const char* example,
                             bool only_plan) {
  struct Options {
    std::string store, forge;
    bool all_made = false;
  };
  auto chosen = options<Options>();
  CLI::App* const command = add_nested(app, name, summary, example);
  declare_store(*command, chosen->store);
  declare_forge(*command, chosen->forge);
  if (!only_plan) {
    command->add_flag("--all-made", chosen->all_made,
                      "End with 1 while another run has planned a ticket and not made it: sync again in an hour");
  }
  command->callback([&action, chosen, only_plan] {
    action = [chosen, only_plan](const Ports& ports, const Globals& globals) {
      const app::TicketsRequest request{.repository = globals.repository,
                                        .config = globals.config,
                                        .store = chosen->store,
                                        .dry_run = only_plan || globals.dry_run,
                                        .all_made = chosen->all_made,
                                        .now = globals.point_in_time,
                                        .version = std::string(kVersion)};
      return app::tickets(app::for_forge(ports, chosen->forge), request);
    };
  });
}

}  // namespace

void declare_tickets(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  declare_tickets_command(app, action, "plan", "Tells what would be written to the boards, and writes nothing.",
                          "gatepost tickets plan", true);
  declare_tickets_command(app, action, "sync", "Writes, updates and closes the tickets of the ledger's findings.",
                          "gatepost tickets sync\ngatepost tickets sync --store sqlite:posture.db --dry-run", false);
}

}  // namespace gatepost::cli
