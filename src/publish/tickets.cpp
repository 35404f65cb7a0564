#include "publish/tickets.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "publish/ticket_text.hpp"
#include "report/escape.hpp"

namespace gatepost::publish {
namespace {

using State = TicketMemory::State;
using Standing = TicketFinding::Standing;
using Findings = std::vector<const TicketFinding*>;

constexpr std::int64_t kReservation = std::int64_t{60} * 60 * 1000;  // ms that another run may take to create a ticket
constexpr std::string_view kRest = "rest";

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

// The earliest day; "" when none has one.
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

bool has_told(const TicketMemory& ticket, std::string_view topic) {
  return std::ranges::find(ticket.told, topic) != ticket.told.end();
}

void tell(TicketMemory& ticket, std::string topic) {
  if (has_told(ticket, topic)) return;
  ticket.told.push_back(std::move(topic));
  std::ranges::sort(ticket.told);
}

// People's names stay out of the ledger: this tells whether somebody else was chosen meanwhile, and nothing more.
std::string mark_of(std::string_view key, std::string_view assignee) {
  return assignee.empty() ? "" : hex(Sha256().field(key).field(assignee).finish128()).substr(0, 12);
}

// A ticket that is to be created, before it is asked whether somebody did already.
struct Wish {
  std::string team, unit, key;
  std::int64_t generation = 0;
  Findings findings;  // the riskiest first
};

class Planner {
 public:
  Planner(const TicketInput& input, const TicketSettings& settings) : input_(input), settings_(settings) {
    for (const TicketFinding& it : input.findings) by_id_.emplace(it.id, &it);
    for (const TicketTeam& it : input.teams) teams_.emplace(it.id, &it);
    for (const ShownTicket& it : input.shown) {
      shown_by_id_.emplace(it.instead_of.empty() ? it.id : it.instead_of, &it);
      if (!it.key.empty()) shown_by_key_[it.key].push_back(&it);
    }
    for (auto& [key, tickets] : shown_by_key_) {
      std::ranges::sort(tickets, {},
                        [](const ShownTicket* it) { return std::tuple(it->created, it->id.size(), it->id); });
    }
  }

  TicketPlan plan() {
    for (const TicketMemory& ticket : input_.known) {
      if (!is_over(ticket)) keep(ticket);
    }
    std::vector<Wish> wishes = wishes_of();
    const std::size_t most = std::min(wishes.size(), settings_.most_new);
    for (std::size_t i = 0; i < most; ++i) fulfil(wishes[i]);
    plan_rest({std::make_move_iterator(wishes.begin() + static_cast<std::ptrdiff_t>(most)),
               std::make_move_iterator(wishes.end())});
    return std::move(plan_);
  }

  std::vector<TicketRef> refs() {
    std::vector<TicketRef> refs;
    for (const TicketMemory& it : input_.known) {
      const auto kind = kind_of(it.tracker);
      if (!kind || is_over(it)) continue;
      refs.push_back({it.key, it.id, *kind, it.project});
      // What has a ticket wishes for none; a planned one may have to be made by us.
      for (const FindingId& id : it.findings) {
        const auto found = by_id_.find(id);
        if (!it.id.empty() && found != by_id_.end() && found->second->ticket == it.key) in_hand_.insert(id);
      }
    }
    std::vector<Wish> wishes = wishes_of();
    wishes.resize(std::min(wishes.size(), settings_.most_new));
    for (const Wish& wish : wishes) add_ref(refs, wish.team, wish.key);
    for (const auto& [team, it] : teams_) add_ref(refs, team, ticket_key(team, kRest, 0));
    std::ranges::sort(refs, {}, [](const TicketRef& it) { return std::tie(it.tracker, it.project, it.key, it.id); });
    const auto twice = std::ranges::unique(refs);
    refs.erase(twice.begin(), twice.end());
    return refs;
  }

