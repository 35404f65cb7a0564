#include "app/report_material.hpp"

#include <utility>

#include "app/ci.hpp"
#include "app/gather.hpp"
#include "app/ledger_store.hpp"

namespace gatepost::app {

Result<ReportMaterial> gather_report_material(const Ports& ports, const LedgerPlace& place) {
  GP_TRY(git::Library library, git::Library::start());
  const CiFacts ci = detect_ci(ports);
  const Timestamp now = place.now ? *place.now : ports.clock();
  GP_TRY(git::Repository repository, open_repository(ports, place.repository, ci));
  std::vector<Note> notes;
  GP_TRY(const FoundChange whole, find_change(repository, {}, "", "", notes));
  GatherRequest gathered;
  gathered.config = place.config;
  GP_TRY(config::Settings settings, read_settings(ports, repository, whole, gathered, Inputs(ports, {})));
  GP_TRY(auto store, open_chosen_ledger(ports, settings, repository, place.store));
  GP_TRY(LedgerView ledger, read_ledger(*store, now));
  GP_TRY(const auto known_people, store->document(ledger::People::kDocument));
  GP_TRY(ledger::People people, ledger::People::parse(known_people.value_or("")));
  std::string project = ci.repository.empty() ? settings.repository : ci.repository;
  return ReportMaterial{std::move(library),  std::move(repository), whole.rules,
                        std::move(settings), std::move(store),      std::move(ledger),
                        std::move(people),   std::move(project),    now};
}

Status require_events(const ReportMaterial& material) {
  if (!material.ledger.lines.empty()) return Done{};
  return error(ErrorKind::bad_input, material.store->name() + " has no events yet",
               "run gatepost nightly on the default branch first");
}

}  // namespace gatepost::app
