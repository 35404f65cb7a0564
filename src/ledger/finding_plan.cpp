#include "ledger/finding_plan.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "ledger/vex_status.hpp"

namespace gatepost::ledger {
namespace {

bool suppresses(std::string_view vex) { return vex == "not_affected" || vex == "fixed"; }
std::int64_t days_of(const Record& record, const Rules& rules) {
  return record.decision ? rules.decision_days[static_cast<std::size_t>(*record.decision)]
                         : rules.band_days[static_cast<std::size_t>(record.band())];
}

std::int64_t earlier(std::int64_t a, std::int64_t b) { return a == 0 ? b : b == 0 ? a : std::min(a, b); }

std::string weaknesses(const std::vector<std::uint32_t>& cwes) {
  std::string all;
  for (const std::uint32_t it : cwes) all += fmt::format("{}CWE-{}", all.empty() ? "" : "+", it);
  return all;
}

std::string day(std::int64_t ms) { return gatepost::to_string(day_of({ms})); }

// When a finding has to be gone; 0: no day.
std::int64_t due_of(const Record& record, std::int64_t since, std::int64_t kev_since, const Rules& rules) {
  const std::int64_t days = days_of(record, rules);
  const std::int64_t due = days == 0 ? 0 : since + days * kDayMs;
  return kev_since == 0 ? due : earlier(due, kev_since + rules.kev_days * kDayMs);
}

// What happens to one finding, seen or not.
class Finding {
 public:
  Finding(const Ground& ground, Course& course) : s_(ground.state), f_(ground.facts), r_(ground.rules), c_(course) {}

  void seen(const Seen& seen) {
    const Tracked* const known = c_.exists() ? &c_.now() : nullptr;
    const Tracked before = known == nullptr ? Tracked{} : *known;
    kev_limit_ = seen.kev ? kev_since(seen) + r_.kev_days * kDayMs : 0;
    const bool same_life = known != nullptr && !starts_anew(before);
    if (same_life) recognise(seen, before);
    if (!same_life) {
      detect(seen, before);
    } else {
      come_back(seen, before);
      if (c_.is_live()) news(seen, before);
    }
    if (c_.is_live() && taken_back(seen)) withdraw(seen.record.advisories);
    if (c_.is(Standing::waived) || c_.is(Standing::false_positive)) expire(c_.now(), seen);
    statements(seen, before, same_life);
    decide(seen);
    service_levels(same_life ? before : Tracked{});
  }

  // `suspicious`: the run saw so little that nothing is closed.
  void unseen(bool suspicious) {
    const Tracked before = c_.now();
    if (!before.is_live()) return;
    if (end_without_run(before)) return;
    if (evaluated(before) && !suspicious && confirmed(before)) return;
    if (before.standing == Standing::waived || before.standing == Standing::false_positive) expire(before, {});
    stale(before);
    service_levels(before);
  }

  // A run that looked in the right place would have seen it.
  [[nodiscard]] bool would_close(const Tracked& t) const {
    return t.standing != Standing::false_positive && t.is_live() && !ends_without_run(t) && looked(t) == Looked::yes;
  }

 private:
  enum class Looked { yes, no, elsewhere, without_rule };

  [[nodiscard]] bool starts_anew(const Tracked& t) const {
    return t.standing == Standing::fixed && c_.at() - t.clocks.closed > r_.regression_days * kDayMs;
  }
  [[nodiscard]] std::string text(TextId id) const { return std::string(s_.text(id)); }

  // It has another id, or its code is no longer what a decision was made for.
  void recognise(const Seen& seen, const Tracked& before) {
    const bool other_id = seen.record.id != before.id;
    const bool other_code =
        !before.context.empty() && !seen.record.context.empty() && seen.record.context != before.context;
    if (c_.is(Standing::false_positive) && other_code) c_.add(EventType::context_changed);
    const bool keeps = keeps_decisions(seen.stage, seen.similarity);
    const bool decided = c_.is(Standing::waived) || c_.is(Standing::false_positive);
    if (other_id && decided && !keeps && !seen.waiver) lapse("it may have become another problem");
    if (!other_id) return;
    c_.rename(seen.record.id);
    Draft& moved = c_.add(EventType::moved, {{"former", to_string(before.id)},
                                             {"stage", std::string(to_string(seen.stage))},
                                             {"similarity", std::int64_t{seen.similarity}}});
    moved.record = seen.record;
    moved.before = text(before.path);
    moved.after = seen.record.path;
  }

