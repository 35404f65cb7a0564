#include "report/assessment_json.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "report/facts.hpp"
#include "report/fix_first.hpp"
#include "report/json_parts.hpp"

namespace gatepost::report {
namespace {

using doc::JsonWriter;

void write_verdict(JsonWriter& json, const Verdict& verdict) {
  json.key("verdict").begin_object().field("outcome", to_string(verdict.outcome));
  json.key("reasons").begin_array();
  for (const Reason& reason : verdict.reasons) {
    json.line_break().begin_object().field("policy", reason.policy.value).field("text", reason.text);
    json.key("findings").begin_array();
    for (const FindingId& finding : reason.findings) json.value(to_string(finding));
    json.end_array();
    if (reason.action != Action::none) json.field("action", to_string(reason.action));
    json.end_object();
  }
  json.end_array().end_object();
}

void write_totals(JsonWriter& json, const RiskTotals& totals) {
  json.key("risk").begin_object();
  json.key("pr_risk").tenths(totals.pr_risk_tenths).field("change_risk", totals.change_risk);
  json.key("delta").tenths(totals.delta_tenths).end_object();
}

void write_owners(JsonWriter& json, const std::vector<Owner>& owners) {
  json.key("owners").begin_array();
  for (const Owner& owner : owners) {
    json.begin_object().field("team", owner.team.value).optional_field("because", owner.because).end_object();
  }
  json.end_array();
}

// What is known of the surroundings; Mitigation::none is knowledge, too.
void write_context(JsonWriter& json, const Context& context) {
  json.key("context").begin_object();
  if (context.exposure != Exposure::unknown) {
    json.field("exposure", kExposureNames[static_cast<std::size_t>(context.exposure)]);
  }
  if (context.environment != Environment::unknown) {
    json.field("environment", kEnvironmentNames[static_cast<std::size_t>(context.environment)]);
  }
  json.field("mitigation", kMitigationNames[static_cast<std::size_t>(context.mitigation)]);
  if (context.criticality != Criticality::unknown) {
    json.field("criticality", kCriticalityNames[static_cast<std::size_t>(context.criticality)]);
  }
  if (!context.data.empty()) {
    json.key("data_classes").begin_array();
    for (std::size_t i = 0; i < kDataClassNames.size(); ++i) {
      if (context.data.has(static_cast<DataClass>(i))) json.value(kDataClassNames[i]);
    }
    json.end_array();
  }
  json.end_object();
}

void write_ssvc(JsonWriter& json, const Risk& risk) {
  if (risk.exemption != Exemption::none) json.field("suppressed_by", to_string(risk.exemption));
  if (!risk.ssvc) return;
  const Ssvc& it = *risk.ssvc;
  json.key("ssvc").begin_object().field("decision", to_string(it.decision)).field("days", it.days);
  json.field("exploitation", kExploitationNames[it.exploitation]);
  json.field("exposure", kSystemExposureNames[it.exposure]).field("automatable", kAutomatableNames[it.automatable]);
  json.field("human_impact", kHumanImpactNames[it.human_impact]);
  json.field("technical_impact", kTechnicalImpactNames[it.technical_impact]);
  json.field("cisa_coordinator", kCoordinatorNames[it.coordinator]);
  json.field("bod_26_04", kTimelineNames[it.timeline]).end_object();
}

// Where each field of a service's context was read.
void write_evidence(JsonWriter& json, const Service& service) {
  json.key("evidence").begin_object();
  json.optional_field("exposure", service.because.exposure).optional_field("environment", service.because.environment);
  json.optional_field("mitigation", service.because.mitigation);
  json.optional_field("mitigation_reason", service.mitigation_reason);
  json.optional_field("criticality", service.because.criticality).optional_field("data_classes", service.because.data);
  json.end_object();
}

void write_service(JsonWriter& json, const Service& service, std::size_t findings) {
  json.line_break().begin_object().field("name", service.name).field("findings", findings);
  write_owners(json, service.owners);
  write_context(json, service.context);
  write_evidence(json, service);
  json.key("claims").begin_array();
  for (const ServiceClaim& claim : service.claims) {
    json.begin_object().field(claim.by == ServiceClaim::By::path ? "path" : "image", claim.pattern);
    json.field("because", claim.where).end_object();
  }
  json.end_array().end_object();
}

void write_epss(JsonWriter& json, const EpssFact& epss) {
  json.key("epss").begin_object().field("ppm", epss.ppm);
  if (epss.percentile_ppm) json.field("percentile_ppm", *epss.percentile_ppm);
  json.optional_field("cve", epss.cve).optional_field("date", epss.date).optional_field("model", epss.model);
  json.optional_field("source", epss.source).end_object();
}

void write_kev(JsonWriter& json, const KevFact& kev) {
  json.key("kev").begin_object().optional_field("cve", kev.cve).optional_field("since", kev.since);
  json.optional_field("due", kev.due);
  if (kev.ransomware) json.field("ransomware", *kev.ransomware);
  json.optional_field("date", kev.date).optional_field("source", kev.source).end_object();
}

void write_cisa(JsonWriter& json, const SsvcFact& ssvc) {
  json.key("ssvc").begin_object().optional_field("cve", ssvc.cve);
  if (ssvc.exploitation != Maturity::unknown) json.field("exploitation", to_string(ssvc.exploitation));
  if (ssvc.automatable) json.field("automatable", *ssvc.automatable);
  if (ssvc.total_impact) json.field("technical_impact", *ssvc.total_impact ? "total" : "partial");
  json.optional_field("date", ssvc.date).end_object();
}

void write_threat(JsonWriter& json, const Enrichment& known) {
  json.key("threat").begin_object();
  if (known.epss) write_epss(json, *known.epss);
  if (known.kev) write_kev(json, *known.kev);
  if (known.not_in_kev) json.field("not_in_kev", *known.not_in_kev);
  if (known.ssvc) write_cisa(json, *known.ssvc);
  json.end_object();
}

class AssessmentJson {
 public:
  AssessmentJson(const Input& input, const Sink& sink) : input_(input), assessment_(input.assessment), out_(sink) {}

