#include "report/explanation.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "report/escape.hpp"
#include "report/facts.hpp"
#include "report/fix_first.hpp"

namespace gatepost::report {
namespace {

constexpr std::size_t kMessageCharacters = 600;
constexpr std::size_t kMostClaims = 20;

std::string_view meaning_of(MatchStage stage) {
  switch (stage) {
    case MatchStage::exact:
      return "equal in identity and place";
    case MatchStage::drift:
      return "the same line, code or package in its file";
    case MatchStage::moved:
      return "the same in another file";
    case MatchStage::fuzzy:
      return "edited in place";
    case MatchStage::symbol:
      return "edited, in a symbol of the same name in another file";
  }
  return {};
}

std::string_view meaning_of(Presence presence) {
  switch (presence) {
    case Presence::introduced:
      return "the change brings it in";
    case Presence::worsened:
      return "it was there before, the change makes it riskier";
    case Presence::touched:
      return "it was there before, and the change edits its code or updated its package in vain";
    case Presence::moved:
      return "it was there before, in a file that the change renames";
    case Presence::unrelated:
      return "the change has nothing to do with it";
    case Presence::fixed:
      return "it was in the base, and a complete scan of the change no longer reports it";
    case Presence::external:
      return "not in the base, but the change did not touch the package: the advisory is news";
    case Presence::not_evaluated:
      return "it was in the base, and its scanner did not look at the change";
    case Presence::existing:
      return "there is no base to compare with: it is there, and since when is not known";
  }
  return "";
}

class Explanation {
 public:
  Explanation(const Input& input, std::size_t finding) : in_(input), finding_(finding), assessment_(input.assessment) {}

  std::string text() {
    describe();
    explain_severity();
    explain_service();
    explain_risk();
    explain_threat();
    explain_evidence();
    explain_owners();
    explain_verdict();
    return std::move(out_);
  }

 private:
  const Assessed& assessed() const { return assessment_.assessed[finding_]; }
  void heading(std::string_view title) { out_ += fmt::format("\n{}\n", title); }
  void line(std::string_view label, const std::string& value) {
    if (!value.empty()) out_ += escape::log_line(fmt::format("  {:<12} {}", label, value)) + "\n";
  }

  void describe() {
    const Finding& finding = assessment_.findings.all[finding_];
    const ObservationTable& table = assessment_.table_of(finding);
    out_ += escape::log_line(escape::terminal(title_of(assessment_, finding_))) + "\n";
    line("id", to_string(finding.id));
    for (const FormerId& it : assessment_.former_ids_of(finding_)) {
      if (it.why == FormerId::Why::previous_key)
        line("formerly", fmt::format("{} (by the previous key; waivers may name it so)", to_string(it.former)));
    }
    line("where", escape::terminal(place_of(assessment_, finding_)));
    line("kind", std::string(to_string(finding.kind)));
    std::string engines;
    for (const std::string_view engine : engines_of(assessment_, finding_))
      engines.append(engines.empty() ? "" : ", ").append(engine);
    line("reported by",
         escape::terminal(engines) + fmt::format(" ({})", escape::terminal(rule_of(assessment_, finding_))));
    explain_claims();
    line("says", escape::terminal(table.message(table.row(finding.primary)), kMessageCharacters));
    line("read more", escape::terminal(help_url_of(assessment_, finding_)));
    line("fix", escape::terminal(fix_of(assessment_, finding_)));
    if (const FixAction* const action = assessment_.fixes.of(finding_)) explain_fix(*action);
    line("change", fmt::format("{}: {}", to_string(assessed().presence),
                               assessed().unplaced ? "it is in no file of the commit, so whether it is new is not known"
                                                   : meaning_of(assessed().presence)));
    if (const BaseMatch* const match = assessment_.base_match_of(finding_)) line("in the base", describe_match(*match));
  }

  static std::string describe_match(const BaseMatch& match) {
    std::string out = fmt::format("{} ({}: {}", to_string(match.id), to_string(match.stage), meaning_of(match.stage));
    if (match.event == MatchEvent::still_affected) out += ", in another version";
    if (match.stage >= MatchStage::fuzzy) out += fmt::format(", {} % of the words in common", match.similarity / 10);
    if (!keeps_decisions(match.stage, match.similarity)) out += "; may be another problem by now";
    return out + ")";
  }