 private:
  static std::optional<TrackerKind> kind_of(std::string_view name) {
    const auto found = std::ranges::find(kTrackerNames, name);
    if (found == kTrackerNames.end()) return std::nullopt;
    return static_cast<TrackerKind>(found - kTrackerNames.begin());
  }
  void add_ref(std::vector<TicketRef>& refs, const std::string& team, std::string key) const {
    if (const Board* const board = board_of(team)) refs.push_back({std::move(key), "", board->tracker, board->project});
  }
  [[nodiscard]] const Board* board_of(const std::string& team) const {
    const auto found = teams_.find(team);
    return found == teams_.end() || !found->second->board ? nullptr : &*found->second->board;
  }

  // --- tickets that there are ---

  // Closed, and nothing that it stands for came back.
  [[nodiscard]] bool is_over(const TicketMemory& known) const {
    Findings open, decided, ended;
    sort_out(known, open, decided, ended);
    return open.empty() && (known.state == State::closed || (decided.empty() && ended.empty()));
  }

  // Puts an action into the plan; the ledger hears of it by the first finding, or by all of `subjects`.
  void add(std::string deed, std::string why, const TicketMemory& after, TicketWhat what,
           std::vector<FindingId> subjects = {}) {
    if (subjects.empty() && !after.findings.empty()) subjects = {after.findings.front()};
    plan_.actions.push_back({std::move(deed), std::move(why), after, std::move(subjects), std::move(what)});
  }

  [[nodiscard]] TicketComment comment(const TicketMemory& ticket, std::string_view topic,
                                      const std::string& text) const {
    return ticket_comment(ticket, topic, text, kind_of(ticket.tracker).value_or(TrackerKind::github));
  }

  void keep(const TicketMemory& known) {
    const ShownTicket* const shown = find(known);
    if (shown == nullptr) return miss(known);
    TicketMemory ticket = known;
    follow(ticket, *shown);
    close_younger(ticket, *shown);
    Findings open, decided, ended;
    sort_out(known, open, decided, ended);
    if (!open.empty()) return keep_open(ticket, *shown, open);
    if (!decided.empty()) return keep_decided(ticket, *shown, decided);
    if (!ended.empty()) finish(ticket, *shown, ended);
  }

  // By its id; by its key when the ledger does not know whether it was made.
  [[nodiscard]] const ShownTicket* find(const TicketMemory& known) const {
    if (const auto found = shown_by_id_.find(known.id); !known.id.empty() && found != shown_by_id_.end())
      return eldest(known, found->second);
    const auto found = shown_by_key_.find(known.key);
    return found == shown_by_key_.end() ? nullptr : found->second.front();
  }
  // Of several that two runs made at the same moment the first counts, for everybody.
  [[nodiscard]] const ShownTicket* eldest(const TicketMemory& known, const ShownTicket* shown) const {
    const auto all = shown_by_key_.find(known.key);
    const bool twins = shown->key == known.key && all != shown_by_key_.end() && all->second.size() > 1;
    return twins ? all->second.front() : shown;
  }

  // Nobody can see it any more: deleted, or another run is just about to make it.
  void miss(const TicketMemory& known) {
    const bool being_made = known.state == State::planned && input_.now.unix_ms - known.at.unix_ms < kReservation;
    Findings open, decided, ended;
    sort_out(known, open, decided, ended);
    for (const TicketFinding* const it : open) {
      if (being_made) {
        in_hand_.insert(it->id);
      } else {
        generations_[it->id] = known.generation + (known.id.empty() ? 0 : 1);
      }
    }
    if (!known.id.empty() && !open.empty()) {
      plan_.notes.push_back(fmt::format("{} was deleted, or is hidden from us: what it stands for gets another ticket",
                                        text::printable(known.name, 60)));
    }
  }

  void sort_out(const TicketMemory& known, Findings& open, Findings& decided, Findings& ended) const {
    for (const FindingId& id : known.findings) {
      const auto found = by_id_.find(id);
      if (found == by_id_.end() || found->second->ticket != known.key) continue;
      const TicketFinding* const it = found->second;
      (it->standing == Standing::open ? open : it->standing == Standing::decided ? decided : ended).push_back(it);
    }
    std::ranges::sort(open, is_riskier);
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
      add("linked", shown.name + " was made by a run that did not hear of it", ticket, NoteTicket{}, ticket.findings);
    } else if (!same) {
      add("followed", merged ? "it was merged into " + shown.name : "it is " + shown.name + " now", ticket,
          NoteTicket{});
    }
  }

