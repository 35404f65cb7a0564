#include "app/ledger_rules.hpp"

#include <cstddef>

namespace gatepost::app {

ledger::Rules ledger_rules(const config::ServiceLevels& levels) {
  ledger::Rules rules = ledger::built_in_rules();
  const auto put = [](const std::optional<std::int64_t>& said, std::int64_t& into) {
    if (said) into = *said;
  };
  for (std::size_t i = 0; i < levels.decision_days.size(); ++i) put(levels.decision_days[i], rules.decision_days[i]);
  for (std::size_t i = 0; i < levels.band_days.size(); ++i) put(levels.band_days[i], rules.band_days[i]);
  put(levels.kev_days, rules.kev_days);
  put(levels.least_after_waiver, rules.least_after_waiver);
  put(levels.warning_percent, rules.warning_percent);
  return rules;
}

}  // namespace gatepost::app
