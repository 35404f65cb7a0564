#include "app/gather_ledger.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <ranges>
#include <string_view>
#include <utility>

#include "app/change_files.hpp"
#include "app/ledger_access.hpp"
#include "app/ledger_store.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "git/side_ref.hpp"
#include "store/git_store.hpp"

namespace gatepost::app {
namespace {

constexpr std::int64_t kOldMs = std::int64_t{14} * 24 * 60 * 60 * 1000;

enum class Wanted { no, perhaps, yes };

// Whoever states a ledger wants to hear when it cannot be read. Otherwise it is a place to look that costs nothing: the
// own clone, or the forge that is told about the change anyway.
Wanted wanted(const GatherRequest& request, const Evidence& evidence) {
  const config::Ledger& ledger = evidence.settings.ledger;
  if (ledger.store == config::Ledger::Store::none && request.store.empty()) return Wanted::no;
  if (ledger.stated || !request.store.empty()) return Wanted::yes;
  if (evidence.ci.system != CiFacts::System::none) return request.asks_forge ? Wanted::perhaps : Wanted::no;
  const auto tip = git::ref_target(evidence.repository, std::string(store::kLedgerRef));
  return tip.ok() && *tip ? Wanted::yes : Wanted::no;
}

// The file or folder that the ledger lies in, "" when it has none.
std::string place_of(const config::Ledger& ledger, const std::string& root) {
  const bool is_folder = ledger.remote.find('/') != std::string::npos && https_address(ledger.remote).empty();
  const bool is_file = ledger.store == config::Ledger::Store::sqlite;
  const std::string place = is_file ? ledger.path : is_folder ? ledger.remote : "";
  return place.empty() || place.starts_with('/') ? place : root + "/" + place;
}

// Who proposes a change must not bring along what it is compared with: the file, what lies beside it or in the folder,
// or a link that leads there.
bool comes_with(const ChangeSet& change, const config::Ledger& ledger, const git::Repository& repository) {
  if (repository.is_bare()) return false;
  const std::string root = repository.work_tree(), place = place_of(ledger, root);
  if (place.empty()) return false;
  const auto is_below = [&](const FileChange& file) {
    return !file.new_path.empty() && (root + "/" + file.new_path).starts_with(place);
  };
  return is_of_change(change, root, place) || std::ranges::any_of(change.files, is_below);
}

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

Status read(const Ports& ports, const config::Settings& settings, Timestamp now, Evidence& evidence) {
  GP_TRY(const auto store, open_ledger(ports, settings, evidence.repository, LedgerUse::gate));
  if (!store) return Done{};
  GP_TRY(LedgerView view, read_ledger(*store, now));
  if (view.state.runs == 0) {
    if (settings.ledger.stated) {
      evidence.notes.push_back(note(Note::Level::info,
                                    "the ledger has no run yet, so what is new is told from the lines of the change; "
                                    "gatepost nightly on the default branch records what is there"));
    }
    return Done{};
  }
  Baseline baseline = baseline_of(view, settings.ledger);
  tell_age(baseline, now, evidence.notes);
  evidence.ledger.emplace(std::move(view.state), std::move(baseline));
  return Done{};
}

}  // namespace

Status gather_ledger(const Ports& ports, const GatherRequest& request, Evidence& evidence) {
  const Wanted wants = wanted(request, evidence);
  if (wants == Wanted::no) return Done{};
  config::Settings settings = evidence.settings;
  GP_CHECK(choose_ledger(ports, request.store, settings.ledger));
  if (comes_with(evidence.change, settings.ledger, evidence.repository)) {
    evidence.notes.push_back(note(Note::Level::warning,
                                  "the ledger is part of the change itself: it is not believed; keep it where a change "
                                  "cannot reach it"));
    return Done{};
  }
  const Status done = read(ports, settings, request.now.value_or(ports.clock()), evidence);
  if (done) return Done{};
  const bool damaged = done.error().kind == ErrorKind::bad_input;
  if (wants == Wanted::perhaps && !damaged) {
    log::debug("no ledger: " + done.error().message);
    return Done{};
  }
  evidence.notes.push_back(
      note(Note::Level::warning, fmt::format("the ledger {}, so what is new is told from the lines of the change: {}",
                                             damaged ? "is damaged" : "cannot be read", done.error().message)));
  return Done{};
}

}  // namespace gatepost::app
