// What the parts of the planner of tickets share: the input to look things up in, and the plan as it grows. Of this
// module alone; tickets.hpp is what others see.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "publish/tickets.hpp"

namespace gatepost::publish {

using Findings = std::vector<const TicketFinding*>;

// The input, by what is looked for. Refers to it.
class TicketIndex {
 public:
  explicit TicketIndex(const TicketInput& input);

  [[nodiscard]] const TicketFinding* finding(const FindingId& id) const;
  [[nodiscard]] const TicketTeam* team(const std::string& id) const;
  [[nodiscard]] const Board* board_of(const std::string& team) const;  // nullptr when it has none
  [[nodiscard]] const TicketMemory* memory_of(const std::string& key) const;
  // By its id; by its key when the ledger does not know whether it was made. Of twins the eldest.
  [[nodiscard]] const ShownTicket* shown(const TicketMemory& known) const;
  // All that carry the key, the eldest first.
  [[nodiscard]] std::span<const ShownTicket* const> with_key(const std::string& key) const;

  // The findings that a ticket stands for; `open` has the riskiest first.
  struct Sorted {
    Findings open, decided, ended;
  };
  [[nodiscard]] Sorted findings_of(const TicketMemory& known) const;
  // Closed, and nothing that it stands for came back; so is every summary.
  [[nodiscard]] bool is_over(const TicketMemory& known) const;

 private:
  std::map<FindingId, const TicketFinding*> by_id_;
  std::map<std::string, const TicketTeam*> teams_;
  std::map<std::string, const TicketMemory*> known_;
  std::map<std::string, const ShownTicket*> shown_by_id_;
  std::map<std::string, std::vector<const ShownTicket*>> shown_by_key_;
};

struct TicketPlanning {
  TicketPlanning(const TicketInput& given, const TicketSettings& chosen)
      : input(given), settings(chosen), index(given) {}

  // The ledger hears of an action by the first finding of the ticket, or by all of `subjects`.
  void add(std::string deed, std::string why, const TicketMemory& after, TicketWhat what,
           std::vector<FindingId> subjects = {});

  const TicketInput& input;
  const TicketSettings& settings;
  TicketIndex index;
  std::set<FindingId> in_hand;                    // that have a ticket, or another run is about to give one
  std::map<FindingId, std::int64_t> generations;  // how many tickets of a finding were deleted
  TicketPlan plan;
};

// A ticket that is to be created, before it is asked whether somebody did already.
struct TicketWish {
  std::string team, unit, key;
  std::int64_t generation = 0;
  Findings findings;  // the riskiest first
};

// --- ticket_upkeep.cpp: tickets that there are ---

void keep_ticket(TicketPlanning& planning, const TicketMemory& known);
// Title, priority, assignee, day and description follow the facts, as far as no person changed them.
void update_ticket(TicketPlanning& planning, TicketMemory& ticket, const ShownTicket& shown, const Findings& open);
// Of several that two runs made at the same moment the eldest stays.
void close_younger(TicketPlanning& planning, const TicketMemory& ticket, const ShownTicket& shown);
// Another run told the ledger a moment ago that it makes the ticket.
bool is_being_made(const TicketPlanning& planning, const TicketMemory& known);

// --- ticket_wishes.cpp: tickets that there should be ---

// The riskiest first. Running campaigns take what is new of their remedy on the way.
std::vector<TicketWish> ticket_wishes(TicketPlanning& planning);
void fulfil(TicketPlanning& planning, const TicketWish& wish);
TicketFields fields_of(const TicketPlanning& planning, const TicketWish& wish, const Board& board);

// --- ticket_summary.cpp: tickets that tell of several findings and are the ticket of none ---

// One a team for all that has to wait for the next run; one on the board of the team above for all that is late.
void plan_summaries(TicketPlanning& planning, const std::vector<TicketWish>& waiting);
std::vector<TicketRef> summary_refs(const TicketPlanning& planning);

// --- small words that all of them use ---

bool is_riskier(const TicketFinding* a, const TicketFinding* b);
Band worst_band(const Findings& findings);
std::string due_of(const Findings& findings);  // the earliest day; "" when none has one
std::vector<FindingId> ids_of(const Findings& findings);
// People's names stay out of the ledger: this tells whether somebody else was chosen meanwhile, and nothing more.
std::string mark_of(std::string_view key, std::string_view assignee);
std::optional<TrackerKind> tracker_of(std::string_view name);
TicketComment comment_on(const TicketMemory& ticket, std::string_view topic, const std::string& text);

}  // namespace gatepost::publish
