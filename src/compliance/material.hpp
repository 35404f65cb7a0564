// What evidence is made of: the events of a ledger to the end of a period, their state, and what stands beside them.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "ledger/event.hpp"
#include "ledger/rules.hpp"
#include "ledger/state.hpp"
#include "model/kind.hpp"
#include "model/service.hpp"

namespace gatepost::compliance {

struct Period {
  Timestamp from, to;  // to: the first moment behind it
  [[nodiscard]] bool has(std::int64_t ms) const { return ms >= from.unix_ms && ms < to.unix_ms; }
};

struct Material {
  std::span<const ledger::Event> events;  // before the end of the period, verified
  const ledger::State& state;             // their fold
  Period period;
  Timestamp as_of;  // until when something is known: the end of the period, or now
  const std::vector<Service>& services;
  std::map<std::string, std::string> justifications;             // of waivers in files, by id
  std::function<std::string(std::string_view)> name_of;          // of a person's pseudonym
  std::function<std::string(const ledger::Event&)> told;         // an event in a few words
  std::function<std::optional<Kind>(std::string_view)> kind_of;  // of an engine's findings
  std::vector<std::string> checkpoints;                          // texts as the ledger's store has them
  std::string ledger_name;
  std::size_t samples = 5;  // of each control
  ledger::Rules rules = ledger::built_in_rules();
};

}  // namespace gatepost::compliance
