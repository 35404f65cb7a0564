#include "publish/ticket_planning.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/digest.hpp"
#include "publish/ticket_text.hpp"

namespace gatepost::publish {

using Standing = TicketFinding::Standing;
using State = TicketMemory::State;

TicketIndex::TicketIndex(const TicketInput& input) {
  for (const TicketFinding& it : input.findings) by_id_.emplace(it.id, &it);
  for (const TicketTeam& it : input.teams) teams_.emplace(it.id, &it);
  for (const TicketMemory& it : input.known) known_.emplace(it.key, &it);
  for (const ShownTicket& it : input.shown) {
    shown_by_id_.emplace(it.instead_of.empty() ? it.id : it.instead_of, &it);
    if (!it.key.empty()) shown_by_key_[it.key].push_back(&it);
  }
  for (auto& [key, tickets] : shown_by_key_) {
    std::ranges::sort(tickets, {},
                      [](const ShownTicket* it) { return std::tuple(it->created, it->id.size(), it->id); });
  }
}

const TicketFinding* TicketIndex::finding(const FindingId& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

const TicketTeam* TicketIndex::team(const std::string& id) const {
  const auto found = teams_.find(id);
  return found == teams_.end() ? nullptr : found->second;
}

const Board* TicketIndex::board_of(const std::string& id) const {
  const TicketTeam* const found = team(id);
  return found == nullptr || !found->board ? nullptr : &*found->board;
}

const TicketMemory* TicketIndex::memory_of(const std::string& key) const {
  const auto found = known_.find(key);
  return found == known_.end() ? nullptr : found->second;
}

std::span<const ShownTicket* const> TicketIndex::with_key(const std::string& key) const {
  const auto found = shown_by_key_.find(key);
  return found == shown_by_key_.end() ? std::span<const ShownTicket* const>() : found->second;
}

const ShownTicket* TicketIndex::shown(const TicketMemory& known) const {
  const auto same = with_key(known.key);
  const auto found = shown_by_id_.find(known.id);
  if (known.id.empty() || found == shown_by_id_.end()) return same.empty() ? nullptr : same.front();
  const bool twins = found->second->key == known.key && same.size() > 1;
  return twins ? same.front() : found->second;
}

TicketIndex::Sorted TicketIndex::findings_of(const TicketMemory& known) const {
  Sorted sorted;
  for (const FindingId& id : known.findings) {
    const TicketFinding* const it = finding(id);
    if (it == nullptr || it->ticket != known.key) continue;
    Findings& same = it->standing == Standing::open      ? sorted.open
                     : it->standing == Standing::decided ? sorted.decided
                                                         : sorted.ended;
    same.push_back(it);
  }
  std::ranges::sort(sorted.open, is_riskier);
  return sorted;
}

bool TicketIndex::is_over(const TicketMemory& known) const {
  const Sorted sorted = findings_of(known);
  return sorted.open.empty() && (known.state == State::closed || (sorted.decided.empty() && sorted.ended.empty()));
}

void TicketPlanning::add(std::string deed, std::string why, const TicketMemory& after, TicketWhat what,
                         std::vector<FindingId> subjects) {
  if (subjects.empty() && !after.findings.empty()) subjects = {after.findings.front()};
  plan.actions.push_back({std::move(deed), std::move(why), after, std::move(subjects), std::move(what)});
}

bool is_riskier(const TicketFinding* a, const TicketFinding* b) {
  return std::tuple(-int{a->risk_tenths}, a->id) < std::tuple(-int{b->risk_tenths}, b->id);
}

Band worst_band(const Findings& findings) {
  Band worst = Band::info;
  for (const TicketFinding* const it : findings) {
    const bool now = it->decision == Priority::immediate;
    worst = std::max(worst, now ? Band::critical : band_for_tenths(it->risk_tenths));
  }
  return worst;
}

std::string due_of(const Findings& findings) {
  std::int64_t first = 0;
  for (const TicketFinding* const it : findings) {
    if (it->due.unix_ms != 0 && (first == 0 || it->due.unix_ms < first)) first = it->due.unix_ms;
  }
  return first == 0 ? "" : to_string(day_of(Timestamp{first}));
}

std::vector<FindingId> ids_of(const Findings& findings) {
  std::vector<FindingId> ids;
  for (const TicketFinding* const it : findings) ids.push_back(it->id);
  std::ranges::sort(ids);
  return ids;
}

std::string mark_of(std::string_view key, std::string_view assignee) {
  return assignee.empty() ? "" : hex(Sha256().field(key).field(assignee).finish128()).substr(0, 12);
}

std::optional<TrackerKind> tracker_of(std::string_view name) {
  const auto found = std::ranges::find(kTrackerNames, name);
  if (found == kTrackerNames.end()) return std::nullopt;
  return static_cast<TrackerKind>(found - kTrackerNames.begin());
}

TicketComment comment_on(const TicketMemory& ticket, std::string_view topic, const std::string& text) {
  return ticket_comment(ticket, topic, text, tracker_of(ticket.tracker).value_or(TrackerKind::github));
}

}  // namespace gatepost::publish
