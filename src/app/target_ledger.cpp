#include "app/target_ledger.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "app/change_files.hpp"
#include "app/ci.hpp"
#include "app/ledger_store.hpp"
#include "base/log.hpp"
#include "git/side_ref.hpp"
#include "ledger/people.hpp"
#include "store/git_store.hpp"

namespace gatepost::app {
namespace {

enum class Wanted { no, perhaps, yes };

// Whoever states a ledger wants to hear when it cannot be read. Otherwise it is a place to look that costs nothing: the
// own clone, or the forge that is told about the change anyway.
Wanted wanted(const Ports& ports, const config::Ledger& ledger, const TargetLedgerRequest& request) {
  if (ledger.store == config::Ledger::Store::none && request.store.empty()) return Wanted::no;
  if (ledger.stated || !request.store.empty()) return Wanted::yes;
  if (detect_ci(ports).system != CiFacts::System::none) return request.asks_forge ? Wanted::perhaps : Wanted::no;
  const auto tip = git::ref_target(request.repository, std::string(store::kLedgerRef));
  return tip.ok() && *tip ? Wanted::yes : Wanted::no;
}

std::string unread_because(std::string_view why) {
  return fmt::format("the ledger {}, so it is not known what was frozen there; --store none judges without it", why);
}

// The file or folder that the ledger lies in, "" when it has none.
std::string place_of(const config::Ledger& ledger, const std::string& root) {
  const bool is_folder = ledger.remote.find('/') != std::string::npos && https_address(ledger.remote).empty();
  const bool is_file = ledger.store == config::Ledger::Store::sqlite;
  const std::string place = is_file ? ledger.path : is_folder ? ledger.remote : "";
  return place.empty() || place.starts_with('/') ? place : root + "/" + place;
}

// Who proposes a change must not bring along what it is compared with, nor the approvals: the file, what lies beside it
// or in the folder, or a link that leads there.
bool comes_with(const ChangeSet& change, const config::Ledger& ledger, const git::Repository& repository) {
  if (repository.is_bare()) return false;
  const std::string root = repository.work_tree(), place = place_of(ledger, root);
  if (place.empty()) return false;
  const auto is_below = [&](const FileChange& file) {
    return !file.new_path.empty() && (root + "/" + file.new_path).starts_with(place);
  };
  return is_of_change(change, root, place) || std::ranges::any_of(change.files, is_below);
}

Result<std::optional<TargetLedger>> read(const Ports& ports, const config::Settings& settings,
                                         const TargetLedgerRequest& request) {
  GP_TRY(const auto store, open_ledger(ports, settings, request.repository, LedgerUse::gate));
  if (!store) return std::optional<TargetLedger>();
  TargetLedger ledger{.place = settings.ledger, .view = {}, .decisions = {}};
  GP_TRY(ledger.view, read_ledger(*store, request.now));
  GP_TRY(const auto document, store->document(ledger::People::kDocument));
  GP_TRY(const ledger::People people, ledger::People::parse(document.value_or("")));
  GP_TRY(ledger.decisions, decisions_of(ledger.view.lines, people));
  return std::optional(std::move(ledger));
}

}  // namespace

Result<TargetLedgerAnswer> read_target_ledger(const Ports& ports, const config::Settings& settings,
                                              const TargetLedgerRequest& request, std::vector<Note>& notes) {
  TargetLedgerAnswer answer;
  const Wanted wants = wanted(ports, settings.ledger, request);
  if (wants == Wanted::no) return answer;
  const bool stated = settings.ledger.stated || !request.store.empty();
  const auto warn = [&](std::string text) { notes.push_back({Note::Level::warning, "ledger", std::move(text), {}}); };
  config::Settings chosen = settings;
  GP_CHECK(choose_ledger(ports, request.store, chosen.ledger));
  if (comes_with(request.change, chosen.ledger, request.repository)) {
    warn("the ledger is part of the change itself: it is not believed; keep it where a change cannot reach it");
    if (stated) answer.unread = unread_because("is part of the change itself");
    return answer;
  }
  auto found = read(ports, chosen, request);
  if (found) {
    answer.ledger = *std::move(found);
    return answer;
  }
  const Error& why = found.error();
  const bool damaged = why.kind == ErrorKind::bad_input;
  if (wants == Wanted::perhaps && !damaged) {
    log::debug("no ledger: " + why.message);
    return answer;
  }
  if (stated) answer.unread = unread_because(damaged ? "is damaged" : "cannot be read");
  warn(
      fmt::format("the ledger {}, so what is new is told from the lines of the change, and nothing counts that was "
                  "approved or frozen by a command: {}",
                  damaged ? "is damaged" : "cannot be read", why.message));
  return answer;
}

void honour(const TargetLedgerAnswer& answer, config::Settings& settings) {
  if (answer.ledger) honour(answer.ledger->decisions, settings);
  settings.unread_ledger = answer.unread;
}

}  // namespace gatepost::app
