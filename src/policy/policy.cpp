#include "policy/policy.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"

namespace gatepost::policy {
namespace {

bool in_force(const Policy& policy, const Occasion& occasion) {
  const bool about_this = policy.on.empty() || std::ranges::find(policy.on, occasion.event) != policy.on.end();
  return about_this && (!policy.valid_from || occasion.today >= *policy.valid_from) &&
         (!policy.valid_until || occasion.today <= *policy.valid_until);
}

bool within(const Coverage& scope, const Facts& facts) {
  const auto fits = [&](const Glob& glob) { return glob.matches(facts.path); };
  const auto owns = [&](const std::string& owner) {
    return std::ranges::find(facts.owners, owner) != facts.owners.end();
  };
  return (scope.paths.empty() || std::ranges::any_of(scope.paths, fits)) &&
         std::ranges::none_of(scope.excluded_paths, fits) &&
         (scope.owners.empty() || std::ranges::any_of(scope.owners, owns));
}

// What was said by one of several tools must not escape because another one said it as well.
Truth truth_of(const Condition& condition, const Facts& facts, SeverityLabel unknown_severity) {
  Truth truth = condition.evaluate(facts, unknown_severity);
  if (facts.claims.empty()) return truth;
  Facts claimed = facts;
  for (const ClaimFacts& claim : facts.claims) {
    claimed.kind = claim.kind;
    claimed.rule = claim.rule, claimed.engine = claim.engine, claimed.title = claim.title;
    truth = std::max(truth, condition.evaluate(claimed, unknown_severity));
  }
  return truth;
}

bool matches(const Policy& policy, const Facts& facts, SeverityLabel unknown_severity) {
  if (!within(policy.scope, facts)) return false;
  const Truth truth = policy.match ? truth_of(*policy.match, facts, unknown_severity) : Truth::yes;
  return truth == Truth::yes || (truth == Truth::unknown && policy.match_unknown);
}

// What the matches of one policy add up to.
struct Matches {
  std::vector<std::size_t> findings;
  std::int64_t risk_tenths = 0;
};

bool reached(const Threshold& threshold, const Matches& matches, const RiskTotals& totals) {
  std::int64_t measured = 0;
  switch (threshold.measure) {
    case Threshold::Measure::count:
      measured = static_cast<std::int64_t>(matches.findings.size());
      break;
    case Threshold::Measure::sum_risk:
      measured = matches.risk_tenths;
      break;
    case Threshold::Measure::pr_risk:
      measured = totals.pr_risk_tenths;
      break;
    case Threshold::Measure::change_risk:
      measured = totals.change_risk;
      break;
  }
  return threshold.inclusive ? measured >= threshold.limit : measured > threshold.limit;
}

// A policy in monitor mode, or all of them, says what it would have done.
Action effective_action(const Policy& policy, const Rules& rules) {
  const bool monitored = policy.mode.value_or(rules.mode) == Mode::monitor || rules.mode == Mode::monitor;
  return monitored && policy.action == Action::block ? Action::warn : policy.action;
}

std::string reason_text(const Policy& policy, const Rules& rules) {
  std::string text = policy.message.empty() ? policy.title : policy.message;
  if (text.empty()) text = fmt::format("policy {}", policy.id.value);
  if (effective_action(policy, rules) != policy.action) text += "; monitor mode: would close the gate";
  return text;
}

bool by_strength(const Reason& a, const Reason& b) { return a.action > b.action; }

}  // namespace

Evaluation evaluate(const Rules& rules, std::size_t findings, const std::function<Facts(std::size_t)>& facts_of,
                    const std::function<FindingId(std::size_t)>& id_of, const RiskTotals& totals,
                    const Occasion& occasion) {
  Evaluation evaluation;
  evaluation.actions.assign(findings, Action::none);
  std::vector<Matches> matched(rules.policies.size());
  for (std::size_t finding = 0; finding < findings; ++finding) {
    const Facts facts = facts_of(finding);
    for (std::size_t i = 0; i < rules.policies.size(); ++i) {
      const bool match =
          in_force(rules.policies[i], occasion) && matches(rules.policies[i], facts, rules.unknown_severity);
      if (!match) continue;
      matched[i].findings.push_back(finding);
      matched[i].risk_tenths += facts.risk_tenths;
    }
  }
  for (std::size_t i = 0; i < rules.policies.size(); ++i) {
    const Policy& policy = rules.policies[i];
    if (!in_force(policy, occasion) || !reached(policy.threshold, matched[i], totals)) continue;
    const Action action = effective_action(policy, rules);
    Reason reason{.policy = policy.id, .action = action, .text = reason_text(policy, rules)};
    for (const std::size_t finding : matched[i].findings) {
      evaluation.actions[finding] = std::max(evaluation.actions[finding], action);
      reason.findings.push_back(id_of(finding));
    }
    std::ranges::sort(reason.findings);
    evaluation.reasons.push_back(std::move(reason));
    if (action == Action::block) evaluation.outcome = Outcome::fail;
    if (action == Action::warn && evaluation.outcome == Outcome::pass) evaluation.outcome = Outcome::warn;
  }
  std::ranges::stable_sort(evaluation.reasons, by_strength);
  return evaluation;
}

std::vector<Reason> missing_evidence(const Evidence& evidence, const std::vector<ReportInfo>& reports) {
  std::vector<Reason> reasons;
  const Action action = evidence.tolerate_incomplete ? Action::warn : Action::block;
  for (const std::string& scanner : evidence.required_scanners) {
    const auto reports_it = [&](const ReportInfo& report) {
      return std::ranges::find(report.engines, scanner) != report.engines.end();
    };
    const auto report = std::ranges::find_if(
        reports, [&](const ReportInfo& info) { return reports_it(info) && is_complete(info.state); });
    if (report != reports.end()) continue;
    const bool incomplete = std::ranges::any_of(reports, reports_it);
    reasons.push_back({{"required-scanners"},
                       Action::block,
                       incomplete ? fmt::format("the required scanner {} reported, but not completely", scanner)
                                  : fmt::format("the required scanner {} did not report", scanner),
                       {}});
  }
  for (const ReportInfo& report : reports) {
    if (is_complete(report.state)) continue;
    const auto why = std::ranges::max_element(report.notes, {}, &Note::level);
    const std::string reason = why == report.notes.end() ? "" : ": " + why->text;
    reasons.push_back(
        {{"evidence"}, action, fmt::format("{} is {}{}", report.path, to_string(report.state), reason), {}});
  }
  if (reports.empty()) reasons.push_back({{"evidence"}, Action::block, "there is no report to judge by", {}});
  return reasons;
}

Verdict conclude(Evaluation evaluation, std::vector<Reason> evidence) {
  Verdict verdict{evaluation.outcome, std::move(evaluation.reasons)};
  const bool insufficient =
      std::ranges::any_of(evidence, [](const Reason& reason) { return reason.action == Action::block; });
  if (insufficient && verdict.outcome != Outcome::fail) verdict.outcome = Outcome::inconclusive;
  if (!evidence.empty() && verdict.outcome == Outcome::pass) verdict.outcome = Outcome::warn;
  std::ranges::move(evidence, std::back_inserter(verdict.reasons));
  return verdict;
}

}  // namespace gatepost::policy
