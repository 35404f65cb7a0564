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

constexpr std::string_view kReadOnly = "none";
constexpr std::uint64_t kMostNumber = 1'000'000'000;

std::string permission_line(std::string_view path, std::string_view permission) {
  return fmt::format("{} {}", path, permission);
}

std::string permission_text(std::string_view permission) {
  if (permission == kDefaultPermissions) return "it no longer says what its jobs may do";
  return permission == "all" ? "it may write everything" : fmt::format("it may write {}", permission);
}

// Lines of a name and a number.
std::map<std::string, std::int64_t> numbers_of(const State::Lists& lists, std::string_view name) {
  std::map<std::string, std::int64_t> all;
  const auto found = lists.find(name);
  if (found == lists.end()) return all;
  for (const std::string& line : found->second) {
    const std::size_t space = line.rfind(' ');
    if (space == std::string::npos) continue;
    if (const auto number = text::parse_number(line.substr(space + 1)); number && *number <= kMostNumber)
      all[line.substr(0, space)] = static_cast<std::int64_t>(*number);
  }
  return all;
}

void add_numbers(std::string_view name, const std::map<std::string, std::int64_t, std::less<>>& numbers, Facts& facts) {
  std::vector<std::string> lines;
  for (const auto& [of, number] : numbers) lines.push_back(fmt::format("{} {}", of, number));
  if (!lines.empty()) facts[std::string(name)] = std::move(lines);
}

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

  // What differs is told when it begins, and the `run` event says what still does; what is compared with the run before
  // is news each time.
  void drift() {
    for (const DriftFact& it : std::set<DriftFact>(run_.drifts.begin(), run_.drifts.end())) {
      std::string name = fmt::format("{} {}", to_string(it.type), it.subject);
      if (is_drift(it.type) && drifts_.insert(name).second && !s_.drifts.contains(name)) tell(it);
    }
    std::set<DriftFact> changes;
    numbers(changes);
    permissions(changes);
    for (const DriftFact& it : changes) tell(it);
  }
  void tell(const DriftFact& it) {
    Facts facts;
    if (!it.text.empty()) facts["text"] = it.text;
    add(it.type, it.subject, std::move(facts));
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
    const auto waivers = before("waivers");
    if (run_.waivers && waivers && *run_.waivers > *waivers)
      all.insert({EventType::waivers_grow, "", told(*waivers, *run_.waivers)});
    for (const auto& [service, was] : numbers_of(s_.lists, kComponents)) {
      const auto now = run_.components.find(service);
      const bool counts = now != run_.components.end() && was > 0;
      if (counts && now->second * 100 > was * (100 + r_.dependencies_jump_percent))
        all.insert({EventType::dependencies_jump, service, told(was, now->second)});
    }
    for (const auto& [workload, was] : numbers_of(s_.lists, kCoverage)) {
      const auto now = run_.coverage.find(workload);
      if (now != run_.coverage.end() && now->second <= was - r_.coverage_drop_points)
        all.insert({EventType::coverage_drop, workload, fmt::format("{} % before, {} % now", was, now->second)});
    }
    if (!run_.weakened.empty()) {
      all.insert({EventType::policy_weakened, "", run_.weakened});
    } else if (run_.inputs.policy != s_.last_inputs.policy) {
      all.insert({EventType::policy_changed, "", run_.inputs.policy.substr(0, 12)});
    }
  }

  // What workflows may do now and could not do in the run before.
  void permissions(std::set<DriftFact>& all) const {
    const auto recorded = s_.lists.find(kPermissions);
    if (!run_.workflows || recorded == s_.lists.end()) return;
    const std::set<std::string, std::less<>> before(recorded->second.begin(), recorded->second.end());
    std::set<std::string, std::less<>> known;  // paths
    for (const std::string& it : before) known.insert(it.substr(0, it.rfind(' ')));
    for (const WorkflowFact& workflow : *run_.workflows) {
      std::vector<std::string> gained;
      for (const std::string& it : workflow.permissions) {
        // Whoever says nothing at all says nothing new; who no longer says anything does.
        if (it == kDefaultPermissions && !known.contains(workflow.path)) continue;
        if (!before.contains(permission_line(workflow.path, it))) gained.push_back(permission_text(it));
      }
      if (!gained.empty()) all.insert({EventType::workflow_permission, workflow.path, text::join(gained, ", ")});
    }
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
    if (run_.waivers) facts["waivers"] = *run_.waivers;
    inventory_facts(facts);
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

  // What the next run compares with.
  void inventory_facts(Facts& facts) const {
    std::int64_t components = 0;
    for (const auto& [service, count] : run_.components) components += count;
    if (!run_.components.empty()) facts["dependencies"] = components;
    add_numbers(kComponents, run_.components, facts);
    add_numbers(kCoverage, run_.coverage, facts);
    if (!run_.policy_files.empty()) facts[std::string(kPolicyFiles)] = std::vector<std::string>{run_.policy_files};
    if (!run_.workflows) return;
    std::vector<std::string> lines;
    for (const WorkflowFact& it : *run_.workflows) {
      for (const std::string& permission : it.permissions) lines.push_back(permission_line(it.path, permission));
      if (it.permissions.empty()) lines.push_back(permission_line(it.path, kReadOnly));
    }
    facts[std::string(kPermissions)] = sorted(std::move(lines));
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