  void detect(const Seen& seen, const Tracked& before) {
    const std::int64_t since = seen.observed != 0 ? seen.observed : c_.at();
    Facts facts;
    if (seen.published != 0) facts["published"] = seen.published;
    if (seen.introduced != 0) facts["introduced"] = seen.introduced;
    if (seen.observed != 0) facts["observed_at"] = seen.observed;
    if (seen.kev) facts["kev"] = true;
    if (seen.fix_available) facts["fix_available"] = true;
    if (seen.record.id != before.id && before.detected_seq != 0) c_.leave(seen.record.id);
    if (const std::uint8_t band = epss_band(seen); band != 0) facts["epss_band"] = std::int64_t{band};
    if (before.detected_seq != 0) facts["recurrence_of"] = static_cast<std::int64_t>(before.detected_seq);
    if (!seen.vex.empty() && !suppresses(seen.vex)) facts["vex"] = seen.vex;
    c_.add_due(EventType::detected, due_of(seen.record, since, kev_since(seen), r_), std::move(facts)).record =
        seen.record;
    if (seen.advisory_new) {
      Facts news;
      if (!seen.record.advisories.empty()) news["advisories"] = seen.record.advisories;
      c_.add(EventType::advisory_new, std::move(news));
    }
  }

  void come_back(const Seen& seen, const Tracked& before) {
    if (c_.is(Standing::fixed)) {
      c_.add_due(EventType::reopened, due_of(seen.record, c_.at(), kev_since(seen), r_)).record = seen.record;
    } else if (c_.is(Standing::gone)) {
      c_.add_due(EventType::returned, resumed(before)).record = seen.record;
    } else if (c_.is(Standing::duplicate)) {
      c_.add(EventType::separated).record = seen.record;
    } else if (c_.is(Standing::withdrawn) && !taken_back(seen)) {
      c_.add_due(EventType::reinstated, resumed(before)).record = seen.record;
    }
  }
  void withdraw(const std::vector<std::string>& advisories) {
    c_.add(EventType::withdrawn, {{"reason", text::join(advisories, ", ") + " taken back"}});
  }
  [[nodiscard]] bool taken_back(const Seen& seen) const {
    return f_.withdrawn(text::join(seen.record.advisories, "\n"));
  }

  void news(const Seen& seen, const Tracked& before) {
    if (before.has(Flag::stale) || before.has(Flag::uncovered) || before.has(Flag::rule_retired))
      c_.add(EventType::evaluated);
    change(seen, before);
    if (seen.kev && !before.has(Flag::kev)) {
      Facts facts;
      if (seen.kev_since != 0) facts["since"] = day(seen.kev_since);
      c_.add_due(EventType::kev_added, earlier(c_.due(), kev_since(seen) + r_.kev_days * kDayMs), std::move(facts));
    }
    epss(seen, before);
    if (seen.fix_available && !before.has(Flag::fix_available)) c_.add(EventType::fix_available);
  }

