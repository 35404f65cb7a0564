// Tickets that there are: what the ledger knows of the findings, what it remembers of the ticket, and what the board
// shows of it. Scanners win about open and fixed, people about owner, priority and words.
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "publish/ticket_planning.hpp"
#include "publish/ticket_text.hpp"
#include "publish/tickets_of_others.hpp"
#include "report/escape.hpp"

namespace gatepost::publish {
namespace {

using State = TicketMemory::State;
using Standing = TicketFinding::Standing;

constexpr std::int64_t kReservation = std::int64_t{60} * 60 * 1000;  // ms that another run may take to create a ticket

bool has_told(const TicketMemory& ticket, std::string_view topic) {
  return std::ranges::find(ticket.told, topic) != ticket.told.end();
}

void tell(TicketMemory& ticket, std::string topic) {
  ticket.told.push_back(std::move(topic));
  std::ranges::sort(ticket.told);
}

std::string place(const TicketFinding& it) {
  const std::string& where = it.path.empty() ? it.target : it.path;
  return (where.empty() ? it.package : where) + (it.line == 0 ? "" : ":" + std::to_string(it.line));
}

class Upkeep {
 public:
  explicit Upkeep(TicketPlanning& planning) : planning_(planning), index_(planning.index) {}

  void keep(const TicketMemory& known) {
    const ShownTicket* const shown = index_.shown(known);
    if (shown == nullptr) return miss(known);
    TicketMemory ticket = known;
    follow(ticket, *shown);
    close_younger(planning_, ticket, *shown);
    const auto [open, decided, ended] = index_.findings_of(ticket);
    if (!open.empty()) return keep_open(ticket, *shown, open);
    if (!decided.empty()) return keep_decided(ticket, *shown, decided);
    if (!ended.empty()) finish(ticket, *shown, ended);
  }

 private:
  // Nobody can see it any more: deleted, or another run is just about to make it.
  void miss(const TicketMemory& known) {
    const bool being_made = is_being_made(planning_, known);
    const Findings open = index_.findings_of(known).open;
    for (const TicketFinding* const it : open) {
      if (being_made) {
        planning_.in_hand.insert(it->id);
      } else {
        planning_.generations[it->id] = known.generation + (known.id.empty() ? 0 : 1);
      }
    }
    if (known.id.empty() || open.empty()) return;
    planning_.plan.notes.push_back(
        fmt::format("{} was deleted, or is hidden from us: what it stands for gets another ticket",
                    text::printable(known.name, 60)));
  }

  // Moved to another project, merged into another ticket, or made by a run whose answer was lost.
  void follow(TicketMemory& ticket, const ShownTicket& shown) {
    const bool fresh = ticket.id.empty();
    const bool merged = !shown.instead_of.empty();
    const bool same = ticket.id == shown.id && ticket.name == shown.name;
    ticket.id = shown.id, ticket.name = shown.name, ticket.url = shown.url;
    ticket.foreign = ticket.foreign || (merged && shown.key != ticket.key);
    if (fresh) {
      ticket.state = State::open;
      planning_.add("linked", shown.name + " was made by a run that did not hear of it", ticket, NoteTicket{},
                    ticket.findings);
    } else if (!same) {
      planning_.add("followed", merged ? "it was merged into " + shown.name : "it is " + shown.name + " now", ticket,
                    NoteTicket{});
    }
  }

  void keep_open(TicketMemory& ticket, const ShownTicket& shown, const Findings& open) {
    Findings mine, others;
    for (const TicketFinding* const it : open) (it->team == ticket.team ? mine : others).push_back(it);
    if (mine.empty() && index_.board_of(others.front()->team) != nullptr) return hand_over(ticket, shown, others);
    // Nobody else could take it.
    if (mine.empty()) mine = std::move(others);
    for (const TicketFinding* const it : mine) planning_.in_hand.insert(it->id);
    ticket.findings = ids_of(mine);
    if (shown.phase == TicketPhase::open) return keep_true(ticket, shown, mine);
    if (ticket.state == State::closed) return bring_back(ticket, mine);
    if (shown.phase == TicketPhase::declined) return hear_refusal(ticket, mine);
    hear_claim(ticket, mine);
  }

  void hand_over(TicketMemory& ticket, const ShownTicket& shown, const Findings& others) {
    if (shown.phase != TicketPhase::open || ticket.state == State::closed) return;
    ticket.state = State::closed;
    const std::string& team = others.front()->team;
    const auto text = fmt::format("This belongs to the team {} now, whose board has a ticket for it.", team);
    planning_.add("handed_over", fmt::format("it belongs to {} now", report::escape::one_line(team, 80)), ticket,
                  CloseTicket{TicketPhase::declined, comment_on(ticket, "team " + team, text)});
  }

