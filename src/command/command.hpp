// Comment commands: what a developer writes to gatepost where the change is discussed. This is their table; grammar.hpp
// reads them, authority.hpp says who may give them.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gatepost::command {

inline constexpr std::string_view kName = "/gatepost";

enum class Verb : std::uint8_t {
  help,
  status,
  explain,
  fix,
  recheck,
  waive,
  false_positive,
  approve,
  revoke,
  assign,
  ticket,
  freeze,
  unfreeze,
};

// What may follow the verb, in this order. A text is the rest of the line.
enum class Part : std::uint8_t {
  finding,   // GP-ABCDEFGH
  decision,  // a finding, or the id of a request: W-123
  day,       // until 2027-01-31
  text,      // reason why
  team,      // @acme/payments, @bob
  service,   // cart
};

struct Usage {
  Verb verb = Verb::help;
  std::string_view name;
  std::array<Part, 3> parts{};
  std::size_t part_count = 0;
  std::string_view summary;  // one sentence
  std::string_view example;  // what stands behind "/gatepost "
  std::string_view asked;    // who may give it unless the settings say otherwise: names of roles with ", " between
  bool decides = false;      // a granted one changes what the gate counts
  [[nodiscard]] std::span<const Part> expected() const { return std::span(parts).first(part_count); }
};

// In the order of Verb.
std::span<const Usage> usages();
const Usage& usage_of(Verb verb);
const Usage* find_usage(std::string_view name);  // nullptr: there is none
// "/gatepost waive ID until DATE reason TEXT".
std::string synopsis(const Usage& usage);

struct Command {
  Verb verb = Verb::help;
  std::string id;  // in capitals; "" for commands without one
  std::optional<std::chrono::sys_days> until;
  std::string text;
  std::string team;     // as written, with "@"
  std::string service;  // as written
  std::string head;     // the commit that it is bound to: 7 to 40 hex digits; "" when the comment says none
  friend bool operator==(const Command&, const Command&) = default;
};

}  // namespace gatepost::command
