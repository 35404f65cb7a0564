// Tickets that tell of several findings and are the ticket of none: what has to wait for a ticket of its own, on the
// board of its team, and what is late, on the board of the team above. Without anything to tell they are closed.
//
// The ledger remembers them as it remembers other tickets, under the unit kSummaryUnit: of two runs one makes them, and
// an index that lags behind hides none.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "publish/ticket_planning.hpp"
#include "publish/ticket_text.hpp"

namespace gatepost::publish {
namespace {

using State = TicketMemory::State;
using Standing = TicketFinding::Standing;

constexpr std::string_view kRest = "rest";

std::string late_subject(const std::string& team) { return "late " + team; }

// The board that is told when the team is late; nullptr when that is the team's own, and there is nobody else to tell.
const Board* board_above(const TicketIndex& index, const TicketTeam& team) {
  const Board* const above = team.parent.empty() ? nullptr : index.board_of(team.parent);
  if (above == nullptr || !team.board) return nullptr;
  const bool same = above->tracker == team.board->tracker && above->project == team.board->project;
  return same ? nullptr : above;
}

struct Summary {
  std::string team, subject;  // whose board it is on; what its key is made of
  Findings findings;          // the riskiest first
  std::string title, body, why, end;
  Band band = Band::low;
};

// What is known of the newest generation of a summary.
struct KnownSummary {
  std::string key;
  std::int64_t generation = 0;
  const TicketMemory* memory = nullptr;
  const ShownTicket* shown = nullptr;
};

KnownSummary find_summary(const TicketIndex& index, const std::string& team, std::string_view subject) {
  KnownSummary known;
  for (;; ++known.generation) {
    known.key = ticket_key(team, subject, known.generation);
    known.memory = index.memory_of(known.key);
    const auto same = index.with_key(known.key);
    known.shown = known.memory != nullptr ? index.shown(*known.memory) : same.empty() ? nullptr : same.front();
    const bool deleted = known.memory != nullptr && !known.memory->id.empty() && known.shown == nullptr;
    if (!deleted) return known;
  }
}

class Summaries {
 public:
  explicit Summaries(TicketPlanning& planning) : planning_(planning) {}

  void keep(const Summary& summary, const Board& board) {
    const KnownSummary known = find_summary(planning_.index, summary.team, summary.subject);
    const bool is_open = known.shown != nullptr && known.shown->phase == TicketPhase::open;
    if (summary.findings.empty() && !is_open) return;
    const bool elsewhere = known.shown == nullptr && known.memory != nullptr && is_being_made(planning_, *known.memory);
    if (elsewhere) return;
    TicketMemory ticket = memory_of(summary, board, known);
    if (known.shown == nullptr) return create(summary, board, ticket);
    close_younger(planning_, ticket, *known.shown);
    if (summary.findings.empty()) return close(summary, ticket, *known.shown);
    const bool heard = known.memory != nullptr && known.memory->state == State::open;
    if (heard && known.memory->digest == ticket.digest) return;  // though a person may have closed it
    if (!is_open)
      add("reopened", summary.why, ticket,
          ReopenTicket{comment_on(ticket, "again " + ticket.digest, summary.title + ".")});
    // A person's title stays.
    ChangeTicket change{.body = summary.body};
    const std::string& was = known.memory == nullptr ? known.shown->title : known.memory->title;
    if (known.shown->title == was && was != summary.title) change.title = summary.title;
    add("updated", change.title ? "title, description" : "description", ticket, std::move(change));
  }

 private:
  static TicketMemory memory_of(const Summary& summary, const Board& board, const KnownSummary& known) {
    TicketMemory ticket{.key = known.key,
                        .tracker = std::string(to_string(board.tracker)),
                        .project = board.project,
                        .team = summary.team,
                        .unit = std::string(kSummaryUnit),
                        .title = summary.title,
                        .digest = ticket_digest(summary.findings, kSummaryUnit, summary.title),
                        .state = State::open,
                        .generation = known.generation};
    if (known.shown != nullptr)
      ticket.id = known.shown->id, ticket.name = known.shown->name, ticket.url = known.shown->url;
    return ticket;
  }