  // A person closed it. Whether it is repaired the next complete run tells.
  void hear_claim(TicketMemory& ticket, const Findings& open) {
    if (ticket.state != State::claimed) {
      ticket.state = State::claimed;
      ticket.claimed_at = planning_.input.now;
      return planning_.add("claimed", "a person closed it; the next complete run tells whether it is repaired", ticket,
                           NoteTicket{}, ids_of(open));
    }
    const auto refuted =
        std::ranges::any_of(open, [&](const TicketFinding* it) { return it->seen_at > ticket.claimed_at; });
    if (!refuted) return;
    ticket.state = State::open;
    const std::string topic = "claim " + std::to_string(ticket.claimed_at.unix_ms);
    ticket.claimed_at = {};
    const auto text =
        "Closed, but the last complete scan still reports it at " + place(*open.front()) + ": open again.";
    planning_.add("reopened", "a complete run still reports it", ticket, ReopenTicket{comment_on(ticket, topic, text)},
                  ids_of(open));
  }

  // "Won't do": that is a wish for a waiver, and somebody has to approve it.
  void hear_refusal(TicketMemory& ticket, const Findings& open) {
    if (ticket.state == State::declined) return;
    ticket.state = State::declined;
    std::vector<WaiverWish> waivers = waiver_wishes(open, planning_.input.now);
    const std::string text = refusal_text(open, ticket, waivers);
    planning_.add("waiver_requested", "a person declined it: a waiver is asked for, and needs approval", ticket,
                  CommentTicket{comment_on(ticket, "declined", text)}, ids_of(open));
    planning_.plan.actions.back().waivers = std::move(waivers);
  }

  void bring_back(TicketMemory& ticket, const Findings& open) {
    ticket.state = State::open;
    std::uint16_t times = 0;
    for (const TicketFinding* const it : open) times = std::max(times, it->reopened);
    const auto text = "It came back: the last scan reports it again at " + place(*open.front()) + ".";
    planning_.add("reopened", "what was repaired came back", ticket,
                  ReopenTicket{comment_on(ticket, "back " + std::to_string(times), text)}, ids_of(open));
  }

  void keep_true(TicketMemory& ticket, const ShownTicket& shown, const Findings& open) {
    if (ticket.state != State::open) {
      ticket.state = State::open, ticket.claimed_at = {};
      planning_.add("opened", "a person opened it", ticket, NoteTicket{});
    }
    if (!ticket.foreign) update_ticket(planning_, ticket, shown, open);
    warn(ticket, open);
  }

  void warn(TicketMemory& ticket, const Findings& open) {
    const auto some = [&](bool TicketFinding::* flag) {
      return std::ranges::any_of(open, [&](const TicketFinding* it) { return it->*flag; });
    };
    const std::string due = due_of(open);
    if (some(&TicketFinding::breached)) return tell_once(ticket, "breach " + due, "late", breach_text(ticket, due));
    if (!some(&TicketFinding::warned)) return;
    tell_once(ticket, "warning " + due, "due_soon", "Due soon: the service level asks for a repair until " + due + ".");
  }

  [[nodiscard]] std::string breach_text(const TicketMemory& ticket, const std::string& due) const {
    std::string text = "Late: the service level asked for a repair until " + due + ".";
    const TicketTeam* const team = index_.team(ticket.team);
    if (team != nullptr && !team->parent.empty()) text += " This is escalated to the team " + team->parent + ".";
    return text;
  }

  void tell_once(TicketMemory& ticket, const std::string& topic, std::string deed, const std::string& text) {
    if (has_told(ticket, topic)) return;
    tell(ticket, topic);
    planning_.add(std::move(deed), text::fold_whitespace(text), ticket, CommentTicket{comment_on(ticket, topic, text)});
  }

  // It is not repaired, and nobody has to do anything for now.
  void keep_decided(TicketMemory& ticket, const ShownTicket& shown, const Findings& decided) {
    for (const TicketFinding* const it : decided) planning_.in_hand.insert(it->id);
    if (shown.phase != TicketPhase::open) return;
    const std::string& because = decided.front()->because;
    tell_once(
        ticket, "decided " + because, "decided",
        "Decided in the repository (" + (because.empty() ? std::string("no reason given") : because) +
            "): nothing is to be done as long as that holds. The ticket stays open until a scan confirms a repair.");
  }

