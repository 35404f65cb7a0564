// The numbers of a finding's life, read once from config/rules/lifecycle.yaml, which says what each is for.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/kind.hpp"
#include "model/risk.hpp"

namespace gatepost::ledger {

inline constexpr std::int64_t kDayMs = std::int64_t{24} * 60 * 60 * 1000;

struct Rules {
  std::array<std::int64_t, kPriorityNames.size()> decision_days{};  // 0: no day
  std::array<std::int64_t, kBandNames.size()> band_days{};
  std::int64_t kev_days = 0, least_after_waiver = 0, warning_percent = 0;
  std::int64_t regression_days = 0, stale_days = 0, silent_days = 0, vanished_percent = 0, vanished_least = 0;
  std::int64_t dependencies_jump_percent = 0, coverage_drop_points = 0;
  std::array<std::int64_t, kKindNames.size()> confirmations{};
  std::vector<std::int64_t> epss_bands;    // ascending, parts per million
  std::vector<std::int64_t> backlog_days;  // ascending
  bool restart_when_reopened = false;      // MTTR of a reopened finding counts from the reopening
  friend bool operator==(const Rules&, const Rules&) = default;
};

const Rules& built_in_rules();
// Those of a file, which names what differs from `before`.
Result<Rules> read_rules(std::string text, const std::string& name, const Rules& before = built_in_rules());

}  // namespace gatepost::ledger
