#include "app/serve.hpp"

#include <pthread.h>
#include <signal.h>

#include "cli/options.hpp"
#include "cli/version.hpp"

namespace gatepost::cli {
namespace {

// Before there are threads: all of them leave these signals to who waits for them.
std::function<void()> stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return [signals] {
    int signal = 0;
    sigwait(&signals, &signal);
  };
}

void declare_queue(CLI::App& app, std::string& queue) {
  app.add_option("--queue", queue,
                 "Where deliveries and jobs are kept: sqlite:FILE, postgresql://…, or postgresql, whose address is in "
                 "GATEPOST_QUEUE_URL. Default: sqlite:gatepost-queue.db")
      ->type_name("PLACE");
}

template <class Seconds>
void declare_seconds(CLI::App& app, const char* name, Seconds& value, const char* help, int least, int most) {
  app.add_option_function<int>(
         name, [&value](const int& given) { value = Seconds(given); }, help)
      ->check(number_from(least, most))
      ->type_name("SECONDS");
}

void declare_work(CLI::App& app, app::ServeRequest& request) {
  app.add_option("--workers", request.workers, "Jobs at once. Default: 2")->check(number_from(1, 64))->type_name("N");
  app.add_option("--attempts", request.attempts, "Runs of a job, before it is dead. Default: 5")
      ->check(number_from(1, 20))
      ->type_name("N");
  declare_seconds(app, "--lease", request.lease, "How long a job is kept for a bot that says nothing more. Default: 30",
                  5, 3600);
  declare_seconds(app, "--job-limit", request.job_limit, "How long a run of a job may take. Default: 600", 1, 86'400);
  declare_seconds(app, "--drain", request.drain,
                  "How long jobs may go on after SIGTERM, before they are given back. Default: 25", 0, 3600);
}

void declare_listening(CLI::App& app, app::ServeRequest& request) {
  app.add_option("--listen", request.listen, "Default: 127.0.0.1:8080. Put something that speaks TLS before it")
      ->type_name("ADDRESS:PORT");
  app.add_option("--connections", request.connections, "Requests at once. Default: 64")
      ->check(number_from(1, 1024))
      ->type_name("N");
  app.add_option("--body-limit", request.body_megabytes, "Largest delivery in MiB. Default: 25")
      ->check(number_from(1, 25))
      ->type_name("MIB");
  app.add_option_function<int>(
         "--keep-deliveries", [&request](const int& days) { request.keep_deliveries = std::chrono::days(days); },
         "Days for which a delivery is known when it comes again. Default: 30")
      ->check(number_from(1, 3650))
      ->type_name("DAYS");
}

template <class Call>
void declare_dead_command(CLI::App& app, Action& action, const char* name, const char* summary, const char* example,
                          bool takes_id, Call call) {
  auto chosen = options<app::DeadRequest>();
  chosen->queue = app::ServeRequest{}.queue;
  CLI::App* const command = add_nested(app, name, summary, example);
  declare_queue(*command, chosen->queue);
  if (takes_id)
    command->add_option("id", chosen->id, "The first column of the list. Default: all of them")->type_name("ID");
  command->callback([&action, chosen, call] {
    action = [chosen, call](const Ports& ports, const Globals&) { return call(ports, *chosen); };
  });
}

void declare_dead(CLI::App& app, Action& action) {
  CLI::App* const dead = add_nested(app, "dead", "Lists jobs that were given up, runs them again, forgets them.",
                                    "gatepost serve dead list");
  dead->require_subcommand(1);
  declare_dead_command(*dead, action, "list", "Lists the jobs that were given up: id, when, kind, what, attempts, why.",
                       "gatepost serve dead list --queue sqlite:/var/lib/gatepost/queue.db", false, app::serve_dead);
  declare_dead_command(*dead, action, "retry", "Lets them run again, as if they were new.",
                       "gatepost serve dead retry 17", true, app::serve_retry);
  declare_dead_command(*dead, action, "drop", "Forgets them.", "gatepost serve dead drop 17", true, app::serve_drop);
}

}  // namespace

void declare_serve(CLI::App& app, Action& action) {
  auto chosen = options<app::ServeRequest>();
  declare_listening(app, *chosen);
  declare_queue(app, chosen->queue);
  declare_store(app, chosen->store);
  app.add_option("--account", chosen->accounts,
                 "A name by which a forge or tracker knows the bot: what it says there asks for nothing. Repeatable")
      ->type_name("NAME");
  app.add_option("--tickets-of", chosen->tickets_of,
                 "Whose tickets are synced when one is changed in Jira or Linear: github:OWNER/NAME or "
                 "gitlab:GROUP/PROJECT. Repeatable")
      ->type_name("REPOSITORY");
  declare_work(app, *chosen);
  declare_dead(app, action);
  app.callback([&action, &app, chosen] {
    if (!app.get_subcommands().empty()) return;
    action = [chosen](const Ports& ports, const Globals&) {
      app::ServeRequest request = *chosen;
      request.version = kVersion;
      request.wait_for_stop = stop_signals();
      return app::serve(ports, request);
    };
  });
}

}  // namespace gatepost::cli
