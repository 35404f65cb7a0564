#include "compliance/topics.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>

#include "base/text.hpp"
#include "ledger/metrics.hpp"

namespace gatepost::compliance {
namespace {

using ledger::Flag;
using ledger::Standing;
using ledger::Tracked;

struct Answer {
  EvidenceState state = EvidenceState::none;
  std::string text;
};
using Topic = Answer (*)(const Scope&);

constexpr std::size_t kShownNames = 6;

Answer none(std::string text) { return {EvidenceState::none, std::move(text)}; }

std::string count(std::size_t n, std::string_view one, std::string_view many = {}) {
  return text::count_of(n, one, many);
}

std::string few(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), kShownNames); ++i) out += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kShownNames) out += fmt::format(" and {} more", names.size() - kShownNames);
  return out;
}

std::string days(std::int64_t ms) {
  const std::int64_t tenths = ms * 10 / ledger::kDayMs;
  return fmt::format("{}.{} days", tenths / 10, tenths % 10);
}

// Engines of the wanted kinds with a complete run in the period.
std::vector<std::string> looked(const Scope& scope) {
  std::vector<std::string> engines;
  const std::vector<Kind>& wanted = scope.control.looks;
  for (const auto& [engine, it] : scope.history.scanners) {
    const bool fits = wanted.empty() || std::ranges::any_of(wanted, [&](Kind kind) { return it.kinds.contains(kind); });
    if (fits && !it.complete.empty()) engines.push_back(engine);
  }
  return engines;
}

std::string kinds_text(const std::vector<Kind>& kinds) {
  std::string out;
  for (const Kind kind : kinds) out += (out.empty() ? "" : ", ") + std::string(to_string(kind));
  return out;
}

std::string counts_text(const CompliancePopulation& it) {
  std::string out = count(it.all, "finding");
  const auto add = [&](std::uint32_t n, std::string_view what) {
    if (n != 0) out += fmt::format(", {} {}", n, what);
  };
  add(it.open, "open"), add(it.fixed, "fixed"), add(it.waived, "waived"), add(it.false_positive, "false positive");
  add(it.not_affected, "not affected"), add(it.other, "withdrawn, gone or duplicate");
  add(it.overdue, it.overdue == 1 ? "open past its date" : "open past their date");
  return out;
}

Answer findings(const Scope& scope) {
  const CompliancePopulation& it = scope.population;
  const std::vector<std::string> engines = looked(scope);
  const std::string by = engines.empty() ? "" : "; looked for by " + few(engines);
  const auto exploited = std::ranges::count_if(scope.findings, [&](std::uint32_t at) {
    const Tracked& finding = scope.material.state.findings[at];
    return finding.standing == Standing::open && finding.has(Flag::kev);
  });
  if (it.overdue != 0 || exploited != 0) {
    return {EvidenceState::attention,
            counts_text(it) + (exploited == 0 ? "" : fmt::format(", {} known to be exploited", exploited)) + by};
  }
  if (engines.empty()) {
    const std::string wanted = scope.control.looks.empty() ? "" : " for this (" + kinds_text(scope.control.looks) + ")";
    return {it.all == 0 ? EvidenceState::none : EvidenceState::partly,
            fmt::format("no scanner that looks{} finished a run in the period{}", wanted,
                        it.all == 0 ? "" : "; known from before or from elsewhere: " + counts_text(it))};
  }
  return {EvidenceState::evidence, counts_text(it) + by};
}

ledger::Metrics metrics_of(const Scope& scope) {
  const std::set<std::uint32_t> in(scope.findings.begin(), scope.findings.end());
  const Tracked* const first = scope.material.state.findings.data();
  return ledger::measure(scope.material.state, scope.material.period.from, scope.material.as_of, scope.material.rules,
                         [&](const Tracked& it) { return in.contains(static_cast<std::uint32_t>(&it - first)); });
}

Answer service_levels(const Scope& scope) {
  const ledger::Compliance kept = metrics_of(scope).service_levels;
  const std::string overdue =
      scope.population.overdue == 0 ? "" : fmt::format("; {} open past the date", scope.population.overdue);
  if (kept.due == 0 && overdue.empty())
    return {EvidenceState::not_applicable, "no finding in scope had its date in the period"};
  const std::string text =
      fmt::format("{} of {} due in the period were closed or waived in time{}", kept.kept, kept.due, overdue);
  if (scope.population.overdue != 0) return {EvidenceState::attention, text};
  return {kept.kept == kept.due ? EvidenceState::evidence : EvidenceState::partly, text};
}

