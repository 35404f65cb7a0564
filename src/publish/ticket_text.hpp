// What tickets and comments on them say. All that is not ours is escaped by report/rich_text.hpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "publish/tickets.hpp"
#include "report/rich_text.hpp"

namespace gatepost::publish {

report::Markup markup_of(TrackerKind tracker);

// One line of at most 200 bytes.
std::string ticket_title(const TicketFinding& finding);
std::string campaign_title(std::string_view unit, std::size_t findings);

// The description: what, where, why it matters here, how to fix it, until when. `findings` is never empty, the riskiest
// first.
std::string ticket_body(std::span<const TicketFinding* const> findings, std::string_view unit, std::string_view due,
                        const TicketInput& input, TrackerKind tracker);
// Of what changes when the description has to be written anew: not of lines, which move every day.
std::string ticket_digest(std::span<const TicketFinding* const> findings, std::string_view unit, std::string_view due);

std::string rest_title(std::size_t findings, std::string_view repository);
std::string rest_body(std::span<const TicketFinding* const> findings, TrackerKind tracker);

std::string late_title(std::size_t findings, std::string_view team);
// `tickets` has those of the findings, in their order; nullptr for one that has none yet.
std::string late_body(std::span<const TicketFinding* const> findings, std::span<const TicketMemory* const> tickets,
                      TrackerKind tracker);

// `topic` names the comment: the same ticket gets one of a topic.
TicketComment ticket_comment(const TicketMemory& ticket, std::string_view topic, const std::string& text,
                             TrackerKind tracker);
// What is asked for by who closes a ticket of these findings as "won't do": to accept each for as long as its risk may
// be. Nothing for those that the policy lets nobody accept.
std::vector<WaiverWish> waiver_wishes(std::span<const TicketFinding* const> findings, Timestamp now);
// Tells who did that how each request is approved, or written down instead.
std::string refusal_text(std::span<const TicketFinding* const> findings, const TicketMemory& ticket,
                         std::span<const WaiverWish> waivers);

}  // namespace gatepost::publish