  void close_younger(const TicketMemory& ticket, const ShownTicket& shown) {
    const auto all = shown_by_key_.find(ticket.key);
    if (all == shown_by_key_.end() || ticket.foreign) return;
    for (const ShownTicket* const it : all->second) {
      if (it->id == shown.id || it->phase != TicketPhase::open) continue;
      TicketMemory twin = ticket;
      twin.id = it->id, twin.name = it->name, twin.url = it->url, twin.findings.clear();
      add("merged", it->name + " was made at the same moment as " + shown.name, twin,
          CloseTicket{TicketPhase::declined, comment(twin, "twin", "The same as " + shown.name + ".")});
    }
  }

  void keep_open(TicketMemory& ticket, const ShownTicket& shown, const Findings& open) {
    Findings mine, others;
    for (const TicketFinding* const it : open) (it->team == ticket.team ? mine : others).push_back(it);
    if (mine.empty() && board_of(others.front()->team) != nullptr) return hand_over(ticket, shown, others);
    // Nobody else could take it.
    if (mine.empty()) mine = std::move(others);
    for (const TicketFinding* const it : mine) in_hand_.insert(it->id);
    ticket.findings = ids_of(mine);
    if (shown.phase == TicketPhase::open) return keep_true(ticket, shown, mine);
    if (ticket.state == State::closed) return bring_back(ticket, mine);
    if (shown.phase == TicketPhase::declined) return hear_refusal(ticket, mine);
    hear_claim(ticket, mine);
  }

  void hand_over(TicketMemory& ticket, const ShownTicket& shown, const Findings& others) {
    if (shown.phase != TicketPhase::open || ticket.state == State::closed) return;
    ticket.state = State::closed;
    const std::string why = fmt::format("it belongs to {} now", report::escape::one_line(others.front()->team, 80));
    const auto text =
        fmt::format("This belongs to the team {} now, whose board has a ticket for it.", others.front()->team);
    add("handed_over", why, ticket,
        CloseTicket{TicketPhase::declined, comment(ticket, "team " + others.front()->team, text)});
  }

  // A person closed it. Whether it is repaired the next complete run tells.
  void hear_claim(TicketMemory& ticket, const Findings& open) {
    if (ticket.state != State::claimed) {
      ticket.state = State::claimed;
      ticket.claimed_at = input_.now;
      return add("claimed", "a person closed it; the next complete run tells whether it is repaired", ticket,
                 NoteTicket{}, ids_of(open));
    }
    const auto refuted =
        std::ranges::any_of(open, [&](const TicketFinding* it) { return it->seen_at > ticket.claimed_at; });
    if (!refuted) return;
    ticket.state = State::open;
    const std::string topic = "claim " + std::to_string(ticket.claimed_at.unix_ms);
    ticket.claimed_at = {};
    add("reopened", "a complete run still reports it", ticket,
        ReopenTicket{comment(
            ticket, topic,
            "Closed, but the last complete scan still reports it at " + place(*open.front()) + ": open again.")},
        ids_of(open));
  }

  static std::string place(const TicketFinding& it) {
    const std::string& where = it.path.empty() ? it.target : it.path;
    return (where.empty() ? it.package : where) + (it.line == 0 ? "" : ":" + std::to_string(it.line));
  }

  // "Won't do": that is a wish for a waiver, and somebody has to approve it.
  void hear_refusal(TicketMemory& ticket, const Findings& open) {
    if (ticket.state == State::declined) return;
    ticket.state = State::declined;
    const std::string text =
        "Closed as not to be done. The finding stays open until a waiver says otherwise: fill this in, have it "
        "approved, and "
        "add it to .gatepost/waivers.yml.\n" +
        waiver_proposal(open, ticket);
    add("waiver_requested", "a person declined it: a waiver is asked for, and needs approval", ticket,
        CommentTicket{comment(ticket, "declined", text)}, ids_of(open));
  }