  // What is worth an event: not a line, not a point of risk within a band, not another commit.
  void change(const Seen& seen, const Tracked& before) {
    const Record& now = seen.record;
    std::vector<std::string> was, is;
    const auto compare = [&](std::string_view name, std::string_view old, std::string_view fresh) {
      if (old == fresh) return;
      was.push_back(fmt::format("{} {}", name, old.empty() ? "unknown" : old));
      is.push_back(fmt::format("{} {}", name, fresh.empty() ? "unknown" : fresh));
    };
    const Band band = band_for_tenths(before.risk_tenths);
    const auto decision = [](std::optional<Priority> it) { return it ? to_string(*it) : std::string_view{}; };
    const std::optional<Priority> old_decision =
        before.decision < 0 ? std::nullopt : std::optional(static_cast<Priority>(before.decision));
    compare("severity", to_string(before.severity), to_string(now.severity));
    compare("risk", to_string(band), to_string(now.band()));
    // What does not apply is not decided about.
    if (!suppresses(seen.vex)) compare("decision", decision(old_decision), decision(now.decision));
    compare("owner", s_.text(before.team), now.team);
    compare("service", s_.text(before.service), now.service);
    compare("weakness", weaknesses(s_.cwes(before)), weaknesses(now.cwes));
    if (now.id == before.id) compare("path", s_.text(before.path), now.path);
    if (was.empty()) return;
    // Worse: less time from now on. Better: the day stays.
    const bool worse = now.band() > band || (now.decision && (!old_decision || *now.decision > *old_decision));
    const std::int64_t days = days_of(now, r_);
    const std::int64_t due = worse && days != 0 ? earlier(c_.due(), c_.at() + days * kDayMs) : 0;
    Draft& changed = c_.add_due(EventType::changed, due);
    changed.record = now;
    changed.before = text::join(was, ", ");
    changed.after = text::join(is, ", ");
  }

  // A day's value may be an outlier: the next day has to say so too.
  void epss(const Seen& seen, const Tracked& before) {
    const std::uint8_t band = epss_band(seen);
    if (band <= before.epss_band || f_.epss_day.empty()) return;
    const std::string rising_day = text(before.epss_day);
    const bool waiting = before.epss_rising > before.epss_band && rising_day == f_.last_epss_day;
    const bool confirmed = waiting && f_.epss_day > rising_day;
    const std::uint8_t reached = confirmed ? std::min(band, before.epss_rising) : before.epss_band;
    if (confirmed)
      c_.add(EventType::epss_band_up, {{"band", std::int64_t{reached}}, {"ppm", std::int64_t{*seen.epss_ppm}}});
    if (band > reached && (confirmed || !waiting))
      c_.add(EventType::epss_rising, {{"band", std::int64_t{band}}, {"day", f_.epss_day}});
  }
  [[nodiscard]] std::uint8_t epss_band(const Seen& seen) const {
    if (!seen.epss_ppm) return 0;
    return static_cast<std::uint8_t>(
        std::ranges::count_if(r_.epss_bands, [&](std::int64_t from) { return *seen.epss_ppm >= from; }));
  }
  [[nodiscard]] std::int64_t kev_since(const Seen& seen) const {
    if (!seen.kev) return 0;
    return seen.kev_since != 0 ? seen.kev_since : c_.at();
  }

  // What vendors say.
  void statements(const Seen& seen, const Tracked& before, bool same_life) {
    if (!c_.is_live()) return;
    const auto told = [&](std::string_view status) {
      Facts facts{{"vex", std::string(status)}};
      if (!seen.vex_statement.empty()) facts["reason"] = seen.vex_statement;
      return facts;
    };
    if (suppresses(seen.vex)) {
      if (c_.is(Standing::open) || c_.is(Standing::waived)) c_.add(EventType::not_affected, told(seen.vex));
    } else if (c_.is(Standing::not_affected)) {
      c_.add_due(EventType::superseded, resumed(before), told(seen.vex));
    } else if (same_life && !seen.vex.empty() && seen.vex != kVexNames[before.vex]) {
      c_.add(EventType::vex_added, told(seen.vex));
    }
  }

  // What people decided.
  void decide(const Seen& seen) {
    if (!seen.waiver || seen.waiver->until <= c_.at()) return;
    const Decision& it = *seen.waiver;
    const bool renewed = c_.is(Standing::waived) &&
                         (s_.text(c_.now().waiver) != it.id || c_.now().waived_until != it.until) &&
                         it.reason != "false_positive";
    if (!c_.is(Standing::open) && !renewed) return;
    Facts facts{{"waiver", it.id}, {"reason", it.reason}, {"until", it.until}};
    if (!it.approved_by.empty()) facts["approved_by"] = sorted(it.approved_by);
    if (!it.requested_by.empty()) facts["requested_by"] = it.requested_by;
    const bool false_positive = it.reason == "false_positive";
    Draft& draft = c_.add(false_positive ? EventType::false_positive : EventType::waived, std::move(facts));
    if (false_positive) draft.record = seen.record;  // the code that was decided about
  }