  void create(const Summary& summary, const Board& board, const TicketMemory& ticket) {
    TicketFields fields{.title = summary.title,
                        .body = summary.body,
                        .priority = board.priorities[static_cast<std::size_t>(summary.band)],
                        .labels = board.labels};
    fields.labels.push_back(ticket.key);
    add("created", summary.why, ticket, CreateTicket{ticket.key, std::move(fields), board}, summary.findings);
  }

  void close(const Summary& summary, TicketMemory& ticket, const ShownTicket& shown) {
    const std::string topic = "end " + std::to_string(planning_.input.now.unix_ms);
    ticket.state = State::closed, ticket.title = shown.title;
    add("closed", "nothing is left to tell", ticket,
        CloseTicket{TicketPhase::done, comment_on(ticket, topic, summary.end)});
  }

  // An event needs a finding as its subject: the riskiest that it is about, or, at the end, one of the team.
  void add(std::string deed, std::string why, const TicketMemory& ticket, TicketWhat what, const Findings& about = {}) {
    const TicketFinding* subject = about.empty() ? nullptr : about.front();
    for (const TicketFinding& it : planning_.input.findings) {
      if (subject == nullptr || (about.empty() && it.team == ticket.team && subject->team != ticket.team))
        subject = &it;
    }
    std::vector<FindingId> subjects;
    if (subject != nullptr) subjects.push_back(subject->id);
    planning_.add(std::move(deed), std::move(why), ticket, std::move(what), std::move(subjects));
  }

  TicketPlanning& planning_;
};

Summary rest_of(const TicketPlanning& planning, const TicketTeam& team, Findings findings) {
  std::ranges::sort(findings, is_riskier);
  return {.team = team.id,
          .subject = std::string(kRest),
          .findings = findings,
          .title = rest_title(findings.size(), planning.input.repository),
          .body = rest_body(findings, team.board->tracker),
          .why = "for what has to wait",
          .end = "Every finding has a ticket of its own now."};
}

Summary late_of(const TicketPlanning& planning, const TicketTeam& team, const Board& above) {
  Findings late;
  std::vector<const TicketMemory*> tickets;
  for (const TicketFinding& it : planning.input.findings) {
    if (it.standing == Standing::open && it.breached && it.team == team.id && !it.ticket.empty()) late.push_back(&it);
  }
  std::ranges::sort(late, is_riskier);
  for (const TicketFinding* const it : late) tickets.push_back(planning.index.memory_of(it->ticket));
  return {.team = team.parent,
          .subject = late_subject(team.id),
          .findings = late,
          .title = late_title(late.size(), team.id),
          .body = late_body(late, tickets, above.tracker),
          .why = "escalated by " + team.id,
          .end = "Nothing of the team is late any more.",
          .band = worst_band(late)};
}

}  // namespace

void plan_summaries(TicketPlanning& planning, const std::vector<TicketWish>& waiting) {
  Summaries summaries(planning);
  for (const TicketTeam& team : planning.input.teams) {
    if (!team.board) continue;
    Findings rest;
    for (const TicketWish& wish : waiting) {
      if (wish.team == team.id) rest.insert(rest.end(), wish.findings.begin(), wish.findings.end());
    }
    summaries.keep(rest_of(planning, team, std::move(rest)), *team.board);
    if (const Board* const above = board_above(planning.index, team))
      summaries.keep(late_of(planning, team, *above), *above);
  }
}

std::vector<TicketRef> summary_refs(const TicketPlanning& planning) {
  std::vector<TicketRef> refs;
  const auto ask = [&](const std::string& team, std::string_view subject, const Board& board) {
    for (std::int64_t generation = 0;; ++generation) {
      std::string key = ticket_key(team, subject, generation);
      const TicketMemory* const memory = planning.index.memory_of(key);
      const bool newest = memory == nullptr || memory->id.empty();
      refs.push_back({std::move(key), newest ? "" : memory->id, board.tracker, board.project});
      if (newest) return;
    }
  };
  for (const TicketTeam& team : planning.input.teams) {
    if (!team.board) continue;
    ask(team.id, kRest, *team.board);
    if (const Board* const above = board_above(planning.index, team)) ask(team.parent, late_subject(team.id), *above);
  }
  return refs;
}

}  // namespace gatepost::publish
