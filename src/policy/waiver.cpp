#include "policy/waiver.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/time.hpp"
#include "model/risk.hpp"

namespace gatepost::policy {
namespace {

int longest_days(Band band) {
  switch (band) {
    case Band::critical:
      return 14;
    case Band::high:
      return 60;
    case Band::medium:
      return 180;
    case Band::low:
    case Band::info:
      return 365;
  }
  return 14;
}

std::int64_t days_of(const Waiver& waiver) { return (waiver.expires - waiver.created).count(); }

// Why it cannot apply to what it covers; "" when it can.
std::string coverage_problem(const Waiver& waiver, const std::vector<int>& risks) {
  if (risks.size() > waiver.max_findings) {
    return fmt::format("covers {}, more than its max_findings of {}", text::count_of(risks.size(), "finding"),
                       waiver.max_findings);
  }
  const Band band = band_for_tenths(*std::ranges::max_element(risks));
  const std::int64_t days = days_of(waiver);
  if (days <= longest_days(band)) return {};
  return fmt::format("lasts {} days; a finding of {} risk may be waived for {}", days, to_string(band),
                     longest_days(band));
}

Note refused(const Waiver& waiver, const std::string& why) {
  return {Note::Level::warning, "waiver-not-applied", fmt::format("waiver {} does not apply: {}", waiver.id.value, why),
          waiver.where};
}

// By the id of one tool's part: that is the same problem, unless another tool takes it for a worse one than the one
// that was waived. The id of the finding itself is that of its first part, which shows all of them.
bool names_a_claim(const Waiver& waiver, const Facts& facts) {
  const auto named =
      std::ranges::find_if(facts.claims, [&](const ClaimFacts& claim) { return names(waiver.finding, claim.id); });
  if (named == facts.claims.end() || named->severity == SeverityLabel::unknown) return false;
  return std::ranges::all_of(facts.claims, [&](const ClaimFacts& claim) { return claim.severity <= named->severity; });
}

// A rule that is waived says nothing about what another rule found.
bool is_of_rule(const Waiver& waiver, const Facts& facts) {
  if (facts.claims.empty()) return waiver.rule == facts.rule;
  return std::ranges::all_of(facts.claims, [&](const ClaimFacts& claim) { return claim.rule == waiver.rule; });
}

}  // namespace

bool covers(const Waiver& waiver, const WaiverFacts& finding) {
  if (!waiver.finding.empty()) return names(waiver.finding, finding.id) || names_a_claim(waiver, finding.facts);
  if (!waiver.rule.empty() && !is_of_rule(waiver, finding.facts)) return false;
  if (!waiver.package.empty() && waiver.package != finding.facts.package) return false;
  if (waiver.path && !waiver.path->matches(finding.facts.path)) return false;
  const auto is_named = [&](std::string_view advisory) { return text::equal_ignoring_case(advisory, waiver.advisory); };
  return waiver.advisory.empty() || std::ranges::any_of(finding.advisories, is_named);
}

std::string problem_of(const Waiver& waiver, std::chrono::sys_days today) {
  if (today < waiver.created) return fmt::format("begins on {}", to_string(waiver.created));
  if (today > waiver.expires) return fmt::format("expired on {}", to_string(waiver.expires));
  if (waiver.approved_by.empty()) return "nobody approved it";
  const auto is_requester = [&](const std::string& name) {
    return text::equal_ignoring_case(name, waiver.requested_by);
  };
  if (std::ranges::all_of(waiver.approved_by, is_requester))
    return fmt::format("{} cannot approve an own request", waiver.requested_by);
  if (days_of(waiver) > longest_days(Band::low))
    return fmt::format("lasts {} days; none may last more than {}", days_of(waiver), longest_days(Band::low));
  return {};
}

Waived apply(const std::vector<Waiver>& waivers, std::size_t findings,
             const std::function<WaiverFacts(std::size_t)>& facts_of, std::chrono::sys_days today) {
  Waived result;
  result.waiver_of.assign(findings, Assessed::kNone);
  if (waivers.empty()) return result;
  struct Coverage {
    std::vector<std::size_t> findings;
    std::vector<int> risks;
  };
  std::vector<Coverage> covered(waivers.size());
  for (std::size_t i = 0; i < findings; ++i) {
    const WaiverFacts finding = facts_of(i);
    for (std::size_t w = 0; w < waivers.size(); ++w) {
      if (!covers(waivers[w], finding)) continue;
      covered[w].findings.push_back(i);
      covered[w].risks.push_back(finding.facts.risk_tenths);
    }
  }
  for (std::size_t w = 0; w < waivers.size(); ++w) {
    const Waiver& waiver = waivers[w];
    if (covered[w].findings.empty()) {
      result.notes.push_back({Note::Level::info, "waiver-unused",
                              fmt::format("waiver {} covers nothing any more", waiver.id.value), waiver.where});
      continue;
    }
    std::string problem = problem_of(waiver, today);
    if (problem.empty()) problem = coverage_problem(waiver, covered[w].risks);
    if (!problem.empty()) {
      result.notes.push_back(refused(waiver, problem));
      continue;
    }
    for (const std::size_t finding : covered[w].findings)
      result.waiver_of[finding] = static_cast<std::uint32_t>(result.applied.size());
    result.applied.push_back({waiver.id, waiver.reason, waiver.justification, text::join(waiver.approved_by, ", "),
                              to_string(waiver.expires)});
  }
  return result;
}

}  // namespace gatepost::policy
