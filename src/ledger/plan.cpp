#include "ledger/plan.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "ledger/course.hpp"
#include "ledger/evidence.hpp"
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

}  // namespace

std::int64_t due_of(const Record& record, std::int64_t since, std::int64_t kev_since, const Rules& rules) {
  const std::int64_t days = days_of(record, rules);
  const std::int64_t due = days == 0 ? 0 : since + days * kDayMs;
  return kev_since == 0 ? due : earlier(due, kev_since + rules.kev_days * kDayMs);
}

namespace {

// What happens to one finding, seen or not.
class Finding {
 public:
  Finding(const State& state, const Evidence& facts, const Rules& rules, Course& course)
      : s_(state), f_(facts), r_(rules), c_(course) {}

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
    if (c_.is_live() && taken_back(seen)) c_.add(EventType::withdrawn);
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
    compare("decision", decision(old_decision), decision(now.decision));
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
    if (over) return lapse("it expired on " + day(t.waived_until));
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
    if (f_.withdrawn(s_.text(t.advisories))) return c_.add(EventType::withdrawn), true;
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
      if (result == Looked::yes && tool == s_.text(t.engine) && !enabled(*run, rule, t.kind))
        result = Looked::without_rule;
    }
    return result;
  }
  [[nodiscard]] bool enabled(const EngineRun& run, std::string_view rule, Kind kind) const {
    if (is_dependency_kind(kind) || rule.empty()) return true;  // their rules are the database's
    if (run.rules) return has(*run.rules, rule);
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

class Planner {
 public:
  Planner(const State& state, const RunFacts& run, const Rules& rules)
      : s_(state), run_(run), r_(rules), f_(state, run) {}

  std::vector<Draft> plan() {
    if (!run_.id.empty() && run_.id == s_.last_run) return {};
    order_seen();
    find_losses();
    for (const auto& [id, what] : work()) {
      Course course(run_, what.known, id, out_);
      Finding finding(s_, f_, r_, course);
      if (what.seen != nullptr) {
        finding.seen(*what.seen);
      } else {
        finding.unseen(is_suspicious(*what.known));
      }
    }
    scanners();
    services();
    drift();
    finish();
    return std::move(out_);
  }

 private:
  struct Work {
    const Tracked* known = nullptr;
    const Seen* seen = nullptr;
  };

  // Each finding once, whatever the order they were given in.
  void order_seen() {
    for (const Seen& it : run_.seen) seen_.push_back(&it);
    const auto place = [](const Seen* it) {
      const Record& r = it->record;
      return std::tie(r.id, r.engine, r.path, r.line, r.rule, r.title, r.risk_tenths);
    };
    std::ranges::sort(seen_, {}, place);
    const auto same = std::ranges::unique(seen_, {}, [](const Seen* it) { return it->record.id; });
    seen_.erase(same.begin(), same.end());
    is_seen_.assign(s_.findings.size(), false);
    known_.assign(seen_.size(), nullptr);
    // By the id that they have now, then by one that they had, then as matching says.
    for (std::size_t i = 0; i < seen_.size(); ++i) claim(i, seen_[i]->record.id, true);
    for (std::size_t i = 0; i < seen_.size(); ++i) claim(i, seen_[i]->record.id, false);
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (seen_[i]->former) claim(i, *seen_[i]->former, false);
    }
  }
  void claim(std::size_t seen, const FindingId& id, bool by_present_id) {
    const Tracked* const known = known_[seen] == nullptr ? s_.find(id) : nullptr;
    if (known == nullptr || (by_present_id && known->id != id)) return;
    const auto at = static_cast<std::size_t>(known - s_.findings.data());
    if (is_seen_[at]) return;
    is_seen_[at] = true;
    known_[seen] = known;
  }

  // All findings that something may happen to, in the order of their ids.
  [[nodiscard]] std::vector<std::pair<FindingId, Work>> work() const {
    std::vector<std::pair<FindingId, Work>> all;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const FindingId id = known_[i] != nullptr ? known_[i]->id : seen_[i]->record.id;
      all.push_back({id, {known_[i], seen_[i]}});
    }
    for (std::size_t i = 0; i < s_.findings.size(); ++i) {
      if (!is_seen_[i] && s_.findings[i].is_live()) all.push_back({s_.findings[i].id, {&s_.findings[i], nullptr}});
    }
    std::ranges::sort(all, {}, [](const auto& it) { return it.first; });
    return all;
  }

  struct Loss {
    std::int64_t base = 0, vanished = 0;
  };
  // How much of each scanner's findings the run does not see, though it looked.
  void find_losses() {
    std::vector<Draft> unused;
    for (std::size_t i = 0; i < s_.findings.size(); ++i) {
      const Tracked& it = s_.findings[i];
      if (!it.is_live()) continue;
      Loss& loss = losses_[std::string(s_.text(it.engine))];
      ++loss.base;
      if (is_seen_[i]) continue;
      Course course(run_, &it, it.id, unused);
      if (Finding(s_, f_, r_, course).would_close(it)) ++loss.vanished;
    }
  }
  [[nodiscard]] bool is_suspicious(const std::string& engine) const {
    const auto found = losses_.find(engine);
    if (found == losses_.end() || f_.trusts(engine)) return false;
    const auto [base, vanished] = found->second;
    return vanished >= r_.vanished_least && vanished * 100 > base * r_.vanished_percent;
  }
  [[nodiscard]] bool is_suspicious(const Tracked& it) const {
    for (const std::string_view tool : text::split(s_.text(it.tools), '\n')) {
      if (is_suspicious(std::string(tool))) return true;
    }
    return is_suspicious(std::string(s_.text(it.engine)));
  }

  Draft& add(EventType type, std::string subject, Facts facts = {}) {
    return out_.emplace_back(Draft{.type = type,
                                   .subject = std::move(subject),
                                   .actor = run_.actor,
                                   .commit = run_.commit,
                                   .run_url = run_.run_url,
                                   .facts = std::move(facts)});
  }

  void scanners() {
    for (const auto& [id, before] : s_.engines) {
      const bool complete = f_.complete(id) != nullptr;
      if (complete && before.silent) add(EventType::scanner_back, id);
      const std::int64_t quiet = (run_.now.unix_ms - std::max(before.last_complete, before.first_run)) / kDayMs;
      if (!complete && !before.silent && quiet >= r_.silent_days) add(EventType::scanner_silent, id, {{"days", quiet}});
      if (complete) trust(id, before);
    }
  }
  void trust(const std::string& id, const EngineState& before) {
    const bool suspicious = is_suspicious(id);
    if (suspicious == before.suspicious) return;
    if (!suspicious) {
      add(EventType::trusted, id);
      return;
    }
    const Loss loss = losses_[id];
    add(EventType::suspicious, id, {{"of", loss.base}, {"vanished", loss.vanished}});
  }

  void services() {
    if (!run_.services) return;
    std::map<std::string, ServiceFact> now;
    for (const ServiceFact& it : *run_.services) {
      ServiceFact& one = now[it.name];
      one.owned = one.owned || it.owned;
      one.internet = one.internet || it.internet;
    }
    for (const auto& [name, it] : now) {
      const auto before = s_.services.find(name);
      if (before == s_.services.end() || before->second == "retired") {
        Facts facts{{"owned", it.owned}};
        if (it.internet) facts["exposure"] = std::string("exposed");
        add(EventType::service_added, name, std::move(facts));
      } else if (it.internet && before->second != "exposed") {
        add(EventType::service_exposed, name);
      }
    }
    for (const auto& [name, state] : s_.services) {
      if (!now.contains(name) && state != "retired") add(EventType::service_retired, name);
    }
  }

  // What differs is told when it begins; the `run` event says what still does.
  void drift() {
    std::set<DriftFact> all(run_.drifts.begin(), run_.drifts.end());
    numbers(all);
    for (const DriftFact& it : all) {
      const bool drifts = it.type >= EventType::iac_differs && it.type <= EventType::coverage_drop;
      std::string name = fmt::format("{} {}", to_string(it.type), it.subject);
      if (!drifts || !drifts_.insert(name).second || s_.drifts.contains(name)) continue;
      Facts facts;
      if (!it.text.empty()) facts["text"] = it.text;
      add(it.type, it.subject, std::move(facts));
    }
  }

  // Against the run before.
  void numbers(std::set<DriftFact>& all) const {
    if (s_.runs == 0) return;
    const auto before = [&](const char* name) -> std::optional<std::int64_t> {
      const auto found = s_.counts.find(name);
      if (found == s_.counts.end()) return std::nullopt;
      return found->second;
    };
    const auto told = [](std::int64_t was, std::int64_t is) { return fmt::format("{} before, {} now", was, is); };
    const auto dependencies = before("dependencies"), waivers = before("waivers"),
               coverage = before("coverage_percent");
    if (run_.dependencies && dependencies && *run_.dependencies * 100 > *dependencies * 120)
      all.insert({EventType::dependencies_jump, "", told(*dependencies, *run_.dependencies)});
    if (run_.waivers && waivers && *run_.waivers > *waivers)
      all.insert({EventType::waivers_grow, "", told(*waivers, *run_.waivers)});
    if (run_.coverage_percent && coverage && *run_.coverage_percent < *coverage)
      all.insert({EventType::coverage_drop, "", told(*coverage, *run_.coverage_percent)});
    if (run_.inputs.policy != s_.last_inputs.policy)
      all.insert({run_.policy_weakened ? EventType::policy_weakened : EventType::policy_changed, "",
                  run_.inputs.policy.substr(0, 12)});
  }

  void finish() {
    const auto count = [&](EventType type) {
      return static_cast<std::int64_t>(std::ranges::count(out_, type, &Draft::type));
    };
    Facts facts{{"seen", static_cast<std::int64_t>(seen_.size())},
                {"detected", count(EventType::detected)},
                {"reopened", count(EventType::reopened)},
                {"fixed", count(EventType::fixed)}};
    if (!run_.id.empty()) facts["id"] = run_.id;
    if (s_.runs == 0) facts["baseline"] = true;
    if (run_.dependencies) facts["dependencies"] = *run_.dependencies;
    if (run_.waivers) facts["waivers"] = *run_.waivers;
    if (run_.coverage_percent) facts["coverage_percent"] = *run_.coverage_percent;
    if (!run_.verdict.empty()) facts["verdict"] = run_.verdict;
    if (!drifts_.empty()) facts["drifts"] = std::vector<std::string>(drifts_.begin(), drifts_.end());
    Draft& run = add(EventType::run, "", std::move(facts));
    run.inputs = run_.inputs;
    std::ranges::sort(run.inputs.artifacts);
    std::ranges::sort(run.inputs.tools);
    std::ranges::sort(run.inputs.feeds);
    for (const auto& [id, it] : f_.engines())
      run.engines.push_back({id, it.rules_version, it.database, f_.complete(id) != nullptr});
  }

  const State& s_;
  const RunFacts& run_;
  const Rules& r_;
  Evidence f_;
  std::vector<const Seen*> seen_;      // by id
  std::vector<const Tracked*> known_;  // parallel: what the ledger has of it
  std::vector<bool> is_seen_;          // parallel to the state's findings
  std::map<std::string, Loss> losses_;
  std::set<std::string> drifts_;
  std::vector<Draft> out_;
};

}  // namespace

std::vector<Draft> plan(const State& state, const RunFacts& facts, const Rules& rules) {
  return Planner(state, facts, rules).plan();
}

}  // namespace gatepost::ledger