Answer repairs(const Scope& scope) {
  const ledger::Spread mttr = metrics_of(scope).mttr;
  if (mttr.count == 0) {
    return {scope.population.all == 0 ? EvidenceState::not_applicable : EvidenceState::none,
            "nothing in scope was repaired in the period"};
  }
  return {EvidenceState::evidence, fmt::format("{} repaired; time to repair: median {}, 90 % within {}", mttr.count,
                                               days(mttr.median.value_or(0)), days(mttr.p90.value_or(0)))};
}

Answer exceptions(const Scope& scope) {
  std::set<std::uint32_t> numbers;
  for (const std::uint32_t at : scope.findings) {
    const auto& of = scope.history.exceptions_of[at];
    numbers.insert(of.begin(), of.end());
  }
  if (numbers.empty()) {
    if (scope.history.runs.empty()) return none("no run in the period says whether there are exceptions");
    return {EvidenceState::evidence, "no exceptions on findings in scope"};
  }
  std::vector<EvidenceState> duties;
  std::size_t bad = 0, lapsed = 0;
  for (const std::uint32_t number : numbers) {
    const ComplianceException& it = scope.history.exceptions[number - 1];
    duties.push_back(it.duties);
    bad += it.duties == EvidenceState::attention ? 1 : 0;
    lapsed += it.ended.empty() ? 0 : 1;
  }
  std::string text = count(numbers.size(), "exception");
  if (lapsed != 0) text += fmt::format(", {} ended", lapsed);
  if (bad != 0) text += fmt::format(", {} without approval by another person", bad);
  return {combined(duties), text};
}

Answer decisions(const Scope& scope) {
  std::size_t bad = 0, unknown = 0, all = 0;
  for (const ComplianceException& it : scope.history.exceptions) {
    if (it.kind == "not_affected") continue;
    ++all;
    bad += it.duties == EvidenceState::attention ? 1 : 0;
    unknown += it.duties == EvidenceState::partly ? 1 : 0;
  }
  if (all == 0 && scope.history.decisions == 0) return none("nobody decided about a finding in the period");
  const std::string text = fmt::format(
      "{}; {}: {} approved by another person than who asked, {} not, {} where that is not recorded",
      count(scope.history.decisions, "decision"), count(all, "exception"), all - bad - unknown, bad, unknown);
  if (bad != 0) return {EvidenceState::attention, text};
  return {unknown != 0 || all == 0 ? EvidenceState::partly : EvidenceState::evidence, text};
}

Answer scans(const Scope& scope) {
  const auto& runs = scope.history.runs;
  if (runs.empty()) return none("no run in the period");
  std::set<std::string_view> commits;
  for (const ComplianceRun& it : runs) {
    if (!it.commit.empty()) commits.insert(it.commit);
  }
  const std::int64_t gap = longest_gap_days(scope.history.run_times, scope.material);
  const std::string text = fmt::format("{} of {}, the longest time without one {}", count(runs.size(), "run"),
                                       count(commits.size(), "commit"), count(static_cast<std::size_t>(gap), "day"));
  return {gap > scope.material.rules.silent_days ? EvidenceState::partly : EvidenceState::evidence, text};
}

Answer scanners(const Scope& scope) {
  std::vector<std::string> complete, missing;
  bool suspicious = false;
  for (const auto& [engine, state] : scope.material.state.engines) {
    const auto found = scope.history.scanners.find(engine);
    const bool ran = found != scope.history.scanners.end() && !found->second.complete.empty();
    (ran && !state.silent ? complete : missing).push_back(engine);
    suspicious |= state.suspicious;
  }
  if (complete.empty() && missing.empty()) return none("the ledger knows no scanner");
  std::string text =
      complete.empty() ? "no scanner finished a run in the period" : "finished runs in the period: " + few(complete);
  if (!missing.empty()) text += "; silent: " + few(missing);
  if (suspicious) text += "; one lost so many findings at once that nothing of it was closed";
  if (!missing.empty() || suspicious) return {EvidenceState::attention, text};
  return {EvidenceState::evidence, text};
}

