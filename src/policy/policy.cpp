#include "policy/policy.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "policy/program.hpp"

namespace gatepost::policy {
namespace {

// What the matches of one policy add up to.
struct Matches {
  std::vector<std::size_t> findings;
  std::int64_t risk_tenths = 0;
  bool elsewhere = false;  // the run or a changed file matches
  [[nodiscard]] bool any() const { return elsewhere || !findings.empty(); }
};

bool reached(const Policy& policy, const Matches& matches, const RiskTotals& totals) {
  const Threshold& threshold = policy.threshold;
  std::int64_t measured = 0;
  switch (threshold.measure) {
    case Threshold::Measure::count:
      measured = std::max<std::int64_t>(static_cast<std::int64_t>(matches.findings.size()), matches.elsewhere ? 1 : 0);
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
  // Of the sums of a whole change none is about what the policy means when nothing of it matches.
  const bool asks = policy.match || policy.scope.include || policy.scope.exclude;
  if (asks && !matches.any()) return false;
  return threshold.inclusive ? measured >= threshold.limit : measured > threshold.limit;
}

bool asks_for_the_run_only(const Policy& policy) {
  const auto about_run = [](const std::optional<Condition>& it) { return !it || is_about_run(*it); };
  return policy.match && !policy.grace && about_run(policy.match) && about_run(policy.scope.include) &&
         about_run(policy.scope.exclude);
}

std::string would_have(const Policy& policy, const Rules& rules) {
  if (effective_action(policy, rules) == policy.action) return {};
  const bool monitored = std::min(policy.mode.value_or(rules.mode), rules.mode) == Mode::monitor;
  return fmt::format("; {} mode: would {}", monitored ? "monitor" : "warn",
                     policy.action == Action::block ? "close the gate" : "require a review");
}

std::string review_text(const Policy& policy, const Rules& rules) {
  if (effective_action(policy, rules) != Action::require_review) return {};
  const std::string by = policy.review.teams.empty() ? "its owners" : text::join(policy.review.teams, ", ");
  return fmt::format("; needs {} of {}", text::count_of(static_cast<std::size_t>(policy.review.approvals), "approval"),
                     by);
}

std::string reason_text(const Policy& policy, const Rules& rules) {
  std::string text = policy.message.empty() ? policy.title : policy.message;
  if (text.empty()) text = fmt::format("policy {}", policy.id.value);
  return text + review_text(policy, rules) + would_have(policy, rules);
}

bool by_strength(const Reason& a, const Reason& b) { return a.action > b.action; }

// What was said by one of several tools must not escape because another one said it as well.
Facts in_the_words_of(const ClaimFacts& claim, const Facts& facts) {
  Facts claimed = facts;
  claimed.kind = claim.kind;
  claimed.rule = claim.rule, claimed.engine = claim.engine, claimed.title = claim.title;
  if (claim.severity != SeverityLabel::unknown) claimed.severity = std::max(facts.severity, claim.severity);
  return claimed;
}

Truth truth_of_words(const Policy& policy, const Facts& facts, const Reading& reading) {
  const auto& exclude = policy.scope.exclude;
  if (exclude && exclude->evaluate(facts, reading) == Truth::yes) return Truth::no;
  Truth truth = Truth::yes;
  if (policy.scope.include) truth = std::min(truth, policy.scope.include->evaluate(facts, reading));
  if (policy.match) truth = std::min(truth, policy.match->evaluate(facts, reading));
  if (policy.grace) truth = std::min(truth, policy.grace->passed->evaluate(facts, reading));
  return truth;
}

// A policy of this run, with its conditions in the program.
struct Compiled {
  const Policy* policy = nullptr;
  std::optional<Program::Root> include, exclude, grace, match;
  bool about_run = false, about_files = false;
  Matches matches;
};

class Evaluator {
 public:
  Evaluator(const Rules& rules, const Occasion& occasion)
      : rules_(rules), occasion_(occasion), reading_{rules.unknown_severity, occasion.now} {
    for (const Policy& policy : rules.policies) {
      if (in_force(policy, occasion)) compile(policy);
    }
  }

  Evaluation run(const Subjects& subjects, const RiskTotals& totals) {
    Evaluation evaluation;
    evaluation.actions.assign(subjects.findings, Action::none);
    look_elsewhere(subjects);
    for (std::size_t finding = 0; finding < subjects.findings; ++finding) {
      look_at_finding(finding, facts_of(subjects, finding));
    }
    for (const Compiled& it : policies_) {
      if (reached(*it.policy, it.matches, totals)) add_reason(it, subjects, evaluation);
    }
    std::ranges::stable_sort(evaluation.reasons, by_strength);
    return evaluation;
  }

 private:
  [[nodiscard]] Facts facts_of(const Subjects& subjects, std::size_t finding) const {
    Facts facts = subjects.facts_of(finding);
    if (facts.run == nullptr) facts.run = &occasion_.run;
    return facts;
  }

  void compile(const Policy& policy) {
    Compiled it{.policy = &policy};
    const auto add = [&](const std::optional<Condition>& condition) {
      return condition ? std::optional(program_.add(*condition)) : std::nullopt;
    };
    it.include = add(policy.scope.include);
    it.exclude = add(policy.scope.exclude);
    if (policy.grace) it.grace = add(policy.grace->passed);
    it.match = add(policy.match);
    it.about_run = asks_for_the_run_only(policy);
    it.about_files = policy.threshold.measure == Threshold::Measure::change_risk;
    policies_.push_back(std::move(it));
  }

  Truth truth(const Compiled& it) {
    if (it.exclude && program_.truth(*it.exclude, reading_) == Truth::yes) return Truth::no;
    Truth truth = Truth::yes;
    for (const auto& part : {it.include, it.match, it.grace}) {
      if (!part) continue;
      truth = std::min(truth, program_.truth(*part, reading_));
      if (truth == Truth::no) break;
    }
    return truth;
  }

  bool matches(const Compiled& it) {
    const Truth found = truth(it);
    return found == Truth::yes || (found == Truth::unknown && it.policy->match_unknown);
  }

  void look_elsewhere(const Subjects& subjects) {
    const Facts of_run{.subject = Subject::run, .run = &occasion_.run};
    program_.look_at(of_run);
    for (Compiled& it : policies_) {
      if (it.about_run) it.matches.elsewhere = matches(it);
    }
    for (const std::string_view path : subjects.changed_files) {
      const Facts of_file{.subject = Subject::file, .run = &occasion_.run, .path = path};
      program_.look_at(of_file);
      for (Compiled& it : policies_) {
        if (it.about_files && !it.matches.elsewhere) it.matches.elsewhere = truth(it) == Truth::yes;
      }
    }
  }

  void look_at_finding(std::size_t finding, const Facts& facts) {
    look_at_words(finding, facts);
    for (const ClaimFacts& claim : facts.claims) look_at_words(finding, in_the_words_of(claim, facts));
  }

  void look_at_words(std::size_t finding, const Facts& facts) {
    program_.look_at(facts);
    for (Compiled& it : policies_) {
      const bool known = !it.matches.findings.empty() && it.matches.findings.back() == finding;
      if (it.about_run || known || !matches(it)) continue;
      it.matches.findings.push_back(finding);
      it.matches.risk_tenths += facts.risk_tenths;
    }
  }

  void add_reason(const Compiled& it, const Subjects& subjects, Evaluation& evaluation) const {
    const Action action = effective_action(*it.policy, rules_);
    Reason reason{.policy = it.policy->id, .action = action, .text = reason_text(*it.policy, rules_)};
    if (action == Action::require_review) reason.reviewers = it.policy->review.teams;
    std::vector<std::pair<FindingId, std::size_t>> findings;
    for (const std::size_t finding : it.matches.findings) {
      evaluation.actions[finding] = std::max(evaluation.actions[finding], action);
      findings.emplace_back(subjects.id_of(finding), finding);
    }
    std::ranges::sort(findings);
    for (const auto& [id, finding] : findings) {
      reason.findings.push_back(id);
      if (reason.used.size() >= kMostRecorded) continue;
      const Facts facts = facts_of(subjects, finding);
      reason.used.push_back({id, values_used(*it.policy, facts, reading_)});
    }
    evaluation.reasons.push_back(std::move(reason));
    if (action == Action::block) evaluation.outcome = Outcome::fail;
    const bool warns = action == Action::warn || action == Action::require_review;
    if (warns && evaluation.outcome == Outcome::pass) evaluation.outcome = Outcome::warn;
  }

  const Rules& rules_;
  const Occasion& occasion_;
  Reading reading_;
  Program program_;
  std::vector<Compiled> policies_;
};

}  // namespace

bool in_force(const Policy& policy, const Occasion& occasion) {
  const bool about_this = policy.on.empty() || std::ranges::find(policy.on, occasion.event) != policy.on.end();
  const auto today = day_of(occasion.now);
  return about_this && (!policy.valid_from || today >= *policy.valid_from) &&
         (!policy.valid_until || today <= *policy.valid_until);
}

Truth truth_of(const Policy& policy, const Facts& facts, const Reading& reading) {
  Truth truth = truth_of_words(policy, facts, reading);
  for (const ClaimFacts& claim : facts.claims)
    truth = std::max(truth, truth_of_words(policy, in_the_words_of(claim, facts), reading));
  return truth;
}

std::vector<UsedValues::Value> values_used(const Policy& policy, const Facts& facts, const Reading& reading) {
  Facts words = facts;
  const Truth truth = truth_of(policy, facts, reading);
  for (const ClaimFacts& claim : facts.claims) {
    if (truth_of_words(policy, words, reading) == truth) break;
    words = in_the_words_of(claim, facts);
  }
  std::vector<UsedValues::Value> values;
  Texts room;
  const auto see = [&](const Leaf& leaf) {
    const Field& field = leaf.field();
    const bool known = std::ranges::find(values, field.name, &UsedValues::Value::field) != values.end();
    if (known || values.size() >= kMostValues) return;
    values.push_back({std::string(field.name), shown(field, value_of(field, words, room))});
  };
  for (const auto* const part : {&policy.scope.include, &policy.scope.exclude, &policy.match}) {
    if (*part) (*part)->each_leaf(see);
  }
  if (policy.grace) policy.grace->passed->each_leaf(see);
  return values;
}

// A policy in monitor mode, or all of them, says what it would have done.
Action effective_action(const Policy& policy, const Rules& rules) {
  const Mode mode = std::min(policy.mode.value_or(rules.mode), rules.mode);
  const bool lowered = (mode != Mode::enforce && policy.action == Action::block) ||
                       (mode == Mode::monitor && policy.action == Action::require_review);
  return lowered ? Action::warn : policy.action;
}

Evaluation evaluate(const Rules& rules, const Subjects& subjects, const RiskTotals& totals, const Occasion& occasion) {
  return Evaluator(rules, occasion).run(subjects, totals);
}

namespace {

// Of a report that is not complete, behind its name.
std::string_view what_is_wrong(ReportState state) {
  switch (state) {
    case ReportState::complete:
    case ReportState::complete_empty:
      return "was read completely";
    case ReportState::partial:
      return "was read only in part";
    case ReportState::unrecognised:
      return "is in no format that is known";
    case ReportState::tool_error:
      return "says that the scanner failed";
  }
  return "";
}

}  // namespace

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
        {{"evidence"}, action, fmt::format("{} {}{}", report.path, what_is_wrong(report.state), reason), {}});
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