  void bring_back(TicketMemory& ticket, const Findings& open) {
    ticket.state = State::open;
    std::uint16_t times = 0;
    for (const TicketFinding* const it : open) times = std::max(times, it->reopened);
    add("reopened", "what was repaired came back", ticket,
        ReopenTicket{comment(ticket, "back " + std::to_string(times),
                             "It came back: the last scan reports it again at " + place(*open.front()) + ".")},
        ids_of(open));
  }

  void keep_true(TicketMemory& ticket, const ShownTicket& shown, const Findings& open) {
    if (ticket.state != State::open) {
      ticket.state = State::open, ticket.claimed_at = {};
      add("opened", "a person opened it", ticket, NoteTicket{});
    }
    if (!ticket.foreign) update(ticket, shown, open);
    warn(ticket, open);
  }

  void update(TicketMemory& ticket, const ShownTicket& shown, const Findings& open) {
    const Board* const board = board_of(ticket.team);
    if (board == nullptr || to_string(board->tracker) != ticket.tracker) return;
    const Wish wish{ticket.team, ticket.unit, ticket.key, ticket.generation, open};
    const TicketFields now = fields_of(wish, *board);
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
    if (what.empty()) return add("kept", "a person's words stay", ticket, NoteTicket{});
    add("updated", text::join(what, ", "), ticket, std::move(change));
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
    const auto team = teams_.find(ticket.team);
    if (team != teams_.end() && !team->second->parent.empty())
      text += " This is escalated to the team " + team->second->parent + ".";
    return text;
  }

  void tell_once(TicketMemory& ticket, const std::string& topic, std::string deed, const std::string& text) {
    if (has_told(ticket, topic)) return;
    tell(ticket, topic);
    add(std::move(deed), text::fold_whitespace(text), ticket, CommentTicket{comment(ticket, topic, text)});
  }

  // It is not repaired, and nobody has to do anything for now.
  void keep_decided(TicketMemory& ticket, const ShownTicket& shown, const Findings& decided) {
    for (const TicketFinding* const it : decided) in_hand_.insert(it->id);
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
    if (shown.phase != TicketPhase::open) return add("confirmed", why, ticket, NoteTicket{});
    const std::string& commit = ended.front()->commit;
    std::string text =
        repaired ? "Repaired: a complete scan no longer reports it" : "No longer there: " + ended.front()->because;
    if (repaired && !commit.empty()) text += " at " + commit.substr(0, 12);
    const TicketComment said = comment(ticket, "end " + std::to_string(ended.front()->reopened), text + ".");
    if (ticket.foreign) return add("commented", why, ticket, CommentTicket{said});
    add("closed", why, ticket, CloseTicket{TicketPhase::done, said});
  }

  // --- tickets that there should be ---

  std::vector<Wish> wishes_of() {
    std::map<std::string, Findings> by_team;
    for (const TicketFinding& it : input_.findings) {
      if (it.standing != Standing::open || in_hand_.contains(it.id) || !deserves_ticket(it, settings_)) continue;
      if (board_of(it.team) == nullptr) {
        ++plan_.without_board;
      } else {
        by_team[it.team].push_back(&it);
      }
    }
    std::vector<Wish> wishes;
    for (auto& [team, findings] : by_team) {
      std::ranges::sort(findings, is_riskier);
      join_campaigns(team, findings);
      for (const std::size_t level : {0, 1}) begin_campaigns(team, level, findings, wishes);
      for (const TicketFinding* const it : findings) wishes.push_back(wish(team, "", to_string(it->id), {it}));
    }
    std::ranges::sort(wishes, [](const Wish& a, const Wish& b) {
      return std::tuple(-int{a.findings.front()->risk_tenths}, a.findings.front()->id) <
             std::tuple(-int{b.findings.front()->risk_tenths}, b.findings.front()->id);
    });
    return wishes;
  }

