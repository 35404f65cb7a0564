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
  CLI::Option* const event = app.add_option("--event", chosen->request.event,
                                            "The forge's event about the comment. Without it the event file of GitHub "
                                            "Actions; on GitLab every comment of the merge request")
                                 ->type_name("FILE");
  CLI::Option* const change = declare_change(app, chosen->request.change, "Look through the comments of this one");
  CLI::Option* const open = app.add_flag("--open-changes", chosen->request.open_changes,
                                         "Look through the comments of every open change request");
  CLI::Option* const text =
      app.add_option("--text", chosen->request.text, "A comment. Without --actor only tell what it would be read as")
          ->type_name("TEXT");
  app.add_option("--actor", chosen->request.actor,
                 "Carry --text out as if this person had written it to the change; what the person may do is asked")
      ->needs(text)
      ->type_name("LOGIN");
  CLI::Option* const result =
      app.add_option("--result", chosen->request.result,
                     "What check --result wrote for the commit that the change is at, to judge it again. Default: what "
                     "the newest run of the gate left at the forge")
          ->type_name("FILE");
  change->excludes(open);
  for (CLI::Option* const other : {event, text, result}) open->excludes(other);
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