  // A waiver that is over. One without a name was decided in the ledger itself and ends by its day alone.
  void expire(const Tracked& t, const std::optional<Seen>& seen) {
    const std::string waiver = text(t.waiver);
    const bool over = t.waived_until != 0 && t.waived_until <= c_.at();
    const bool renewed = seen && seen->waiver && seen->waiver->until > c_.at();
    if (renewed && (seen->waiver->reason == "false_positive") == c_.is(Standing::false_positive)) return;
    if (seen && seen->waiver && !over && renewed) return lapse("decided in another way");
    if (over) return lapse("its last day was " + day(t.waived_until - 1));
    if (waiver.empty()) return;
    if (seen) return lapse(seen->lapsed.empty() ? "the waiver no longer covers it" : seen->lapsed);
    if (!f_.in_force(waiver)) lapse("the waiver is no longer in force");
  }

  void lapse(const std::string& reason) {
    Facts facts{{"reason", reason}};
    if (const std::string waiver = text(c_.now().waiver); !waiver.empty()) facts["waiver"] = waiver;
    c_.add_due(EventType::waiver_lapsed, resumed(c_.now()), std::move(facts));
  }

  // The day that it has to be gone after a pause: as much time as was left, and never too little to act.
  [[nodiscard]] std::int64_t resumed(const Tracked& t) const {
    if (t.clocks.due == 0) return 0;
    const std::int64_t paused = t.clocks.paused_since != 0 ? t.clocks.paused_since
                                : t.clocks.closed != 0     ? t.clocks.closed
                                                           : c_.at();
    const std::int64_t least = c_.at() + r_.least_after_waiver * kDayMs;
    return std::max(earlier(c_.at() + t.clocks.due - paused, kev_limit_), least);
  }

  // --- of what the run did not see ---

  [[nodiscard]] bool ends_without_run(const Tracked& t) const {
    return f_.upgraded(t.id) || f_.retired(s_.text(t.service), s_.text(t.target)) ||
           f_.withdrawn(s_.text(t.advisories)) || f_.merged_into(t.id) != nullptr ||
           (f_.deleted(s_.text(t.path)) && f_.complete(s_.text(t.engine)) != nullptr);
  }

  bool end_without_run(const Tracked& t) {
    if (!ends_without_run(t)) return false;
    if (f_.retired(s_.text(t.service), s_.text(t.target))) {
      c_.add(EventType::gone,
             {{"reason", std::string(f_.run.archived ? "the repository is archived" : "it is no longer deployed")}});
      return true;
    }
    if (f_.withdrawn(s_.text(t.advisories))) {
      std::vector<std::string> names;
      for (const std::string_view it : text::split(s_.text(t.advisories), '\n')) names.emplace_back(it);
      return withdraw(names), true;
    }
    if (const FindingId* const into = f_.merged_into(t.id); into != nullptr)
      return c_.add(EventType::duplicate, {{"of", to_string(*into)}}), true;
    if (t.standing == Standing::false_positive) return false;
    c_.add(EventType::fixed, {{"reason", std::string(f_.upgraded(t.id) ? "upgraded" : "code_removed")}});
    return true;
  }

  // Whether all scanners that reported it looked at its place, for its rule.
  [[nodiscard]] Looked looked(const Tracked& t) const {
    Looked result = Looked::yes;
    const std::string tools = text(t.tools), path = text(t.path), target = text(t.target), rule = text(t.rule);
    for (const std::string_view tool : text::split(tools.empty() ? s_.text(t.engine) : std::string_view(tools), '\n')) {
      const EngineRun* const run = f_.complete(tool);
      if (run == nullptr) return Looked::no;
      const bool covers = run->full || names_path(run->scope, path) || (!target.empty() && has(run->scope, target));
      if (!covers || names_path(run->failed, path)) result = Looked::elsewhere;
      if (result == Looked::yes && tool == s_.text(t.engine) && !enabled(*run, rule, t)) result = Looked::without_rule;
    }
    return result;
  }
  [[nodiscard]] bool enabled(const EngineRun& run, const std::string& rule, const Tracked& t) const {
    if (is_dependency_kind(t.kind) || rule.empty()) return true;  // their rules are the database's
    if (run.rules) return has(*run.rules, rule);
    if (f_.uses(run.id, rule) || f_.trusts(run.id)) return true;
    if (t.has(Flag::rule_retired)) return false;  // other rules have come since it was seen
    const auto before = s_.engines.find(run.id);
    return before == s_.engines.end() || before->second.rules == run.rules_version;
  }

