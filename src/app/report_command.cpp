#include "app/report_command.hpp"

#include "app/ci.hpp"
#include "app/gather.hpp"
#include "app/ledger_access.hpp"
#include "app/ledger_rules.hpp"
#include "app/ledger_store.hpp"
#include "app/posture.hpp"
#include "app/posture_files.hpp"
#include "git/library.hpp"

namespace gatepost::app {

Result<ExitCode> report_posture(const Ports& ports, const ReportRequest& request) {
  GP_TRY(const git::Library library, git::Library::start());
  const CiFacts ci = detect_ci(ports);
  const Timestamp now = request.now ? *request.now : ports.clock();
  GP_TRY(const git::Repository repository, open_repository(ports, request.repository, ci));
  std::vector<Note> notes;
  GP_TRY(const FoundChange whole, find_change(repository, {}, "", "", notes));
  GatherRequest gathered;
  gathered.config = request.config;
  GP_TRY(const config::Settings settings, read_settings(ports, repository, whole, gathered, Inputs(ports, {})));
  GP_TRY(const auto store, open_chosen_ledger(ports, settings, repository, request.store));
  GP_TRY(const LedgerView ledger, read_ledger(*store, now));
  if (ledger.lines.empty()) {
    return error(ErrorKind::bad_input, store->name() + " has no events yet",
                 "run gatepost nightly on the default branch first");
  }
  GP_TRY(const auto known_people, store->document(ledger::People::kDocument));
  GP_TRY(const ledger::People people, ledger::People::parse(known_people.value_or("")));
  const Posture posture = posture_of(ledger, {.project = ci.repository.empty() ? settings.repository : ci.repository,
                                              .version = request.version,
                                              .now = now,
                                              .days = request.days,
                                              .rules = ledger_rules(settings.service_levels),
                                              .waivers = settings.waivers,
                                              .people = &people});
  GP_CHECK(write_posture(ports, posture, request.format, request.output));
  return ExitCode::done;
}

}  // namespace gatepost::app
