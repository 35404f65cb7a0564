#include "report/funnel.hpp"

#include <algorithm>

#include "model/reach.hpp"
#include "report/facts.hpp"

namespace gatepost::report {
namespace {

// Vulnerabilities of packages: of nothing else evidence of the run time and VEX speak. A finding that only the base has
// is none of the head.
bool is_counted(const Assessment& assessment, FindingIndex finding) {
  const Finding& it = assessment.findings.all[finding];
  const bool package = it.kind == Kind::sca || it.kind == Kind::container || it.kind == Kind::malware;
  return package && !it.in_base_only && assessment.assessed[finding].presence != Presence::fixed;
}

Scope scope_of(const Assessment& assessment, FindingIndex finding) {
  const Finding& it = assessment.findings.all[finding];
  const ObservationTable& table = assessment.table_of(it);
  const StoredComponent* const component = table.component_of(table.row(it.primary));
  return component == nullptr ? Scope::unknown : component->scope;
}

// What the reports and the evidence of the run time say together.
Reach reach_of(const Assessment& assessment, FindingIndex finding) {
  const Finding& it = assessment.findings.all[finding];
  if (it.kind == Kind::malware) return Reach::observed;
  const ObservationTable& table = assessment.table_of(it);
  Reach reach = Reach::unknown;
  for (const Row member : assessment.findings.members_of(it)) reach = combined_reach(reach, table.row(member).reach);
  const Enrichment* const known = assessment.enrichment_of(finding);
  return known != nullptr && known->runtime ? combined_reach(reach, known->runtime->reach) : reach;
}

enum class Answer : std::uint8_t { no, yes, unknown };
Answer yes_if(bool is_so) { return is_so ? Answer::yes : Answer::no; }

// Whether the finding, which passed all stages before, passes this one. What nobody said of scope and environment is no
// reason to leave a finding out; loaded and exposed it is only when somebody says so.
Answer passes(const Assessment& assessment, FindingIndex finding, FunnelStage stage) {
  const Assessed& it = assessment.assessed[finding];
  switch (stage) {
    case FunnelStage::shipped: {
      const Scope scope = scope_of(assessment, finding);
      const bool tooling = scope == Scope::dev || scope == Scope::test;
      return yes_if(!tooling && it.context.environment != Environment::not_deployed);
    }
    case FunnelStage::loaded: {
      const Reach reach = reach_of(assessment, finding);
      if (reach == Reach::unknown) return Answer::unknown;
      return yes_if(reach == Reach::observed || reach == Reach::called || reach == Reach::loaded);
    }
    case FunnelStage::internet_facing:
      if (it.context.exposure == Exposure::unknown) return Answer::unknown;
      return yes_if(it.context.exposure == Exposure::internet);
    case FunnelStage::without_vex: {
      const Enrichment* const known = assessment.enrichment_of(finding);
      return yes_if(known == nullptr || !known->not_applicable());
    }
    case FunnelStage::open:
      return yes_if(it.waiver == Assessed::kNone && !it.suppressed);
    case FunnelStage::raw:
    case FunnelStage::unique:
      break;
  }
  return Answer::yes;
}

// The stages that something is known about, in their order; empty when it is too little for a funnel.
std::vector<FunnelStage> known_stages(const Assessment& assessment) {
  const auto& known = assessment.enrichments;
  const bool seen =
      std::ranges::any_of(known, [](const Enrichment& it) { return it.runtime && it.runtime->doubt.empty(); });
  if (!seen || assessment.services.empty() || assessment.elsewhere > 0) return {};
  std::vector<FunnelStage> stages = {FunnelStage::raw, FunnelStage::unique, FunnelStage::shipped, FunnelStage::loaded};
  const auto is_placed = [](const Service& it) { return it.context.exposure != Exposure::unknown; };
  if (std::ranges::any_of(assessment.services, is_placed)) stages.push_back(FunnelStage::internet_facing);
  if (std::ranges::any_of(known, [](const Enrichment& it) { return !it.vex.empty(); }))
    stages.push_back(FunnelStage::without_vex);
  stages.push_back(FunnelStage::open);
  return stages;
}

}  // namespace

Funnel funnel_of(const Assessment& assessment) {
  Funnel funnel;
  for (const FunnelStage stage : known_stages(assessment)) funnel.steps.push_back({.stage = stage});
  if (funnel.empty()) return funnel;
  for (FindingIndex finding = 0; finding < assessment.assessed.size(); ++finding) {
    if (!is_counted(assessment, finding)) continue;
    const std::size_t members = assessment.findings.all[finding].member_count;
    Answer answer = Answer::yes;
    for (FunnelStep& step : funnel.steps) {
      answer = passes(assessment, finding, step.stage);
      if (answer == Answer::unknown) ++step.unknown;
      if (answer != Answer::yes) break;
      step.count += step.stage == FunnelStage::raw ? members : 1;
    }
    if (answer == Answer::yes) funnel.left.push_back(finding);
  }
  if (funnel.steps.front().count == 0) return {};
  // That nothing is waived or set aside is no stage.
  if (funnel.steps.back().count == funnel.steps[funnel.steps.size() - 2].count) funnel.steps.pop_back();
  sort_by_risk(assessment, funnel.left);
  return funnel;
}

std::optional<FunnelStage> Funnel::stage_of(const Assessment& assessment, FindingIndex finding) const {
  if (empty() || !is_counted(assessment, finding)) return std::nullopt;
  FunnelStage last = FunnelStage::unique;
  for (const FunnelStep& step : steps) {
    if (passes(assessment, finding, step.stage) != Answer::yes) break;
    last = std::max(last, step.stage);
  }
  return last;
}

std::string_view described(FunnelStage stage) {
  constexpr std::array<std::string_view, 7> kTexts = {"reported, each tool for itself",
                                                      "unique",
                                                      "shipped: not for development or tests, in a deployed service",
                                                      "loaded at run time",
                                                      "in an internet-facing service",
                                                      "without a VEX statement that applies",
                                                      "neither waived nor set aside by the tools"};
  return kTexts[static_cast<std::size_t>(stage)];
}

std::string in_one_line(const Funnel& funnel) {
  constexpr std::array<std::string_view, 7> kWords = {"raw",         "unique", "shipped", "loaded", "internet-facing",
                                                      "without VEX", "open"};
  std::string line;
  for (const FunnelStep& step : funnel.steps) {
    const bool last = &step == &funnel.steps.back();
    const std::string_view word = last ? "to act on" : kWords[static_cast<std::size_t>(step.stage)];
    line.append(line.empty() ? "" : " → ").append(grouped(step.count)).append(" ").append(word);
  }
  for (const FunnelStep& step : funnel.steps) {
    if (const std::string unknown = what_is_unknown(step); !unknown.empty()) line.append("; ").append(unknown);
  }
  return line;
}

std::string what_is_unknown(const FunnelStep& step) {
  if (step.unknown == 0) return {};
  return grouped(step.unknown) + " more: not known whether " +
         (step.stage == FunnelStage::loaded ? "loaded" : "internet-facing");
}

}  // namespace gatepost::report
