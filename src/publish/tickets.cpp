#include "publish/tickets.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "publish/ticket_planning.hpp"
#include "report/escape.hpp"

namespace gatepost::publish {

std::string ticket_key(std::string_view team, std::string_view subject, std::int64_t generation) {
  Sha256 hash;
  hash.field("gatepost ticket").field(team).field(subject).field(static_cast<std::uint64_t>(generation));
  return "gatepost-" + text::lower(base32(hash.finish128()));
}

std::vector<TicketRef> ticket_refs(const TicketInput& input, const TicketSettings& settings) {
  TicketPlanning planning(input, settings);
  std::vector<TicketRef> refs;
  for (const TicketMemory& it : input.known) {
    const auto tracker = tracker_of(it.tracker);
    if (!tracker || planning.index.is_over(it)) continue;
    refs.push_back({it.key, it.id, *tracker, it.project});
    // What has a ticket wishes for none; a planned one may have to be made by us.
    for (const FindingId& id : it.findings) {
      const TicketFinding* const finding = planning.index.finding(id);
      if (!it.id.empty() && finding != nullptr && finding->ticket == it.key) planning.in_hand.insert(id);
    }
  }
  std::vector<TicketWish> wishes = ticket_wishes(planning);
  wishes.resize(std::min(wishes.size(), settings.most_new));
  for (const TicketWish& wish : wishes) {
    const Board& board = *planning.index.board_of(wish.team);
    refs.push_back({wish.key, "", board.tracker, board.project});
  }
  std::ranges::move(summary_refs(planning), std::back_inserter(refs));
  std::ranges::sort(refs, {}, [](const TicketRef& it) { return std::tie(it.tracker, it.project, it.key, it.id); });
  const auto twice = std::ranges::unique(refs);
  refs.erase(twice.begin(), twice.end());
  return refs;
}

TicketPlan plan_tickets(const TicketInput& input, const TicketSettings& settings) {
  TicketPlanning planning(input, settings);
  for (const TicketMemory& ticket : input.known) {
    if (!planning.index.is_over(ticket)) keep_ticket(planning, ticket);
  }
  std::vector<TicketWish> wishes = ticket_wishes(planning);
  const auto most = static_cast<std::ptrdiff_t>(std::min(wishes.size(), settings.most_new));
  for (auto it = wishes.begin(); it != wishes.begin() + most; ++it) fulfil(planning, *it);
  wishes.erase(wishes.begin(), wishes.begin() + most);
  plan_summaries(planning, wishes);
  return std::move(planning.plan);
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
