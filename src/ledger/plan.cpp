#include "ledger/plan.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "ledger/course.hpp"
#include "ledger/evidence.hpp"
#include "ledger/finding_plan.hpp"

namespace gatepost::ledger {
namespace {

// A run as a whole: which finding is which, scanners, services, drift.
class Planner {
 public:
  Planner(const State& state, const RunFacts& run, const Rules& rules)
      : s_(state), run_(run), r_(rules), f_(state, run) {}

  std::vector<Draft> plan() {
    if (!run_.id.empty() && run_.id == s_.last_run) return {};
    order_seen();
    find_losses();
    const Ground ground{s_, f_, r_};
    for (const auto& [id, what] : work()) {
      Course course(run_, what.known, id, out_);
      if (what.seen != nullptr) {
        plan_seen(ground, course, *what.seen);
      } else {
        plan_unseen(ground, course, is_suspicious(*what.known));
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
    const Ground ground{s_, f_, r_};
    for (std::size_t i = 0; i < s_.findings.size(); ++i) {
      const Tracked& it = s_.findings[i];
      if (!it.is_live()) continue;
      Loss& loss = losses_[std::string(s_.text(it.engine))];
      ++loss.base;
      if (!is_seen_[i] && would_close(ground, it)) ++loss.vanished;
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
