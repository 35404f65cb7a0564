#include "app/finding_facts.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace gatepost::app {
namespace {

// What the observations of a finding say together: one that knows something is enough.
struct Combined {
  bool has_cve = false, malicious = false, has_flow = false, has_fix = false, has_component = false;
  std::optional<bool> kev, verified_secret;
  std::optional<std::uint32_t> epss_ppm;
  Reach reach = Reach::unknown;
  std::map<std::string_view, Confidence> engines;  // the surest statement of each
  std::vector<Cwe> cwes;                           // sorted
};

// True beats false beats not known.
void any_of(std::optional<bool>& all, std::optional<bool> one) {
  if (one) all = all.value_or(false) || *one;
}

// The names of reach are in the order of their strength; unknown is no statement.
Reach stronger(Reach a, Reach b) {
  if (a == Reach::unknown || b == Reach::unknown) return a == Reach::unknown ? b : a;
  return std::min(a, b);
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
  all.reach = stronger(all.reach, row.reach);
  Confidence& confidence = all.engines[table.text(table.rule_of(row).engine)];
  confidence = std::max(confidence, row.confidence);
  const auto cwes = table.cwes(table.cwes_of(row));
  all.cwes.insert(all.cwes.end(), cwes.begin(), cwes.end());
  if (const StoredComponent* component = table.component_of(row)) {
    all.has_component |= component->purl != TextId::none;
    all.has_fix |= !table.texts(component->fixed_versions).empty();
  }
  if (const ObservationDetail* detail = table.detail_of(row)) add_detail(*detail, all);
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
  std::ranges::sort(all.cwes);
  const auto rest = std::ranges::unique(all.cwes);
  all.cwes.erase(rest.begin(), rest.end());
  return all;
}

void add_component(const ObservationTable& table, const StoredComponent& component, policy::Facts& facts) {
  facts.package = table.text(component.package);
  // "pkg:npm/…": what stands between the colon and the first slash.
  const std::string_view purl = table.text(component.purl);
  const std::size_t slash = purl.find('/');
  if (purl.starts_with("pkg:") && slash != std::string_view::npos) facts.ecosystem = purl.substr(4, slash - 4);
  facts.scope = component.scope;
  if (component.direct != 2) facts.direct = component.direct == 1;
}

void add_enrichment(const Enrichment& known, risk::RiskInput& input) {
  input.ransomware = known.kev && known.kev->ransomware.value_or(false);
  input.maturity = known.maturity();
  if (!known.ssvc) return;
  input.automatable = known.ssvc->automatable;
  input.total_impact = known.ssvc->total_impact;
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
  const ObservationTable& table = assessment.table_of(finding);
  const StoredComponent* const component = table.component_of(table.row(finding.primary));
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
  if (input.cvss.empty()) input.cvss = vector_of(assessment, finding);
  if (component != nullptr) input.scope = component->scope;
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
                      .confidence = surest(all.engines),
                      .reach = all.reach,
                      .verified_secret = all.verified_secret,
                      .kev = all.kev,
                      .malicious = all.malicious,
                      .severity_conflict = assessed.severity_conflict,
                      .waived = assessed.waiver != Assessed::kNone,
                      .suppressed = assessed.suppressed,
                      .ssvc = assessed.risk.ssvc ? std::optional(assessed.risk.ssvc->decision) : std::nullopt,
                      .cwes = std::move(all.cwes)};
  if (all.has_fix) facts.fix_available = true;
  if (const StoredComponent* component = table.component_of(row)) add_component(table, *component, facts);
  for (const Owner& owner : assessment.owners_of(index)) facts.owners.push_back(owner.team.value);
  return facts;
}

}  // namespace gatepost::app
