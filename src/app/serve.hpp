// `gatepost serve`: the bot. Webhooks become jobs of a durable queue before they are answered; each job is a run of
// this program of its own. No code of a change is checked out or run.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct ServeRequest {
  std::string listen = "127.0.0.1:8080";           // address and port; port 0 is any
  std::string queue = "sqlite:gatepost-queue.db";  // sqlite:FILE, postgresql://…, or postgresql: see open_queue
  std::string store;                               // the ledger, as app::open_chosen_ledger takes it; "": the settings'
  std::vector<std::string> accounts;               // by which forges and trackers know us
  std::vector<std::string> tickets_of;             // "github:acme/shop": what a ticket of Jira or Linear is synced for
  unsigned workers = 2;                            // jobs at once
  unsigned connections = 64;                       // requests at once
  std::size_t body_megabytes = 25;                 // of one delivery
  int attempts = 5;                                // of one job, before it is dead
  std::chrono::seconds lease{30}, job_limit{600}, drain{25};
  std::chrono::days keep_deliveries{30};  // how long a delivery is known when it comes again
  std::string version;
  std::function<void()> wait_for_stop;  // comes back when the bot is to end
};

// Exit code 0 when it was told to end. A queue that cannot be opened, an address that cannot be listened on and
// settings without any secret are errors at once.
Result<ExitCode> serve(const Ports& ports, const ServeRequest& request);

struct DeadRequest {
  std::string queue;
  std::string id;  // "": all
};
// The jobs that were given up, as a table.
Result<ExitCode> serve_dead(const Ports& ports, const DeadRequest& request);
// They run again; they are forgotten. Exit code 2 when there is none of that id.
Result<ExitCode> serve_retry(const Ports& ports, const DeadRequest& request);
Result<ExitCode> serve_drop(const Ports& ports, const DeadRequest& request);

}  // namespace gatepost::app