  Status write() {
    json().begin_object().field("gatepost", "assessment/1");
    json().optional_field("base", assessment_.change.base).optional_field("head", assessment_.change.head);
    write_verdict(json(), assessment_.verdict);
    write_totals(json(), assessment_.totals);
    json().key("reports");
    write_reports(json(), assessment_.table.reports());
    GP_CHECK(findings());
    counts();
    write_fix_first(json(), assessment_);
    GP_CHECK(out_.pass_on());
    the_run();
    json().key("observations");
    GP_CHECK(write_observations(out_, assessment_.table, input_.observation_severities,
                                ReportedPaths::in_repository(input_.repository_path)));
    json().end_object();
    return out_.finish();
  }

 private:
  JsonWriter& json() { return out_.json; }

  Status findings() {
    json().key("findings").begin_array();
    for (std::size_t i = 0; i < assessment_.findings.all.size(); ++i) {
      json().line_break();
      finding(i);
      GP_CHECK(out_.pass_on());
    }
    json().end_array();
    return Done{};
  }

  void finding(std::size_t index) {
    const Finding& it = assessment_.findings.all[index];
    const Assessed& judged = assessment_.assessed[index];
    const Severity& severity = assessment_.severity_of(index);
    json().begin_object().field("id", to_string(it.id)).field("kind", to_string(it.kind));
    json().field("title", title_of(assessment_, index)).field("presence", to_string(judged.presence));
    json().field("severity", to_string(severity.label));
    json().key("risk").tenths(judged.risk.effective_tenths);
    json().field("band", to_string(band_for_tenths(judged.risk.effective_tenths)));
    json().field("decision", to_string(judged.action));
    json().optional_field("path", path_of(assessment_, index));
    write_range_fields(json(), it.range);
    write_owners(json(), assessment_.owners_of(index));
    if (const Service* service = assessment_.service_of(index)) {
      json().field("service", service->name).field("service_because", service_reason(assessment_, index));
    }
    write_context(json(), judged.context);
    if (const Enrichment* const known = assessment_.enrichment_of(index)) write_threat(json(), *known);
    if (const WaiverInfo* waiver = assessment_.waiver_of(index)) json().field("waiver", waiver->id.value);
    json().field("state", state_of(assessment_, index));
    members(it);
    explanation(index);
    if (input_.story) write_story(json(), input_.story(index));
    write_ssvc(json(), judged.risk);
    fix(index);
    json().key("severity_score").tenths(severity.tenths);
    json().field("severity_method", to_string(severity.method)).optional_field("severity_source", severity.source);
    if (judged.severity_conflict) json().field("severity_conflict", true);
    if (judged.risk.score_tenths != judged.risk.effective_tenths) json().key("score").tenths(judged.risk.score_tenths);
    json().optional_field("rule", rule_of(assessment_, index)).key("engines").begin_array();
    for (const std::string_view engine : engines_of(assessment_, index)) json().value(engine);
    json().end_array().end_object();
  }

