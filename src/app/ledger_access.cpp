#include "app/ledger_access.hpp"

#include <fmt/core.h>

#include "ledger/chain.hpp"

namespace gatepost::app {
namespace {

constexpr int kAttempts = 8;

}  // namespace

Result<LedgerView> read_ledger(store::Store& store, Timestamp now) {
  LedgerView view;
  GP_TRY(view.lines, store.read(0));
  const auto verified = ledger::verify(view.lines, now);
  if (!verified) {
    return error(ErrorKind::bad_input, fmt::format("{}: {}", store.name(), verified.error().message),
                 "gatepost ledger verify tells more; restore the ledger from a copy that verifies");
  }
  GP_TRY(view.state, ledger::fold(view.lines));
  return view;
}

Result<Appended> append_to_ledger(store::Store& store, Timestamp now, const Think& think,
                                  const std::function<store::Documents()>& documents) {
  const ThinkOfLines of_state = [&](const LedgerView& ledger) -> Result<std::vector<ledger::Draft>> {
    return think(ledger.state);
  };
  return append_to_ledger(store, now, of_state, documents);
}

Result<Appended> append_to_ledger(store::Store& store, Timestamp now, const ThinkOfLines& think,
                                  const std::function<store::Documents()>& documents) {
  Appended result;
  for (int attempt = 1;; ++attempt) {
    GP_TRY(result.ledger, read_ledger(store, now));
    ledger::State& state = result.ledger.state;
    GP_TRY(const std::vector<ledger::Draft> drafts, think(result.ledger));
    if (drafts.empty()) return result;
    GP_TRY(const std::vector<ledger::Line> lines, ledger::seal(drafts, state.head, state.last, now));
    const Status appended = store.append(state.head, lines, documents());
    if (appended) {
      GP_CHECK(ledger::fold_into(state, lines));
      for (const ledger::Line& line : lines) {
        GP_TRY(ledger::Event event, ledger::parse(line.text));
        result.events.push_back(std::move(event));
      }
      result.ledger.lines.insert(result.ledger.lines.end(), lines.begin(), lines.end());
      return result;
    }
    if (appended.error().kind != ErrorKind::conflict || attempt == kAttempts) return appended.error();
  }
}

}  // namespace gatepost::app