  [[nodiscard]] Wish wish(const std::string& team, std::string unit, const std::string& subject,
                          Findings findings) const {
    std::int64_t generation = 0;
    for (const TicketFinding* const it : findings) {
      const auto found = generations_.find(it->id);
      if (found != generations_.end()) generation = std::max(generation, found->second);
    }
    return {team, std::move(unit), ticket_key(team, subject, generation), generation, std::move(findings)};
  }

  // A campaign that runs takes what is new of its unit.
  void join_campaigns(const std::string& team, Findings& findings) {
    for (const TicketMemory& known : input_.known) {
      if (known.unit.empty() || known.team != team || known.state != State::open || find(known) == nullptr) continue;
      Findings fresh;
      std::erase_if(findings, [&](const TicketFinding* it) {
        const auto units = units_of(*it);
        if (std::ranges::find(units, known.unit) == units.end()) return false;
        fresh.push_back(it);
        return true;
      });
      if (!fresh.empty()) join(known, fresh);
    }
  }

  void join(const TicketMemory& known, const Findings& fresh) {
    // What was planned for it already counts.
    TicketMemory after = known;
    for (const TicketAction& it : plan_.actions) {
      if (it.after.key == known.key && it.after.id == known.id) after = it.after;
    }
    const ShownTicket* const shown = find(known);
    Findings all;
    for (const FindingId& id : after.findings) {
      if (const auto found = by_id_.find(id); found != by_id_.end()) all.push_back(found->second);
    }
    std::ranges::copy(fresh, std::back_inserter(all));
    std::ranges::sort(all, is_riskier);
    after.findings = ids_of(all);
    add("joined", text::count_of(fresh.size(), "more finding") + " of the same remedy", after, NoteTicket{},
        ids_of(fresh));
    if (!after.foreign && shown->phase == TicketPhase::open) update(after, *shown, all);
  }

  void begin_campaigns(const std::string& team, std::size_t level, Findings& findings, std::vector<Wish>& wishes) {
    std::map<std::string, Findings> by_unit;
    for (const TicketFinding* const it : findings) {
      const auto units = units_of(*it);
      if (level < units.size()) by_unit[units[level]].push_back(it);
    }
    for (auto& [unit, members] : by_unit) {
      if (members.size() <= settings_.campaign_above) continue;
      std::erase_if(findings, [&](const TicketFinding* it) { return std::ranges::find(members, it) != members.end(); });
      wishes.push_back(wish(team, unit, unit, std::move(members)));
    }
  }

  [[nodiscard]] TicketFields fields_of(const Wish& wish, const Board& board) const {
    TicketFields fields;
    fields.title =
        wish.unit.empty() ? ticket_title(*wish.findings.front()) : campaign_title(wish.unit, wish.findings.size());
    fields.due = due_of(wish.findings);
    fields.body = ticket_body(wish.findings, wish.unit, fields.due, input_, board.tracker);
    fields.priority = board.priorities[static_cast<std::size_t>(worst_band(wish.findings))];
    fields.assignee = board.assignee;
    fields.labels = board.labels;
    fields.labels.push_back(wish.key);
    return fields;
  }

  void fulfil(const Wish& wish) {
    const Board& board = *board_of(wish.team);
    TicketFields fields = fields_of(wish, board);
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
    if (const auto there = shown_by_key_.find(wish.key); there != shown_by_key_.end())
      return adopt(std::move(after), *there->second.front());
    const std::string why =
        wish.unit.empty() ? "for a finding of its own" : "for " + text::count_of(wish.findings.size(), "finding");
    std::vector<FindingId> subjects = after.findings;
    add("created", why, after, CreateTicket{wish.key, std::move(fields), board}, std::move(subjects));
  }

  // The tracker has it, the ledger does not know: the answer was lost, or another ledger was kept.
  void adopt(TicketMemory after, const ShownTicket& shown) {
    after.id = shown.id, after.name = shown.name, after.url = shown.url;
    // What the tracker shows may be a person's.
    after.title = shown.title, after.priority = shown.priority, after.assignee = mark_of(after.key, shown.assignee);
    if (shown.due != after.due) after.digest.clear();
    after.due = shown.due;
    after.state = shown.phase == TicketPhase::open ? State::open : State::closed;
    std::vector<FindingId> subjects = after.findings;
    add("linked", shown.name + " is there already", after, NoteTicket{}, std::move(subjects));
    close_younger(after, shown);
  }

