// The ledger of a repository, read and written to.
#pragma once

#include <functional>
#include <vector>

#include "base/result.hpp"
#include "ledger/event.hpp"
#include "ledger/state.hpp"
#include "store/store.hpp"

namespace gatepost::app {

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
// The same for who wants to see its lines as well, and can fail.
using ThinkOfLines = std::function<Result<std::vector<ledger::Draft>>(const LedgerView& ledger)>;
Result<Appended> append_to_ledger(store::Store& store, Timestamp now, const ThinkOfLines& think,
                                  const std::function<store::Documents()>& documents);

}  // namespace gatepost::app
