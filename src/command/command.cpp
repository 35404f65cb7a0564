#include "command/command.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace gatepost::command {
namespace {

// One line makes a command: its grammar, its help and who may give it. src/app/command_answer.cpp says what it does.
constexpr Usage kUsages[] = {
    {Verb::help, "help", {}, 0, "Lists the commands.", "help", "read"},
    {Verb::status,
     "status",
     {},
     0,
     "Tells how the gate stands, what is waived and what waits for approval.",
     "status",
     "read"},
    {Verb::explain, "explain", {Part::finding}, 1, "Tells why a finding has its risk.", "explain GP-ABCDEFGH", "read"},
    {Verb::fix, "fix", {Part::finding}, 1, "Tells how to repair a finding.", "fix GP-ABCDEFGH", "read"},
    {Verb::recheck, "recheck", {}, 0, "Judges the same findings again by the rules of now.", "recheck", "write"},
    {Verb::waive,
     "waive",
     {Part::finding, Part::day, Part::text},
     3,
     "Asks to accept a finding until a day; somebody else has to approve it.",
     "waive GP-ABCDEFGH until 2027-01-31 reason behind mTLS, rewrite planned",
     "write"},
    {Verb::false_positive,
     "false-positive",
     {Part::finding, Part::text},
     2,
     "Asks to count a finding as none; somebody else has to approve it.",
     "false-positive GP-ABCDEFGH reason the input is a constant",
     "write"},
    {Verb::approve,
     "approve",
     {Part::decision},
     1,
     "Approves a request of somebody else.",
     "approve GP-ABCDEFGH",
     "maintain, owners",
     true},
    {Verb::revoke,
     "revoke",
     {Part::decision},
     1,
     "Takes a request or its approval back.",
     "revoke GP-ABCDEFGH",
     "requester, maintain, owners",
     true},
    {Verb::assign,
     "assign",
     {Part::finding, Part::team},
     2,
     "Hands a finding to a team or a person.",
     "assign GP-ABCDEFGH @acme/payments",
     "write"},
    {Verb::ticket, "ticket", {Part::finding}, 1, "Asks for a ticket about a finding.", "ticket GP-ABCDEFGH", "write"},
    {Verb::freeze,
     "freeze",
     {Part::service},
     1,
     "Closes every gate of a service until it is lifted.",
     "freeze cart",
     "maintain",
     true},
    {Verb::unfreeze, "unfreeze", {Part::service}, 1, "Lifts a freeze.", "unfreeze cart", "maintain", true},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kUsages); ++i) {
    if (static_cast<std::size_t>(kUsages[i].verb) != i) return false;
  }
  return true;
}
static_assert(in_order());

constexpr std::string_view kPlaceholders[] = {"ID", "ID", "until DATE", "reason TEXT", "@TEAM", "SERVICE"};

}  // namespace

std::span<const Usage> usages() { return kUsages; }

const Usage& usage_of(Verb verb) {
  GP_ASSERT(static_cast<std::size_t>(verb) < std::size(kUsages));
  return kUsages[static_cast<std::size_t>(verb)];
}

const Usage* find_usage(std::string_view name) {
  const auto* const found = std::ranges::find(kUsages, name, &Usage::name);
  return found == std::end(kUsages) ? nullptr : found;
}

std::string synopsis(const Usage& usage) {
  std::string all = std::string(kName) + " " + std::string(usage.name);
  for (const Part part : usage.expected()) all.append(" ").append(kPlaceholders[static_cast<std::size_t>(part)]);
  return all;
}

}  // namespace gatepost::command