  // Indices into "observations"; those of the base are not in this document.
  void members(const Finding& it) {
    if (it.in_base_only) return;
    json().key("observations").begin_array();
    for (const Row row : assessment_.findings.members_of(it)) json().value(row);
    json().end_array();
  }

  void explanation(std::size_t index) {
    const std::vector<Factor> factors = factors_of(input_, index);
    if (factors.empty()) return;
    json().key("explain").begin_array();
    for (const Factor& factor : factors) write_factor(json(), factor);
    json().end_array();
  }

  void fix(std::size_t index) {
    const std::string text = fix_of(assessment_, index);
    const Finding& it = assessment_.findings.all[index];
    const ObservationTable& table = assessment_.table_of(it);
    const StoredComponent* const component = table.component_of(table.row(it.primary));
    const bool has_versions = component != nullptr && component->fixed_versions != ListId::none;
    if (text.empty() && !has_versions) return;
    json().key("fix").begin_object().optional_field("text", text);
    if (has_versions) {
      json().key("fixed_versions").begin_array();
      for (const TextId version : table.texts(component->fixed_versions)) json().value(table.text(version));
      json().end_array();
    }
    const auto& planned = assessment_.fixes.action_of;
    if (index < planned.size() && planned[index] != FixPlan::kNone) json().field("action", planned[index]);
    json().end_object();
  }

  // Every name is there, also with 0.
  void counts() {
    std::array<std::size_t, kPresenceNames.size()> presence{};
    std::array<std::size_t, kBandNames.size()> band{};
    std::array<std::size_t, kActionNames.size()> decision{};
    std::size_t waived = 0, suppressed = 0;
    for (const Assessed& it : assessment_.assessed) {
      ++presence[static_cast<std::size_t>(it.presence)];
      ++band[static_cast<std::size_t>(band_for_tenths(it.risk.effective_tenths))];
      ++decision[static_cast<std::size_t>(it.action)];
      if (it.waiver != Assessed::kNone) ++waived;
      if (it.suppressed) ++suppressed;
    }
    const auto table = [&](std::string_view name, const auto& names, const auto& numbers) {
      json().key(name).begin_object();
      for (std::size_t i = 0; i < names.size(); ++i) json().field(names[i], numbers[i]);
      json().end_object();
    };
    json().key("counts").begin_object().field("findings", assessment_.assessed.size());
    table("presence", kPresenceNames, presence);
    table("band", kBandNames, band);
    table("decision", kActionNames, decision);
    json().field("waived", waived).field("suppressed", suppressed);
    json().field("observations", assessment_.table.size()).end_object();
  }

  void the_run() {
    json().optional_field("mode", assessment_.mode).field("base_source", to_string(assessment_.change.base_source));
    json().field("confident", assessment_.change.confident);
    json().key("notes");
    write_notes(json(), assessment_.notes);
    json().key("waivers").begin_array();
    for (const std::size_t i : waivers_by_id()) {
      const WaiverInfo& waiver = assessment_.waivers[i];
      json().line_break().begin_object().field("id", waiver.id.value).field("reason", waiver.reason);
      json().optional_field("justification", waiver.justification);
      json().optional_field("approved_by", waiver.approved_by).optional_field("expires", waiver.expires).end_object();
    }
    json().end_array();
    services();
    if (assessment_.base_table.reports().empty()) return;
    json().key("base_reports");
    write_reports(json(), assessment_.base_table.reports());
  }

  void services() {
    if (assessment_.services.empty()) return;
    std::vector<std::size_t> findings(assessment_.services.size());
    for (const Assessed& it : assessment_.assessed) {
      if (it.service != Assessed::kNone) ++findings[it.service];
    }
    std::vector<std::size_t> order(findings.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::string_view(assessment_.services[i].name); });
    json().key("services").begin_array();
    for (const std::size_t i : order) write_service(json(), assessment_.services[i], findings[i]);
    json().end_array();
  }

  [[nodiscard]] std::vector<std::size_t> waivers_by_id() const {
    std::vector<std::size_t> order(assessment_.waivers.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, {}, [&](std::size_t i) { return assessment_.waivers[i].id; });
    return order;
  }

  const Input& input_;
  const Assessment& assessment_;
  JsonStream out_;
};

}  // namespace

Status write_assessment_json(const Input& input, const Sink& sink) { return AssessmentJson(input, sink).write(); }

}  // namespace gatepost::report
