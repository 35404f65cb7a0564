// Tickets that there should be: which findings deserve one, which of them share one, and what it says.
#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "publish/ticket_planning.hpp"
#include "publish/ticket_text.hpp"

namespace gatepost::publish {
namespace {

using State = TicketMemory::State;
using Standing = TicketFinding::Standing;

bool deserves_ticket(const TicketFinding& it, const TicketSettings& settings) {
  const bool urgent = it.decision && (*it.decision == Priority::immediate || *it.decision == Priority::out_of_cycle);
  return urgent || it.asked || band_for_tenths(it.risk_tenths) >= settings.create_at;
}

// The package without its version: what one upgrade is about.
std::string upgraded(std::string_view purl) {
  purl = purl.substr(0, purl.find_first_of("?#"));
  const std::size_t version = purl.rfind('@');
  const std::size_t slash = purl.rfind('/');
  const bool has_version = version != std::string_view::npos && (slash == std::string_view::npos || version > slash);
  return std::string(has_version ? purl.substr(0, version) : purl);
}

// What one piece of work closes, the most specific first; empty for findings that are repaired one by one.
std::vector<std::string> units_of(const TicketFinding& it) {
  std::vector<std::string> units;
  if (!it.package.empty()) units.push_back("Upgrade " + upgraded(it.package));
  if (!it.advisories.empty()) units.push_back("Repair " + it.advisories.front());
  return units;
}

TicketWish wish_for(const TicketPlanning& planning, const std::string& team, std::string unit,
                    const std::string& subject, Findings findings) {
  std::int64_t generation = 0;
  for (const TicketFinding* const it : findings) {
    const auto found = planning.generations.find(it->id);
    if (found != planning.generations.end()) generation = std::max(generation, found->second);
  }
  return {team, std::move(unit), ticket_key(team, subject, generation), generation, std::move(findings)};
}

void join(TicketPlanning& planning, const TicketMemory& known, const Findings& fresh) {
  // What was planned for it already counts.
  TicketMemory after = known;
  for (const TicketAction& it : planning.plan.actions) {
    if (it.after.key == known.key && it.after.id == known.id) after = it.after;
  }
  const ShownTicket* const shown = planning.index.shown(known);
  Findings all;
  for (const FindingId& id : after.findings) {
    if (const TicketFinding* const it = planning.index.finding(id)) all.push_back(it);
  }
  std::ranges::copy(fresh, std::back_inserter(all));
  std::ranges::sort(all, is_riskier);
  after.findings = ids_of(all);
  planning.add("joined", text::count_of(fresh.size(), "more finding") + " of the same remedy", after, NoteTicket{},
               ids_of(fresh));
  if (!after.foreign && shown->phase == TicketPhase::open) update_ticket(planning, after, *shown, all);
}

// A campaign that runs takes what is new of its unit.
void join_campaigns(TicketPlanning& planning, const std::string& team, Findings& findings) {
  for (const TicketMemory& known : planning.input.known) {
    if (known.unit.empty() || known.unit == kSummaryUnit || known.team != team || known.state != State::open ||
        planning.index.shown(known) == nullptr)
      continue;
    Findings fresh;
    std::erase_if(findings, [&](const TicketFinding* it) {
      const auto units = units_of(*it);
      if (std::ranges::find(units, known.unit) == units.end()) return false;
      fresh.push_back(it);
      return true;
    });
    if (!fresh.empty()) join(planning, known, fresh);
  }
}

void begin_campaigns(const TicketPlanning& planning, const std::string& team, std::size_t level, Findings& findings,
                     std::vector<TicketWish>& wishes) {
  std::map<std::string, Findings> by_unit;
  for (const TicketFinding* const it : findings) {
    const auto units = units_of(*it);
    if (level < units.size()) by_unit[units[level]].push_back(it);
  }
  for (auto& [unit, members] : by_unit) {
    if (members.size() <= planning.settings.campaign_above) continue;
    std::erase_if(findings, [&](const TicketFinding* it) { return std::ranges::find(members, it) != members.end(); });
    wishes.push_back(wish_for(planning, team, unit, unit, std::move(members)));
  }
}

// The tracker has it, the ledger does not know: the answer was lost, or another ledger was kept.
void adopt(TicketPlanning& planning, TicketMemory after, const ShownTicket& shown) {
  after.id = shown.id, after.name = shown.name, after.url = shown.url;
  // What the tracker shows may be a person's.
  after.title = shown.title, after.priority = shown.priority, after.assignee = mark_of(after.key, shown.assignee);
  if (shown.due != after.due) after.digest.clear();
  after.due = shown.due;
  after.state = shown.phase == TicketPhase::open ? State::open : State::closed;
  std::vector<FindingId> subjects = after.findings;
  planning.add("linked", shown.name + " is there already", after, NoteTicket{}, std::move(subjects));
  close_younger(planning, after, shown);
}

}  // namespace

std::vector<TicketWish> ticket_wishes(TicketPlanning& planning) {
  std::map<std::string, Findings> by_team;
  for (const TicketFinding& it : planning.input.findings) {
    if (it.standing != Standing::open || planning.in_hand.contains(it.id) || !deserves_ticket(it, planning.settings))
      continue;
    if (planning.index.board_of(it.team) == nullptr) {
      ++planning.plan.without_board;
    } else {
      by_team[it.team].push_back(&it);
    }
  }
  std::vector<TicketWish> wishes;
  for (auto& [team, findings] : by_team) {
    std::ranges::sort(findings, is_riskier);
    join_campaigns(planning, team, findings);
    for (const std::size_t level : {0, 1}) begin_campaigns(planning, team, level, findings, wishes);
    for (const TicketFinding* const it : findings)
      wishes.push_back(wish_for(planning, team, "", to_string(it->id), {it}));
  }
  std::ranges::sort(wishes, [](const TicketWish& a, const TicketWish& b) {
    return is_riskier(a.findings.front(), b.findings.front());
  });
  return wishes;
}

TicketFields fields_of(const TicketPlanning& planning, const TicketWish& wish, const Board& board) {
  TicketFields fields;
  fields.title =
      wish.unit.empty() ? ticket_title(*wish.findings.front()) : campaign_title(wish.unit, wish.findings.size());
  fields.due = due_of(wish.findings);
  fields.body = ticket_body(wish.findings, wish.unit, fields.due, planning.input, board.tracker);
  fields.priority = board.priorities[static_cast<std::size_t>(worst_band(wish.findings))];
  fields.assignee = board.assignee;
  fields.labels = board.labels;
  fields.labels.push_back(wish.key);
  return fields;
}

void fulfil(TicketPlanning& planning, const TicketWish& wish) {
  const Board& board = *planning.index.board_of(wish.team);
  TicketFields fields = fields_of(planning, wish, board);
  TicketMemory after{.key = wish.key,
                     .tracker = std::string(to_string(board.tracker)),
                     .project = board.project,
                     .team = wish.team,
                     .unit = wish.unit,
                     .title = fields.title,
                     .priority = fields.priority,
                     .due = fields.due,
                     .assignee = mark_of(wish.key, fields.assignee),
                     .digest = ticket_digest(wish.findings, wish.unit, fields.due),
                     .state = State::open,
                     .generation = wish.generation,
                     .findings = ids_of(wish.findings)};
  if (const auto there = planning.index.with_key(wish.key); !there.empty())
    return adopt(planning, std::move(after), *there.front());
  const std::string why =
      wish.unit.empty() ? "for a finding of its own" : "for " + text::count_of(wish.findings.size(), "finding");
  std::vector<FindingId> subjects = after.findings;
  planning.add("created", why, after, CreateTicket{wish.key, std::move(fields), board}, std::move(subjects));
}

}  // namespace gatepost::publish
