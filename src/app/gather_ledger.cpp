#include "app/gather_ledger.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <ranges>
#include <string>
#include <utility>

#include "app/target_ledger.hpp"
#include "base/text.hpp"
#include "ledger/event.hpp"

namespace gatepost::app {
namespace {

constexpr std::int64_t kOldMs = std::int64_t{14} * 24 * 60 * 60 * 1000;

Baseline baseline_of(const LedgerView& view, const config::Ledger& ledger) {
  Baseline baseline{.store = config::kStoreNames[static_cast<std::size_t>(ledger.store)],
                    .recorded = view.state.last_run_at,
                    .commit = {}};
  baseline.findings = static_cast<std::size_t>(
      std::ranges::count_if(view.state.findings, [](const ledger::Tracked& it) { return it.is_live(); }));
  for (const ledger::Line& line : std::views::reverse(view.lines)) {
    if (line.type != to_string(ledger::EventType::run)) continue;
    if (auto run = ledger::parse(line.text)) baseline.commit = std::move(run->commit);
    break;
  }
  return baseline;
}

Note note(Note::Level level, std::string text) { return {level, "ledger", std::move(text), {}}; }

void tell_age(const Baseline& baseline, Timestamp now, std::vector<Note>& notes) {
  notes.push_back(
      note(Note::Level::info, fmt::format("compared with the ledger of {}: {} known then", to_string(baseline.recorded),
                                          text::count_of(baseline.findings, "finding"))));
  const std::int64_t age = now.unix_ms - baseline.recorded.unix_ms;
  if (age <= kOldMs) return;
  notes.push_back(note(Note::Level::warning,
                       fmt::format("the newest run in the ledger is {} days old: what the branch has got since is not "
                                   "known; run gatepost nightly",
                                   age / (24 * 60 * 60 * 1000))));
}

void compare(TargetLedger ledger, Timestamp now, Evidence& evidence) {
  if (ledger.view.state.runs == 0) {
    if (ledger.place.stated) {
      evidence.notes.push_back(note(Note::Level::info,
                                    "the ledger has no run yet, so what is new is told from the lines of the change; "
                                    "gatepost nightly on the default branch records what is there"));
    }
    return;
  }
  Baseline baseline = baseline_of(ledger.view, ledger.place);
  tell_age(baseline, now, evidence.notes);
  evidence.ledger.emplace(std::move(ledger.view.state), std::move(baseline));
}

}  // namespace

Status gather_ledger(const Ports& ports, const GatherRequest& request, bool compares, Evidence& evidence) {
  const Timestamp now = request.now.value_or(ports.clock());
  GP_TRY(auto answer, read_target_ledger(ports, evidence.settings,
                                         {evidence.repository, evidence.change, request.store, request.asks_forge, now},
                                         evidence.notes));
  honour(answer, evidence.settings);
  if (compares && answer.ledger) compare(*std::move(answer.ledger), now, evidence);
  return Done{};
}

}  // namespace gatepost::app