  void explain_claims() {
    const Across* const across = assessment_.across_of(finding_);
    if (across != nullptr) {
      for (const Claim& claim : across->claims) {
        const ObservationTable& table = assessment_.table_of(claim.finding);
        const RuleInfo& rule = table.rule_of(table.row(claim.finding.primary));
        line("claim", escape::terminal(fmt::format("{} {} by {}: {}", to_string(claim.finding.id), table.text(rule.id),
                                                   table.text(rule.engine), to_string(claim.severity))));
      }
      for (const MergeReason& reason : across->reasons)
        line("one problem", escape::terminal(fmt::format("{}: {}", reason.rule, reason.because)));
    }
    const FindingId& id = assessment_.findings.all[finding_].id;
    for (const FindingLink& link : assessment_.links) {
      if (link.a == id || link.b == id)
        line("see also", escape::terminal(fmt::format("{}: {} ({})", short_form(link.a == id ? link.b : link.a),
                                                      link.because, link.rule)));
    }
  }

  void explain_fix(const FixAction& action) {
    for (const std::string& effect : effects_of(action)) line("", escape::terminal(effect));
    const HowTo how = how_to(action);
    line("edit", escape::terminal(how.edit));
    line("run", escape::terminal(how.command));
    line("or", escape::terminal(how.hint));
  }

  void explain_severity() {
    const Severity& effective = assessment_.severity_of(finding_);
    heading("Severity");
    line("effective", fmt::format("{} {} ({} by {})", to_string(effective.label), points(effective.tenths),
                                  to_string(effective.method),
                                  effective.source.empty() ? "nobody" : escape::terminal(effective.source)));
    if (assessed().severity_conflict) line("conflict", "its sources are two bands or more apart");
    const Finding& finding = assessment_.findings.all[finding_];
    const ObservationTable& table = assessment_.table_of(finding);
    std::vector<SeverityClaim> shown;
    for (const Row member : assessment_.findings.members_of(finding)) {
      if (shown.size() >= kMostClaims) break;
      for (const StoredClaim& stored : table.claims(table.claims_of(table.row(member)))) {
        SeverityClaim claim = table.claim(stored);
        if (std::ranges::find(shown, claim) == shown.end()) shown.push_back(std::move(claim));
      }
    }
    for (const SeverityClaim& claim : shown) {
      line("claim",
           fmt::format("{}{} ({} by {}){}", to_string(claim.label), claim.tenths ? " " + points(*claim.tenths) : "",
                       to_string(claim.method), escape::terminal(claim.source),
                       claim.vector.empty() ? "" : " " + escape::terminal(claim.vector)));
    }
  }

  void explain_service() {
    const Service* const service = assessment_.service_of(finding_);
    if (assessment_.services.empty()) return;
    heading("Service");
    if (service == nullptr) return line("", "none: no path or image of a service fits");
    line("name", escape::terminal(service->name));
    line("because of", escape::terminal(service_reason(assessment_, finding_)));
    const Context& context = service->context;
    const auto known = [&](std::string_view label, std::string_view value, const std::string& because) {
      if (!because.empty()) line(label, std::string(value) + " by " + escape::terminal(because));
    };
    known("exposure", kExposureNames[static_cast<std::size_t>(context.exposure)], service->because.exposure);
    known("environment", kEnvironmentNames[static_cast<std::size_t>(context.environment)],
          service->because.environment);
    known("criticality", kCriticalityNames[static_cast<std::size_t>(context.criticality)],
          service->because.criticality);
    known("data", data_class_names(context.data), service->because.data);
    known("mitigation", kMitigationNames[static_cast<std::size_t>(context.mitigation)], service->because.mitigation);
  }

  void explain_risk() {
    const Risk& risk = assessed().risk;
    heading("Risk");
    line("score",
         fmt::format("{} of 100, {}", points(risk.score_tenths), to_string(band_for_tenths(risk.score_tenths))));
    for (const Factor& factor : factors_of(in_, finding_)) {
      const std::string effect =
          factor.effect_tenths > 0 ? fmt::format(" (takes off {})", points(factor.effect_tenths)) : "";
      line(factor.name, escape::terminal(factor.value) + effect + ": " + escape::terminal(factor.because) +
                            (factor.evidence.empty() ? "" : " (" + escape::terminal(factor.evidence) + ")"));
    }
    const RiskStory story = in_.story ? in_.story(finding_) : RiskStory{};
    line("in short", escape::terminal(story.line, kMessageCharacters));
    for (const Move& move : story.moves) {
      line("would move it", escape::terminal(fmt::format("{} {}: {} {} ({})", move.fact, move.value,
                                                         points(move.tenths), to_string(move.band), move.how)));
    }
    if (risk.ssvc) explain_decision(*risk.ssvc, story);
  }