  // One ticket a team for all that has to wait for the next run.
  void plan_rest(std::vector<Wish> waiting) {
    std::map<std::string, Findings> by_team;
    for (const Wish& wish : waiting) std::ranges::copy(wish.findings, std::back_inserter(by_team[wish.team]));
    for (const auto& [team, it] : teams_) {
      if (it->board) rest_of(team, *it->board, by_team[team]);
    }
  }

  void rest_of(const std::string& team, const Board& board, Findings& findings) {
    std::ranges::sort(findings, is_riskier);
    const std::string key = ticket_key(team, kRest, 0);
    const auto there = shown_by_key_.find(key);
    const ShownTicket* const shown = there == shown_by_key_.end() ? nullptr : there->second.front();
    if (findings.empty() && (shown == nullptr || shown->phase != TicketPhase::open)) return;
    TicketMemory rest{
        .key = key, .tracker = std::string(to_string(board.tracker)), .project = board.project, .team = team};
    if (shown != nullptr) rest.id = shown->id, rest.name = shown->name, rest.url = shown->url;
    if (findings.empty()) {
      const auto said = comment(rest, "end " + shown->title, "Every finding has a ticket of its own now.");
      return add("closed", "nothing waits any more", rest, CloseTicket{TicketPhase::done, said});
    }
    const std::string title = rest_title(findings.size(), input_.repository);
    const std::string body = rest_body(findings, board.tracker);
    if (shown == nullptr) {
      TicketFields fields{.title = title,
                          .body = body,
                          .priority = board.priorities[static_cast<std::size_t>(Band::low)],
                          .labels = board.labels};
      fields.labels.push_back(key);
      return add("created", "for what has to wait", rest, CreateTicket{key, std::move(fields), board});
    }
    if (shown->phase != TicketPhase::open) {
      const auto said = comment(rest, "again " + title, title + ".");
      return add("reopened", "more has to wait", rest, ReopenTicket{said});
    }
    if (shown->title != title) add("updated", "title, description", rest, ChangeTicket{.title = title, .body = body});
  }

  const TicketInput& input_;
  const TicketSettings& settings_;
  std::map<FindingId, const TicketFinding*> by_id_;
  std::map<std::string, const TicketTeam*> teams_;
  std::map<std::string, const ShownTicket*> shown_by_id_;
  std::map<std::string, std::vector<const ShownTicket*>> shown_by_key_;  // the eldest first
  std::set<FindingId> in_hand_;  // that have a ticket, or another run is about to give one
  std::map<FindingId, std::int64_t> generations_;
  TicketPlan plan_;
};

}  // namespace

std::string ticket_key(std::string_view team, std::string_view subject, std::int64_t generation) {
  Sha256 hash;
  hash.field("gatepost ticket").field(team).field(subject).field(static_cast<std::uint64_t>(generation));
  return "gatepost-" + text::lower(base32(hash.finish128()));
}

std::vector<TicketRef> ticket_refs(const TicketInput& input, const TicketSettings& settings) {
  return Planner(input, settings).refs();
}

TicketPlan plan_tickets(const TicketInput& input, const TicketSettings& settings) {
  return Planner(input, settings).plan();
}

std::string describe(const TicketPlan& plan) {
  std::string out;
  for (const TicketAction& it : plan.actions) {
    const TicketMemory& ticket = it.after;
    const auto* const create = std::get_if<CreateTicket>(&it.what);
    const std::string name = create != nullptr ? create->fields.title : ticket.name + " " + ticket.title;
    out += fmt::format("{} {}: {} ({})\n", ticket.tracker, report::escape::terminal(ticket.project, 60),
                       report::escape::terminal(text::fold_whitespace(it.deed + " " + name), 120),
                       report::escape::terminal(it.why, 200));
  }
  return out;
}

}  // namespace gatepost::publish
