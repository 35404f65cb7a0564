#include "app/finding_facts.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/time.hpp"
#include "correlate/families.hpp"
#include "model/purl.hpp"
#include "model/reach.hpp"
#include "model/version.hpp"
#include "risk/tables.hpp"

namespace gatepost::app {
namespace {

constexpr std::size_t kMostFixedVersions = 100;

// What the observations of a finding say together: one that knows something is enough.
struct Combined {
  bool has_cve = false, malicious = false, has_flow = false, has_fix = false, has_component = false;
  std::optional<bool> kev, verified_secret;
  std::optional<std::uint32_t> epss_ppm;
  std::vector<Reach> reaches;
  Reach reach = Reach::unknown;                    // of all of them
  std::map<std::string_view, Confidence> engines;  // the surest statement of each
  std::vector<Cwe> cwes;                           // sorted
  std::vector<std::string_view> fixed_versions;
};

// True beats false beats not known.
void any_of(std::optional<bool>& all, std::optional<bool> one) {
  if (one) all = all.value_or(false) || *one;
}

void add_detail(const ObservationDetail& detail, Combined& all) {
  any_of(all.kev, detail.kev);
  if (detail.epss_ppm) all.epss_ppm = std::max(all.epss_ppm.value_or(0), *detail.epss_ppm);
  if (detail.secret) any_of(all.verified_secret, detail.secret->verified);
  all.has_fix |= !detail.fixes.empty();
}

void add_row(const ObservationTable& table, Row index, Combined& all) {
  const ObservationRow& row = table.row(index);
  for (const TextId id : table.texts(row.advisories)) {
    all.has_cve |= table.text(id).starts_with("CVE-");
    all.malicious |= table.text(id).starts_with("MAL-");
  }
  all.has_flow |= row.flow != ListId::none;
  if (row.reach != Reach::unknown) all.reaches.push_back(row.reach);
  Confidence& confidence = all.engines[table.text(table.rule_of(row).engine)];
  confidence = std::max(confidence, row.confidence);
  const auto cwes = table.cwes(table.cwes_of(row));
  all.cwes.insert(all.cwes.end(), cwes.begin(), cwes.end());
  if (const StoredComponent* component = table.component_of(row)) {
    all.has_component |= component->purl != TextId::none;
    for (const TextId id : table.texts(component->fixed_versions)) {
      all.has_fix = true;
      if (all.fixed_versions.size() < kMostFixedVersions) all.fixed_versions.push_back(table.text(id));
    }
  }
  if (const ObservationDetail* detail = table.detail_of(row)) add_detail(*detail, all);
}

Scope scope_of(const Assessment& assessment, const Finding& finding) {
  const ObservationTable& table = assessment.table_of(finding);
  const StoredComponent* const component = table.component_of(table.row(finding.primary));
  return component == nullptr ? Scope::unknown : component->scope;
}

// What the code says by importing the package or not.
Reach import_reach(const Assessment& assessment, std::size_t index) {
  const Enrichment* const known = assessment.enrichment_of(index);
  if (known == nullptr || !known->imports) return Reach::unknown;
  return reach_of(*known->imports, scope_of(assessment, assessment.findings.all[index]));
}

Combined combine(const Assessment& assessment, std::size_t index) {
  const Finding& finding = assessment.findings.all[index];
  const Enrichment* const known = assessment.enrichment_of(index);
  Combined all;
  for (const Row member : assessment.findings.members_of(finding)) add_row(assessment.table_of(finding), member, all);
  all.malicious |= finding.kind == Kind::malware;
  // What feeds say is newer than what the tools say, and has both.
  if (known != nullptr && known->epss) all.epss_ppm = known->epss->ppm;
  if (known != nullptr && (known->kev || known->not_in_kev)) all.kev = known->kev.has_value();
  if (known != nullptr && known->runtime) all.reaches.push_back(known->runtime->reach);
  const Reach imports = import_reach(assessment, index);
  if (imports != Reach::unknown) all.reaches.push_back(imports);
  all.reach = combined_reach(all.reaches);
  std::ranges::sort(all.cwes);
  const auto rest = std::ranges::unique(all.cwes);
  all.cwes.erase(rest.begin(), rest.end());
  return all;
}

void add_component(const ObservationTable& table, const StoredComponent& component, policy::Facts& facts) {
  facts.package = table.text(component.package);
  facts.purl = table.text(component.purl);
  facts.ecosystem = purl_type(facts.purl);
  facts.version = table.text(component.version);
  if (facts.ecosystem == "rpm") {
    if (const auto purl = Purl::parse(facts.purl)) facts.full_version = version_of(*purl);
  }
  facts.scope = component.scope;
  if (component.direct != 2) facts.direct = component.direct == 1;
  const std::size_t way = table.texts(component.dependency_path).size();
  if (way > 0) facts.depth = static_cast<std::int64_t>(way);
}

policy::State state_of(const Assessed& assessed) {
  if (assessed.presence == Presence::fixed) return policy::State::fixed;
  if (assessed.risk.exemption == Exemption::vex_not_affected) return policy::State::not_affected;
  if (assessed.risk.exemption == Exemption::vex_fixed) return policy::State::fixed;
  if (assessed.waiver != Assessed::kNone) return policy::State::waived;
  if (assessed.suppressed) return policy::State::suppressed;
  return assessed.presence == Presence::not_evaluated ? policy::State::not_evaluated : policy::State::open;
}

policy::WaiverState waiver_state(const Assessed& assessed) {
  if (assessed.waiver != Assessed::kNone) return policy::WaiverState::active;
  return assessed.waiver_expired ? policy::WaiverState::expired : policy::WaiverState::none;
}

// What feeds and vendors say.
void add_known(const Enrichment& known, policy::Facts& facts) {
  if (known.epss) facts.epss_percentile_ppm = known.epss->percentile_ppm;
  if (known.kev) {
    facts.kev_ransomware = known.kev->ransomware;
    facts.kev_added = parse_timestamp(known.kev->since);
  } else if (known.not_in_kev) {
    facts.kev_ransomware = false;
  }
  if (!known.vex.empty()) facts.vex = static_cast<std::uint8_t>(known.vex.front().status);
}

// The weaknesses of the list of 25 that the risk model knows.
std::vector<Cwe> top_of(const std::vector<Cwe>& cwes) {
  const auto& weaknesses = risk::built_in_tables().weaknesses;
  std::vector<Cwe> top;
  for (const Cwe cwe : cwes) {
    if (cwe.number < weaknesses.size() && weaknesses[cwe.number].top_25) top.push_back(cwe);
  }
  return top;
}

void add_enrichment(const Enrichment& known, risk::RiskInput& input) {
  input.ransomware = known.kev && known.kev->ransomware.value_or(false);
  input.maturity = known.maturity();
  if (known.not_applicable()) {
    input.exemption = known.vex.front().status == VexStatus::fixed ? Exemption::vex_fixed : Exemption::vex_not_affected;
  }
  if (!known.ssvc) return;
  input.automatable = known.ssvc->automatable;
  input.total_impact = known.ssvc->total_impact;
}

void add_claims(const ObservationTable& table, const Across& across, policy::Facts& facts) {
  for (const Claim& claim : across.claims) {
    const RuleInfo& rule = table.rule_of(table.row(claim.finding.primary));
    facts.claims.push_back({claim.finding.id, claim.finding.kind, claim.severity, table.text(rule.id),
                            table.text(rule.engine), table.text(rule.title)});
    for (const TextId id : table.texts(table.row(claim.finding.primary).advisories)) {
      const std::string_view advisory = table.text(id);
      if (std::ranges::find(facts.advisories, advisory) == facts.advisories.end()) facts.advisories.push_back(advisory);
    }
  }
}

// The CVSS vector that says most, where the source that is believed gives only a word: for the decision, not for the
// severity.
std::string_view vector_of(const Assessment& assessment, const Finding& finding) {
  const ObservationTable& table = assessment.table_of(finding);
  const StoredClaim* best = nullptr;
  for (const Row member : assessment.findings.members_of(finding)) {
    for (const StoredClaim& claim : table.claims(table.claims_of(table.row(member)))) {
      if (claim.vector != TextId::none && (best == nullptr || claim.method < best->method)) best = &claim;
    }
  }
  return best == nullptr ? std::string_view() : table.text(best->vector);
}

Confidence surest(const std::map<std::string_view, Confidence>& engines) {
  Confidence best = Confidence::unknown;
  for (const auto& [engine, confidence] : engines) best = std::max(best, confidence);
  return best;
}

}  // namespace

risk::RiskInput risk_input(const Assessment& assessment, std::size_t index) {
  const Finding& finding = assessment.findings.all[index];
  Combined all = combine(assessment, index);
  risk::RiskInput input{.kind = finding.kind,
                        .severity_tenths = assessment.severity_of(index).tenths,
                        .has_cve = all.has_cve,
                        .epss_ppm = all.epss_ppm,
                        .kev = all.kev.value_or(false),
                        .cvss = assessment.severity_of(index).vector,
                        .malicious = all.malicious,
                        .secret_verified = all.verified_secret,
                        .cwes = std::move(all.cwes),
                        .reach = all.reach,
                        .has_flow = all.has_flow,
                        .exact_package = all.has_component,
                        .context = assessment.assessed[index].context};
  input.scope = scope_of(assessment, finding);
  if (all.reach != Reach::unknown && all.reach == import_reach(assessment, index))
    input.reach_because = because_of(*assessment.enrichment_of(index)->imports);
  if (input.cvss.empty()) input.cvss = vector_of(assessment, finding);
  if (const Enrichment* const known = assessment.enrichment_of(index)) add_enrichment(*known, input);
  for (const auto& [engine, confidence] : all.engines) input.confidences.push_back(confidence);
  return input;
}

policy::Facts policy_facts(const Assessment& assessment, std::size_t index) {
  const Finding& finding = assessment.findings.all[index];
  const Assessed& assessed = assessment.assessed[index];
  const ObservationTable& table = assessment.table_of(finding);
  const ObservationRow& row = table.row(finding.primary);
  const RuleInfo& rule = table.rule_of(row);
  Combined all = combine(assessment, index);
  policy::Facts facts{.kind = finding.kind,
                      .severity = assessment.severity_of(index).label,
                      .risk_tenths = assessed.risk.effective_tenths,
                      .presence = assessed.presence,
                      .path = assessment.findings.path_of(finding),
                      .rule = table.text(rule.id),
                      .engine = table.text(rule.engine),
                      .title = table.text(rule.title),
                      .line = finding.range.first_line,
                      .confidence = surest(all.engines),
                      .reach = all.reach,
                      .verified_secret = all.verified_secret,
                      .kev = all.kev,
                      .severity_conflict = assessed.severity_conflict,
                      .engines = static_cast<std::int64_t>(all.engines.size()),
                      .malicious = all.malicious,
                      .waiver = waiver_state(assessed),
                      .suppressed = assessed.suppressed,
                      .state = state_of(assessed),
                      .ssvc = assessed.risk.ssvc ? std::optional(assessed.risk.ssvc->decision) : std::nullopt,
                      .context = assessed.context};
  facts.family_of = [](std::string_view engine, std::string_view id) {
    return correlate::RuleFamilies::built_in().find(engine, id);
  };
  facts.fixed_versions = std::move(all.fixed_versions);
  facts.top_cwes = top_of(all.cwes);
  facts.cwes = std::move(all.cwes);
  facts.epss_ppm = all.epss_ppm;
  if (!assessment.severity_of(index).vector.empty()) facts.cvss_tenths = assessment.severity_of(index).tenths;
  if (const Service* const service = assessment.service_of(index)) facts.service = service->name;
  if (const Enrichment* const known = assessment.enrichment_of(index)) add_known(*known, facts);
  if (const ObservationDetail* const detail = table.detail_of(row)) {
    facts.resource = detail->resource;
    facts.image = detail->image;
    if (detail->endpoint) facts.url = detail->endpoint->url;
  }
  for (const TextId id : table.texts(row.advisories)) facts.advisories.push_back(table.text(id));
  if (const Across* const across = assessment.across_of(index)) add_claims(table, *across, facts);
  if (all.has_fix) facts.fix_available = true;
  if (const StoredComponent* component = table.component_of(row)) add_component(table, *component, facts);
  for (const Owner& owner : assessment.owners_of(index)) facts.owners.push_back(owner.team.value);
  return facts;
}

}  // namespace gatepost::app
