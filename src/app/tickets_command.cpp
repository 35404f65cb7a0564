#include "app/tickets_command.hpp"

#include "app/ci.hpp"
#include "app/gather.hpp"
#include "app/ledger_store.hpp"
#include "app/ticket_sync.hpp"
#include "git/library.hpp"

namespace gatepost::app {

Result<ExitCode> tickets(const Ports& ports, const TicketsRequest& request) {
  GP_TRY(const git::Library library, git::Library::start());
  const CiFacts ci = detect_ci(ports);
  GP_TRY(const git::Repository repository, open_repository(ports, request.repository, ci));
  std::vector<Note> notes;
  GP_TRY(const FoundChange whole, find_change(repository, {}, "", "", notes));
  GatherRequest gathered;
  gathered.config = request.config;
  GP_TRY(const config::Settings settings, read_settings(ports, repository, whole, gathered, Inputs(ports, {})));
  if (!settings.tickets.wanted()) {
    return error(ErrorKind::config, "the settings name no tracker",
                 "add tickets with jira, linear or issues to .gatepost.yml; docs/tickets.md tells how");
  }
  GP_TRY(const auto store, open_chosen_ledger(ports, settings, repository, request.store));
  const TicketSync sync{.settings = settings,
                        .ci = ci,
                        .store = *store,
                        .knowledge = {},
                        .now = request.now ? *request.now : ports.clock(),
                        .version = request.version,
                        .dry_run = request.dry_run};
  GP_TRY(const TicketReport report, sync_tickets(ports, sync));
  GP_CHECK(tell_tickets(ports, report, request.dry_run));
  if (!report.problems.empty()) return ExitCode::unavailable;
  return request.all_made && report.left_to_others > 0 ? ExitCode::failed : ExitCode::done;
}

}  // namespace gatepost::app