std::string verdicts_text(const std::map<std::string, std::size_t>& said) {
  std::string out;
  for (const auto& [verdict, n] : said) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", n, verdict);
  return out;
}

Answer gate(const Scope& scope) {
  std::map<std::string, std::size_t> verdicts;
  for (const ComplianceRun& it : scope.history.runs) {
    if (!it.verdict.empty()) ++verdicts[it.verdict];
  }
  const auto& changes = scope.history.verdicts_on_changes;
  const auto& pushes = scope.history.verdicts_on_pushes;
  if (verdicts.empty() && changes.empty() && pushes.empty())
    return none("the ledger has no verdict of the gate in the period");
  std::vector<std::string> parts;
  const auto add = [&](std::string_view of, const std::map<std::string, std::size_t>& said) {
    if (!said.empty()) parts.push_back(fmt::format("{}: {}", of, verdicts_text(said)));
  };
  add("policies on the branch", verdicts);
  add("on pushes", pushes);
  add("on change requests", changes);
  const std::string text = text::join(parts, "; ");
  if (!changes.empty()) return {EvidenceState::evidence, text};
  return {
      EvidenceState::partly,
      text + "; the verdicts on change requests are kept by the forge, not in the ledger (gatepost check --record)"};
}

Answer policy(const Scope& scope) {
  const auto& hashes = scope.history.policies;
  if (hashes.empty()) return none("no run in the period names a policy");
  const std::set<std::string> different(hashes.begin(), hashes.end());
  std::vector<std::string> beginnings;
  for (const std::string& it : different) beginnings.push_back(it.substr(0, 12));
  std::string text = fmt::format("{} in force in the period (SHA-256 {})",
                                 count(different.size(), "policy", "policies"), few(beginnings));
  if (scope.history.weakened == 0) return {EvidenceState::evidence, text};
  return {EvidenceState::attention, text + "; weakened " + count(scope.history.weakened, "time")};
}

Answer integrity(const Scope& scope) {
  const ComplianceIntegrity& it = scope.integrity;
  std::string text = fmt::format("the chain of {} is whole", count(it.events, "event"));
  if (!it.broken_checkpoints.empty())
    return {EvidenceState::attention, text + ", but checkpoints do not fit it: " + few(it.broken_checkpoints)};
  if (it.checkpoints == 0)
    return {EvidenceState::partly, text + "; there is no checkpoint that proves where it ended before"};
  return {EvidenceState::evidence, text + "; " + count(it.checkpoints, "checkpoint fits", "checkpoints fit")};
}

Answer retention(const Scope& scope) {
  if (scope.material.events.empty()) return none("the ledger has no event before the end of the period");
  const Timestamp first = scope.material.events.front().at;
  const std::int64_t kept = (scope.material.as_of.unix_ms - first.unix_ms) / ledger::kDayMs;
  const std::string text = fmt::format("events since {}, {}; none is ever removed", to_string(day_of(first)),
                                       count(static_cast<std::size_t>(kept), "day"));
  if (first <= scope.material.period.from) return {EvidenceState::evidence, text};
  return {EvidenceState::partly, text + "; the period began before the ledger"};
}

Answer feeds(const Scope& scope) {
  if (scope.history.feeds.empty()) return none("no run in the period names a feed or the database of a scanner");
  std::vector<std::string> all;
  for (const auto& [name, version] : scope.history.feeds)
    all.push_back(version.empty() ? name : fmt::format("{} of {}", name, version));
  return {EvidenceState::evidence, "the newest in the period: " + few(all)};
}

Answer inventory(const Scope& scope) {
  const ledger::State& state = scope.material.state;
  const auto services = static_cast<std::size_t>(
      std::ranges::count_if(state.services, [](const auto& it) { return it.second != "retired"; }));
  const auto dependencies = state.counts.find("dependencies");
  std::set<TextId> packages;
  for (const Tracked& it : state.findings) {
    if (it.is_live() && !state.text(it.package).empty()) packages.insert(it.package);
  }
  if (services == 0 && dependencies == state.counts.end() && packages.empty())
    return none("the ledger knows no service and no component");
  std::string text = count(services, "service") + " in the catalogue";
  if (dependencies != state.counts.end()) text += fmt::format(", {} dependencies", dependencies->second);
  text += fmt::format(", {} with findings; whole bills of materials are not in the ledger",
                      count(packages.size(), "package"));
  return {EvidenceState::partly, text};
}

