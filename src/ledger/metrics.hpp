// How fast problems are found and repaired, and whether in time. Whole milliseconds and counts; docs/ledger.md defines
// each figure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "ledger/rules.hpp"
#include "ledger/state.hpp"

namespace gatepost::ledger {

// Of durations in milliseconds. Nothing: there is none.
struct Spread {
  std::size_t count = 0;
  std::optional<std::int64_t> median, p90;  // the smallest value that half, 90 % of all do not exceed
  friend bool operator==(const Spread&, const Spread&) = default;
};
Spread spread_of(std::vector<std::int64_t> durations);

// How long something lasted, or has lasted so far.
struct Span {
  std::int64_t ms = 0;
  bool ended = false;
  friend auto operator<=>(const Span&, const Span&) = default;
};
// When half of all have ended, by Kaplan and Meier: what has not ended counts as long as it was watched. Nothing when
// half of them were never seen to end.
std::optional<std::int64_t> median_of(std::vector<Span> spans);

struct Compliance {
  std::size_t due = 0, kept = 0;  // kept: closed or waived before the day
  [[nodiscard]] std::optional<std::int64_t> percent() const {
    if (due == 0) return std::nullopt;
    return static_cast<std::int64_t>(kept * 100 / due);
  }
  friend bool operator==(const Compliance&, const Compliance&) = default;
};

struct Metrics {
  Spread mttr, mttr_active, mttd, mtta, exposure;
  std::optional<std::int64_t> mttr_censored;  // the median with open findings counted
  Compliance service_levels;                  // of what was due in the period
  std::vector<std::size_t> backlog;           // open findings by age: one more than Rules::backlog_days
  std::size_t open = 0, fixed = 0;            // now; in the period
  friend bool operator==(const Metrics&, const Metrics&) = default;
};

// Of the findings for which `wanted` is true; nullptr: all. The period is from `since` to `now`.
Metrics measure(const State& state, Timestamp since, Timestamp now, const Rules& rules = built_in_rules(),
                const std::function<bool(const Tracked&)>& wanted = nullptr);

}  // namespace gatepost::ledger