  void finish(TicketMemory& ticket, const ShownTicket& shown, const Findings& ended) {
    if (ticket.state == State::closed) return;
    const bool repaired =
        std::ranges::any_of(ended, [](const TicketFinding* it) { return it->standing == Standing::fixed; });
    const std::string why = repaired ? "a scan confirmed the repair" : "it is no longer there";
    ticket.state = State::closed, ticket.claimed_at = {};
    if (shown.phase != TicketPhase::open) return planning_.add("confirmed", why, ticket, NoteTicket{});
    const std::string& commit = ended.front()->commit;
    std::string text =
        repaired ? "Repaired: a complete scan no longer reports it" : "No longer there: " + ended.front()->because;
    if (repaired && !commit.empty()) text += " at " + commit.substr(0, 12);
    const TicketComment said = comment_on(ticket, "end " + std::to_string(ended.front()->reopened), text + ".");
    if (ticket.foreign) return planning_.add("commented", why, ticket, CommentTicket{said});
    planning_.add("closed", why, ticket, CloseTicket{TicketPhase::done, said});
  }

  TicketPlanning& planning_;
  const TicketIndex& index_;
};

}  // namespace

void keep_ticket(TicketPlanning& planning, const TicketMemory& known) { Upkeep(planning).keep(known); }

bool is_being_made(const TicketPlanning& planning, const TicketMemory& known) {
  return known.state == State::planned && planning.input.now.unix_ms - known.at.unix_ms < kReservation;
}

std::size_t tickets_of_others(const TicketInput& input, const TicketSettings& settings) {
  const TicketPlanning planning(input, settings);
  const TicketIndex& index = planning.index;
  return static_cast<std::size_t>(std::ranges::count_if(input.known, [&](const TicketMemory& it) {
    const bool wanted = it.unit == kSummaryUnit || !index.findings_of(it).open.empty();
    return wanted && is_being_made(planning, it) && index.shown(it) == nullptr;
  }));
}

void close_younger(TicketPlanning& planning, const TicketMemory& ticket, const ShownTicket& shown) {
  if (ticket.foreign) return;
  for (const ShownTicket* const it : planning.index.with_key(ticket.key)) {
    if (it->id == shown.id || it->phase != TicketPhase::open) continue;
    TicketMemory twin = ticket;
    twin.id = it->id, twin.name = it->name, twin.url = it->url, twin.findings.clear();
    planning.add("merged", it->name + " was made at the same moment as " + shown.name, twin,
                 CloseTicket{TicketPhase::declined, comment_on(twin, "twin", "The same as " + shown.name + ".")});
  }
}

void update_ticket(TicketPlanning& planning, TicketMemory& ticket, const ShownTicket& shown, const Findings& open) {
  const Board* const board = planning.index.board_of(ticket.team);
  if (board == nullptr || to_string(board->tracker) != ticket.tracker) return;
  const TicketWish wish{ticket.team, ticket.unit, ticket.key, ticket.generation, open};
  const TicketFields now = fields_of(planning, wish, *board);
  const std::string digest = ticket_digest(open, ticket.unit, now.due);
  ChangeTicket change;
  std::vector<std::string> what;
  // What a person wrote stays; what gatepost wrote follows the facts.
  const auto own = [&](const std::string& is, std::string& was, const std::string& should, const char* name,
                       std::optional<std::string>& out) {
    if (was == should) return;
    if (is == was) {
      out = should;
      what.emplace_back(name);
    }
    was = should;
  };
  const TicketMemory before = ticket;
  own(shown.title, ticket.title, now.title, "title", change.title);
  own(shown.priority, ticket.priority, now.priority, "priority", change.priority);
  std::optional<std::string> chosen;
  own(mark_of(ticket.key, shown.assignee), ticket.assignee, mark_of(ticket.key, now.assignee), "assignee", chosen);
  if (chosen) change.assignee = now.assignee;
  if (ticket.due != now.due) change.due = ticket.due = now.due, what.emplace_back("due date");
  if (ticket.digest != digest) {
    ticket.digest = digest, change.body = now.body;
    what.emplace_back("description");
  }
  if (ticket == before) return;
  if (what.empty()) return planning.add("kept", "a person's words stay", ticket, NoteTicket{});
  planning.add("updated", text::join(what, ", "), ticket, std::move(change));
}

}  // namespace gatepost::publish