Answer ranking(const Scope& scope) {
  const std::vector<std::uint32_t>& all = scope.findings;
  if (all.empty()) return {EvidenceState::not_applicable, "no finding in scope was there to be ranked"};
  std::size_t unknown = 0, decided = 0;
  for (const std::uint32_t at : all) {
    const Tracked& it = scope.material.state.findings[at];
    unknown += it.severity == SeverityLabel::unknown ? 1 : 0;
    decided += it.decision >= 0 ? 1 : 0;
  }
  const std::string model = scope.material.state.last_inputs.risk_model;
  const std::string text =
      fmt::format("{} ranked by risk{}, {} with a decision of SSVC, {} whose severity nobody knows",
                  count(all.size(), "finding"), model.empty() ? "" : " (model " + model + ")", decided, unknown);
  return {unknown == 0 ? EvidenceState::evidence : EvidenceState::partly, text};
}

Answer causes(const Scope& scope) {
  std::map<std::uint32_t, std::size_t> by_cwe;
  std::size_t unknown = 0;
  for (const std::uint32_t at : scope.findings) {
    const std::vector<std::uint32_t> cwes = scope.material.state.cwes(scope.material.state.findings[at]);
    unknown += cwes.empty() ? 1 : 0;
    for (const std::uint32_t cwe : cwes) ++by_cwe[cwe];
  }
  if (by_cwe.empty()) return none("the ledger knows the weakness of no finding in scope");
  std::vector<std::pair<std::uint32_t, std::size_t>> order(by_cwe.begin(), by_cwe.end());
  std::ranges::stable_sort(order, std::greater<>{}, [](const auto& it) { return it.second; });
  std::vector<std::string> top;
  for (const auto& [cwe, n] : order) top.push_back(fmt::format("CWE-{} ({})", cwe, n));
  std::string text = "most often: " + few(top);
  if (unknown != 0) text += "; unknown of " + count(unknown, "finding");
  if (scope.history.reopened != 0) text += "; came back in the period: " + std::to_string(scope.history.reopened);
  return {unknown == 0 ? EvidenceState::evidence : EvidenceState::partly, text};
}

// In the order of EvidenceTopic.
constexpr std::array<Topic, kEvidenceTopicNames.size()> kTopics = {
    findings, service_levels, repairs,   exceptions, decisions, scans,   scanners, gate,
    policy,   integrity,      retention, feeds,      inventory, ranking, causes};

}  // namespace

EvidenceState combined(const std::vector<EvidenceState>& states) {
  const auto has = [&](EvidenceState it) { return std::ranges::find(states, it) != states.end(); };
  if (has(EvidenceState::attention)) return EvidenceState::attention;
  if (!has(EvidenceState::evidence) && !has(EvidenceState::partly)) return EvidenceState::none;
  return has(EvidenceState::partly) || has(EvidenceState::none) ? EvidenceState::partly : EvidenceState::evidence;
}

CompliancePopulation population_of(const Material& material, const std::vector<std::uint32_t>& findings) {
  CompliancePopulation out;
  for (const std::uint32_t at : findings) {
    const Tracked& it = material.state.findings[at];
    ++out.all;
    switch (it.standing) {
      case Standing::open:
        ++out.open;
        out.overdue += it.clocks.due != 0 && it.clocks.due <= material.as_of.unix_ms ? 1 : 0;
        break;
      case Standing::fixed:
        ++out.fixed;
        break;
      case Standing::waived:
        ++out.waived;
        break;
      case Standing::false_positive:
        ++out.false_positive;
        break;
      case Standing::not_affected:
        ++out.not_affected;
        break;
      default:
        ++out.other;
    }
  }
  return out;
}

ComplianceFact fact_of(EvidenceTopic topic, const Scope& scope) {
  const Answer answer = kTopics[static_cast<std::size_t>(topic)](scope);
  return {std::string(to_string(topic)), answer.state, answer.text};
}

}  // namespace gatepost::compliance
