#include "app/comment_command.hpp"
#include "app/forge.hpp"
#include "cli/options.hpp"
#include "cli/version.hpp"

namespace gatepost::cli {

void declare_command(CLI::App& app, Action& action) {
  struct Options {
    app::CommandRequest request;
    std::string forge;
  };
  auto chosen = options<Options>();
  app.add_option("--event", chosen->request.event,
                 "The forge's event about the comment. Without it the event file of GitHub Actions; on GitLab every "
                 "comment of the merge request")
      ->type_name("FILE");
  app.add_option("--text", chosen->request.text, "Only tell what this comment would be read as, and do nothing")
      ->type_name("TEXT");
  app.add_option(
         "--result", chosen->request.result,
         "What check --result wrote for the commit that the change is at, to judge it again. Without it the next "
         "run of the gate counts what was decided")
      ->type_name("FILE");
  declare_store(app, chosen->request.store);
  declare_forge(app, chosen->forge);
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) {
      app::CommandRequest request = chosen->request;
      request.repository = globals.repository;
      request.dry_run = globals.dry_run;
      request.now = globals.point_in_time;
      request.version = kVersion;
      return app::command(app::for_forge(ports, chosen->forge), request);
    };
  });
}

}  // namespace gatepost::cli
