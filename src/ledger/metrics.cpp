#include "ledger/metrics.hpp"

#include <algorithm>

namespace gatepost::ledger {
namespace {

// One life, whether it ended long ago or goes on.
struct Life {
  const Clocks& clocks;
  Standing standing = Standing::open;
};

class Measuring {
 public:
  Measuring(Timestamp since, Timestamp now, const Rules& rules)
      : since_(since.unix_ms), now_(now.unix_ms), rules_(rules) {
    result_.backlog.assign(rules.backlog_days.size() + 1, 0);
  }

  void add(const Life& life) {
    const bool counts = life.standing == Standing::open || life.standing == Standing::fixed ||
                        life.standing == Standing::waived || life.standing == Standing::not_affected;
    if (!counts) return;
    const Clocks& c = life.clocks;
    found(c);
    if (life.standing == Standing::open) backlog(c);
    if (life.standing == Standing::open || life.standing == Standing::fixed) repaired(life);
    if (c.due != 0 && c.due >= since_ && c.due <= now_) due(life);
  }

  Metrics take() {
    result_.mttr = spread_of(std::move(mttr_));
    result_.mttr_active = spread_of(std::move(active_));
    result_.mttd = spread_of(std::move(mttd_));
    result_.mtta = spread_of(std::move(mtta_));
    result_.exposure = spread_of(std::move(exposure_));
    result_.mttr_censored = median_of(std::move(spans_));
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool in_period(std::int64_t at) const { return at >= since_ && at <= now_; }
  // From when on somebody could have been hurt; 0: not known.
  static std::int64_t exposed_from(const Clocks& c) { return std::max(c.published, c.introduced); }
  [[nodiscard]] std::int64_t start(const Clocks& c) const {
    return rules_.restart_when_reopened && c.reopened != 0 ? c.reopened : c.detected;
  }

  void found(const Clocks& c) {
    const std::int64_t from = exposed_from(c);
    if (in_period(c.detected) && from != 0 && c.detected >= from) mttd_.push_back(c.detected - from);
    if (in_period(c.triaged) && c.triaged >= c.detected) mtta_.push_back(c.triaged - c.detected);
  }

  void repaired(const Life& life) {
    const Clocks& c = life.clocks;
    const bool ended = life.standing == Standing::fixed;
    const std::int64_t end = ended ? c.closed : now_, whole = std::max<std::int64_t>(end - start(c), 0);
    if (ended && !in_period(end)) return;
    spans_.push_back({whole, ended});
    if (!ended) return;
    ++result_.fixed;
    mttr_.push_back(whole);
    active_.push_back(std::max<std::int64_t>(whole - c.paused_ms, 0));
    if (const std::int64_t from = exposed_from(c); from != 0 && end >= from) exposure_.push_back(end - from);
  }

  void backlog(const Clocks& c) {
    ++result_.open;
    const std::int64_t days = std::max<std::int64_t>(now_ - c.detected, 0) / kDayMs;
    const auto last = std::ranges::lower_bound(rules_.backlog_days, days);
    ++result_.backlog[static_cast<std::size_t>(last - rules_.backlog_days.begin())];
  }

  void due(const Life& life) {
    const Clocks& c = life.clocks;
    ++result_.service_levels.due;
    const bool closed = life.standing == Standing::fixed && c.closed <= c.due;
    const bool paused = c.paused_since != 0 && c.paused_since <= c.due;
    // Who was late is not in time because a pause set another day.
    if (c.breached == 0 && (closed || paused)) ++result_.service_levels.kept;
  }

  std::int64_t since_, now_;
  const Rules& rules_;
  Metrics result_;
  std::vector<std::int64_t> mttr_, active_, mttd_, mtta_, exposure_;
  std::vector<Span> spans_;
};

}  // namespace

Spread spread_of(std::vector<std::int64_t> durations) {
  Spread spread{.count = durations.size()};
  if (durations.empty()) return spread;
  std::ranges::sort(durations);
  const auto at = [&](std::size_t percent) { return durations[(durations.size() * percent + 99) / 100 - 1]; };
  spread.median = at(50);
  spread.p90 = at(90);
  return spread;
}

// The estimate after each end is multiplied by (at risk - ended) / at risk, in parts of 2^62. It is rounded up, a
// million times less than `kRounding`; one half counts as half.
std::optional<std::int64_t> median_of(std::vector<Span> spans) {
  __extension__ using Wide = unsigned __int128;
  constexpr Wide kWhole = Wide{1} << 62U, kRounding = Wide{1} << 30U;
  std::ranges::sort(spans);
  Wide surviving = kWhole;
  for (std::size_t i = 0; i < spans.size();) {
    std::size_t next = i, ended = 0;
    for (; next < spans.size() && spans[next].ms == spans[i].ms; ++next) ended += spans[next].ended ? 1U : 0U;
    const std::size_t at_risk = spans.size() - i;
    if (ended > 0) surviving = (surviving * (at_risk - ended) + at_risk - 1) / at_risk;
    if (ended > 0 && surviving <= kWhole / 2 + kRounding) return spans[i].ms;
    i = next;
  }
  return std::nullopt;
}

Metrics measure(const State& state, Timestamp since, Timestamp now, const Rules& rules,
                const std::function<bool(const Tracked&)>& wanted) {
  Measuring all(since, now, rules);
  for (const Tracked& it : state.findings) {
    if (!wanted || wanted(it)) all.add({it.clocks, it.standing});
  }
  for (const PastLife& it : state.past) {
    const Tracked* const now_is = wanted ? state.find(it.id) : nullptr;
    if (!wanted || (now_is != nullptr && wanted(*now_is))) all.add({it.clocks, it.standing});
  }
  return all.take();
}

}  // namespace gatepost::ledger
