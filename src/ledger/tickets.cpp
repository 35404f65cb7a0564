#include "ledger/tickets.hpp"

#include <algorithm>
#include <utility>

namespace gatepost::ledger {
namespace {

using Memory = TicketMemory;

// Facts that are texts, and where they are kept.
constexpr std::pair<std::string_view, std::string Memory::*> kTexts[] = {
    {"key", &Memory::key},         {"tracker", &Memory::tracker},
    {"project", &Memory::project}, {"id", &Memory::id},
    {"ticket", &Memory::name},     {"url", &Memory::url},
    {"team", &Memory::team},       {"unit", &Memory::unit},
    {"title", &Memory::title},     {"priority", &Memory::priority},
    {"due", &Memory::due},         {"assignee", &Memory::assignee},
    {"digest", &Memory::digest},
};

Memory::State state_of(std::string_view name) {
  const auto found = std::ranges::find(Memory::kStateNames, name);
  return found == Memory::kStateNames.end() ? Memory::State::open
                                            : static_cast<Memory::State>(found - Memory::kStateNames.begin());
}

Memory memory_of(const Event& event) {
  Memory memory;
  for (const auto& [name, member] : kTexts) memory.*member = event.text(name);
  memory.state = state_of(event.text("state"));
  memory.generation = event.number("generation").value_or(0);
  memory.claimed_at.unix_ms = event.number("claimed_at").value_or(0);
  const auto foreign = event.facts.find("foreign");
  memory.foreign = foreign != event.facts.end();
  const auto told = event.facts.find("told");
  if (told != event.facts.end()) {
    if (const auto* const topics = std::get_if<std::vector<std::string>>(&told->second)) memory.told = *topics;
  }
  // What was refused may be tried again at once.
  memory.at = event.text("deed") == "not_created" ? Timestamp{} : event.at;
  return memory;
}

}  // namespace

Result<Tickets> tickets_of(std::span<const Line> lines) {
  std::map<std::string, Memory> by_key;
  Tickets tickets;
  CanonicalText scratch;
  for (const Line& line : lines) {
    if (line.type != to_string(EventType::ticketed) && line.type != to_string(EventType::claimed_fixed)) continue;
    GP_TRY(const Event event, parse(line.text, scratch));
    Memory memory = memory_of(event);
    const auto finding = parse_finding_id(event.subject);
    if (memory.key.empty() || !finding) continue;  // of another program
    if (memory.unit != kSummaryUnit) tickets.of_finding[*finding] = memory.key;
    by_key[memory.key] = std::move(memory);
  }
  for (const auto& [finding, key] : tickets.of_finding) by_key[key].findings.push_back(finding);
  for (auto& [key, memory] : by_key) tickets.all.push_back(std::move(memory));
  return tickets;
}

std::vector<Draft> ticket_events(std::string_view deed, const TicketMemory& ticket,
                                 std::span<const FindingId> findings) {
  Facts facts{{"deed", std::string(deed)},
              {"state", std::string(Memory::kStateNames[static_cast<std::size_t>(ticket.state)])}};
  for (const auto& [name, member] : kTexts) {
    if (!(ticket.*member).empty()) facts.emplace(name, ticket.*member);
  }
  if (ticket.generation != 0) facts.emplace("generation", ticket.generation);
  if (ticket.claimed_at.unix_ms != 0) facts.emplace("claimed_at", ticket.claimed_at.unix_ms);
  if (ticket.foreign) facts.emplace("foreign", true);
  if (!ticket.told.empty()) facts.emplace("told", ticket.told);
  std::vector<Draft> drafts;
  for (const FindingId& finding : findings) {
    Draft draft{.type = deed == "claimed" ? EventType::claimed_fixed : EventType::ticketed,
                .subject = to_string(finding)};
    draft.actor = {"tool", "tickets", ""};
    draft.facts = facts;
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

}  // namespace gatepost::ledger