  // False when nobody can tell; then the finding is told about once.
  bool evaluated(const Tracked& t) {
    const Looked how = looked(t);
    if (how == Looked::elsewhere && !t.has(Flag::uncovered)) c_.add(EventType::uncovered);
    if (how == Looked::without_rule && !t.has(Flag::rule_retired)) c_.add(EventType::rule_retired);
    return how == Looked::yes;
  }

  // True when it is absent often enough to be fixed.
  bool confirmed(const Tracked& t) {
    if (t.standing == Standing::false_positive) return false;
    const std::int64_t needed = r_.confirmations[static_cast<std::size_t>(t.kind)];
    const auto engine = s_.engines.find(text(t.engine));
    const bool in_a_row = engine != s_.engines.end() && t.absent_at != 0 && t.absent_at == engine->second.last_complete;
    const std::int64_t count = (in_a_row ? t.absences : 0) + 1;
    if (count < needed) {
      c_.add(EventType::absent, {{"count", count}});
      return false;
    }
    c_.add(EventType::fixed, {{"reason", std::string("absent")}});
    return true;
  }

  void stale(const Tracked& t) {
    if (t.has(Flag::stale) || looked(t) == Looked::yes) return;
    std::int64_t last = t.has(Flag::uncovered) ? t.uncovered_since : c_.at();
    const std::string tools = text(t.tools);
    for (const std::string_view tool : text::split(tools.empty() ? s_.text(t.engine) : std::string_view(tools), '\n')) {
      const auto engine = s_.engines.find(std::string(tool));
      const std::int64_t ran = engine == s_.engines.end() ? t.since : std::max(engine->second.last_complete, t.since);
      if (f_.complete(tool) == nullptr) last = std::min(last, ran);
    }
    const std::int64_t age = (c_.at() - last) / kDayMs;
    if (age >= r_.stale_days) c_.add(EventType::stale, {{"days", age}});
  }

  void service_levels(const Tracked& before) {
    if (!c_.is(Standing::open) || c_.due() == 0) return;
    const bool other_day = c_.due() != before.clocks.due;
    const std::int64_t due = c_.due(), now = c_.at();
    Facts facts{{"day", day(due)}};
    if (now > due) {
      if (!before.has(Flag::breached)) c_.add(EventType::sla_breach, std::move(facts));
    } else if (now > due - kDayMs) {
      if (other_day || !before.has(Flag::due_told)) c_.add(EventType::sla_due, std::move(facts));
    } else if (!other_day && !before.has(Flag::warned) &&
               now - before.clocks.due_since >= (due - before.clocks.due_since) / 100 * r_.warning_percent) {
      c_.add(EventType::sla_warning, std::move(facts));
    }
  }

  const State& s_;
  const Evidence& f_;
  const Rules& r_;
  Course& c_;
  std::int64_t kev_limit_ = 0;  // the last day that a known exploitation leaves; 0: none is known
};

}  // namespace

void plan_seen(const Ground& ground, Course& course, const Seen& seen) { Finding(ground, course).seen(seen); }

void plan_unseen(const Ground& ground, Course& course, bool suspicious) { Finding(ground, course).unseen(suspicious); }

bool would_close(const Ground& ground, const Tracked& known) {
  std::vector<Draft> unused;
  Course course(ground.facts.run, &known, known.id, unused);
  return Finding(ground, course).would_close(known);
}

}  // namespace gatepost::ledger