  void explain_decision(const Ssvc& ssvc, const RiskStory& story) {
    heading("Decision");
    const std::string within = ssvc.days == 0 ? "with the next upgrade" : fmt::format("within {} days", ssvc.days);
    line("SSVC", fmt::format("{}, {}: {}", to_string(ssvc.decision), within, escape::terminal(story.decision)));
    line("CISA", fmt::format("coordinator {}, BOD 26-04 {} (technical impact {})", kCoordinatorNames[ssvc.coordinator],
                             kTimelineNames[ssvc.timeline], kTechnicalImpactNames[ssvc.technical_impact]));
  }

  void explain_evidence() {
    const std::vector<std::string> statements = vex_facts(assessment_, finding_);
    if (!statements.empty()) heading("VEX");
    for (const std::string& statement : statements) line("", escape::terminal(statement));
    const std::string seen = runtime_fact(assessment_, finding_);
    if (seen.empty()) return;
    heading("Runtime");
    line("", escape::terminal(seen));
  }

  void explain_threat() {
    const Enrichment* const known = assessment_.enrichment_of(finding_);
    if (known == nullptr || !known->has_threat()) return;
    heading("Threat");
    for (const std::string& fact : threat_facts(assessment_, finding_)) line("", escape::terminal(fact));
    if (known->not_in_kev) {
      const std::string day = known->not_in_kev->empty() ? "" : " of " + *known->not_in_kev;
      line("", "not in the catalogue of known exploited vulnerabilities" + day);
    }
  }

  void explain_owners() {
    heading("Owners");
    for (const Owner& owner : assessment_.owners_of(finding_)) {
      line("", escape::terminal(owner.team.value) + " by " + escape::terminal(owner.because));
    }
    if (assessment_.owners_of(finding_).empty())
      line("", "nobody: neither CODEOWNERS nor the service nor routing.default name an owner");
    if (const Routing* const routing = assessment_.routing_of(finding_)) explain_routing(*routing);
  }

  void explain_routing(const Routing& routing) {
    if (routing.inferred) {
      const InferredOwner& it = *routing.inferred;
      line("inferred", escape::terminal(fmt::format("{} by {}: {}; no policy sees it", it.owner.team.value,
                                                    to_string(it.step), it.owner.because)));
    }
    const auto team = [&](std::string_view name, const RoutedTeam& it) {
      line(name, escape::terminal(
                     fmt::format("{} by {} ({}: {})", it.team, to_string(routing.team_step), it.owner, it.because)));
    };
    for (const RoutedTeam& it : routing.assignees) team("team", it);
    for (const RoutedTeam& it : routing.watchers) team("watches", it);
    if (routing.assignees.empty() && assessment_.routing_counts.has_directory) line("team", "none");
    for (const std::string& it : routing.passed) line("passed", escape::terminal(it));
  }

  void explain_verdict() {
    heading("Verdict");
    line("state", std::string(state_of(assessment_, finding_)));
    if (const WaiverInfo* waiver = assessment_.waiver_of(finding_)) {
      line("waiver", escape::terminal(fmt::format("{} until {}: {} (approved by {})", waiver->id.value, waiver->expires,
                                                  waiver->justification, waiver->approved_by)));
    }
    const FindingId& id = assessment_.findings.all[finding_].id;
    bool any = false;
    for (const Reason& reason : assessment_.verdict.reasons) {
      if (!std::ranges::binary_search(reason.findings, id)) continue;
      line(to_string(reason.action), escape::terminal(fmt::format("{}: {}", reason.policy.value, reason.text)));
      any = true;
    }
    if (!any) line("", "no policy acts because of it");
  }

  const Input& in_;
  std::size_t finding_;
  const Assessment& assessment_;
  std::string out_;
};

}  // namespace

Status write_explanation(const Input& input, std::size_t finding, const Sink& sink) {
  return sink(Explanation(input, finding).text());
}

}  // namespace gatepost::report
