// The ledger of a repository, opened, read and written to.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/ports.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "git/repository.hpp"
#include "ledger/event.hpp"
#include "ledger/state.hpp"
#include "store/store.hpp"

namespace gatepost::app {

// The one that the settings name, or the SQLite file `file` unless that is "". Never without a store: settings that
// want none are an error.
Result<std::unique_ptr<store::Store>> open_ledger_or_file(const Ports& ports, const config::Settings& settings,
                                                          const git::Repository& repository, const std::string& file);

struct LedgerView {
  std::vector<ledger::Line> lines;
  ledger::State state;
};
// All of it. A chain that is broken is an error: nothing may be built upon it.
Result<LedgerView> read_ledger(store::Store& store, Timestamp now);

// What `think` makes of the ledger is appended, with the documents that there are then; when somebody else was faster,
// it thinks again. Returns the ledger as it is in the end.
using Think = std::function<std::vector<ledger::Draft>(const ledger::State& state)>;
struct Appended {
  LedgerView ledger;
  std::vector<ledger::Event> events;  // that were appended
};
Result<Appended> append_to_ledger(store::Store& store, Timestamp now, const Think& think,
                                  const std::function<store::Documents()>& documents);

}  // namespace gatepost::app
