#include "app/config_command.hpp"
#include "cli/options.hpp"

namespace gatepost::cli {

void declare_config(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  const auto with = [](const app::ConfigRequest& chosen, const Globals& globals) {
    app::ConfigRequest request = chosen;
    request.repository = globals.repository;
    request.config = globals.config;
    request.dry_run |= globals.dry_run;
    request.now = globals.point_in_time;
    return request;
  };
  CLI::App* const check =
      add_nested(app, "check", "Checks .gatepost.yml, the policy, the waivers and the services of the work tree.",
                 "gatepost config check");
  check->callback([&action, with] {
    action = [with](const Ports& ports, const Globals& globals) { return app::config_check(ports, with({}, globals)); };
  });
  auto initial = options<app::ConfigRequest>();
  CLI::App* const init = add_nested(app, "init", "Writes a starter .gatepost.yml that names the reports found here.",
                                    "gatepost config init --dry-run");
  init->add_flag("--force", initial->force, "Overwrite an existing file");
  init->callback([&action, with, initial] {
    action = [with, initial](const Ports& ports, const Globals& globals) {
      return app::config_init(ports, with(*initial, globals));
    };
  });
  auto printed = options<app::ConfigRequest>();
  CLI::App* const schema = add_nested(app, "schema", "Prints the JSON Schema of a configuration file.",
                                      "gatepost config schema policy >policy.schema.json");
  schema
      ->add_option("name", printed->schema, "gatepost, policy, waivers, services, teams or mapping. Default: gatepost")
      ->check(one_of({"gatepost", "policy", "waivers", "services", "teams", "mapping"}))
      ->type_name("NAME");
  schema->callback([&action, with, printed] {
    action = [with, printed](const Ports& ports, const Globals& globals) {
      return app::config_schema(ports, with(*printed, globals));
    };
  });
}

}  // namespace gatepost::cli
