#include "report/assessment_json.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "report/facts.hpp"
#include "report/fix_first.hpp"
#include "report/funnel.hpp"
#include "report/json_parts.hpp"
#include "report/owners_json.hpp"
#include "report/routing_counts.hpp"

namespace gatepost::report {
namespace {

using doc::JsonWriter;

void write_used(JsonWriter& json, const std::vector<UsedValues>& used) {
  json.key("values").begin_array();
  for (const UsedValues& it : used) {
    json.begin_object().field("finding", to_string(it.finding));
    json.key("facts").begin_object();
    for (const UsedValues::Value& value : it.values) json.field(value.field, value.value);
    json.end_object().end_object();
  }
  json.end_array();
}

void write_verdict(JsonWriter& json, const Verdict& verdict) {
  json.key("verdict").begin_object().field("outcome", to_string(verdict.outcome));
  json.key("reasons").begin_array();
  for (const Reason& reason : verdict.reasons) {
    json.line_break().begin_object().field("policy", reason.policy.value).field("text", reason.text);
    json.key("findings").begin_array();
    for (const FindingId& finding : reason.findings) json.value(to_string(finding));
    json.end_array();
    if (reason.action != Action::none) json.field("action", to_string(reason.action));
    if (!reason.reviewers.empty()) {
      json.key("reviewers").begin_array();
      for (const std::string& reviewer : reason.reviewers) json.value(reviewer);
      json.end_array();
    }
    if (!reason.used.empty()) write_used(json, reason.used);
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

void write_routing(JsonWriter& json, const Routing& routing) {
  if (routing.step == OwnershipStep::none && !routing.inferred) return;
  json.key("routing").begin_object().field("step", to_string(routing.step));
  if (routing.team_step != OwnershipStep::none) json.field("team_step", to_string(routing.team_step));
  write_teams(json, routing);
  if (!routing.passed.empty()) {
    json.key("passed").begin_array();
    for (const std::string& it : routing.passed) json.value(it);
    json.end_array();
  }
  if (const auto& it = routing.inferred) {
    json.key("inferred").begin_object().field("team", it->owner.team.value).field("step", to_string(it->step));
    json.field("because", it->owner.because).field("confidence", "inferred").end_object();
  }
  json.end_object();
}

void write_signals(JsonWriter& json, const std::vector<ChangeSignal>& signals) {
  json.key("change_signals").begin_array();
  for (const ChangeSignal& it : signals) {
    json.line_break().begin_object().field("signal", it.signal).field("points", it.points);
    json.field("because", it.because).optional_field("path", it.path);
    if (it.line > 0) json.field("line", it.line);
    if (it.more > 0) json.field("more", it.more);
    json.end_object();
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

void write_imports(JsonWriter& json, const ImportFact& fact) {
  json.key("imports").begin_object().field("seen", to_string(fact.seen)).optional_field("path", fact.path);
  if (fact.line > 0) json.field("line", fact.line);
  json.optional_field("folder", fact.folder).field("language", fact.language).field("files", fact.files).end_object();
}

void write_vex(JsonWriter& json, const VexFact& vex) {
  json.begin_object().field("status", to_string(vex.status)).field("counts", vex.decides);
  json.optional_field("justification", vex.justification).optional_field("statement", vex.statement);
  json.optional_field("author", vex.author).optional_field("date", vex.date).optional_field("document", vex.document);
  json.optional_field("not_counted_because", vex.advisory_only).optional_field("contradicted_by", vex.conflict);
  json.end_object();
}

void write_runtime(JsonWriter& json, const RuntimeFact& runtime) {
  json.key("runtime").begin_object().field("state", runtime.state).field("counts", runtime.doubt.empty());
  json.optional_field("workload", runtime.workload).optional_field("source", runtime.source);
  json.optional_field("last_seen", runtime.last_seen).optional_field("document", runtime.document);
  json.optional_field("not_counted_because", runtime.doubt).end_object();
}

void write_enrichment(JsonWriter& json, const Enrichment& known) {
  if (known.has_threat()) write_threat(json, known);
  if (known.runtime) write_runtime(json, *known.runtime);
  if (known.imports) write_imports(json, *known.imports);
  if (known.vex.empty()) return;
  json.key("vex").begin_array();
  for (const VexFact& vex : known.vex) write_vex(json, vex);
  json.end_array();
}

class AssessmentJson {
 public:
  AssessmentJson(const Input& input, const Sink& sink)
      : input_(input), assessment_(input.assessment), funnel_(funnel_of(input.assessment)), out_(sink) {}

  Status write() {
    json().begin_object().field("gatepost", "assessment/1");
    json().optional_field("base", assessment_.change.base).optional_field("head", assessment_.change.head);
    write_verdict(json(), assessment_.verdict);
    write_totals(json(), assessment_.totals);
    if (!assessment_.change_signals.empty()) write_signals(json(), assessment_.change_signals);
    json().key("reports");
    write_reports(json(), assessment_.table.reports());
    GP_CHECK(findings());
    counts();
    funnel();
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
    match(index);
    json().field("severity", to_string(severity.label));
    json().key("risk").tenths(judged.risk.effective_tenths);
    json().field("band", to_string(band_for_tenths(judged.risk.effective_tenths)));
    json().field("decision", to_string(judged.action));
    json().optional_field("path", path_of(assessment_, index));
    write_range_fields(json(), it.range);
    write_owners(json(), assessment_.owners_of(index));
    if (const Routing* const routing = assessment_.routing_of(index)) write_routing(json(), *routing);
    if (const Service* service = assessment_.service_of(index)) {
      json().field("service", service->name).field("service_because", service_reason(assessment_, index));
    }
    write_context(json(), judged.context);
    if (const Enrichment* const known = assessment_.enrichment_of(index)) write_enrichment(json(), *known);
    if (const WaiverInfo* waiver = assessment_.waiver_of(index)) json().field("waiver", waiver->id.value);
    json().field("state", state_of(assessment_, index));
    if (const auto stage = funnel_.stage_of(assessment_, static_cast<FindingIndex>(index)))
      json().field("funnel_stage", to_string(*stage));
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
    json().end_array();
    claims(index);
    links(it.id);
    json().end_object();
  }

  // What each of several tools reports, and why that is one problem.
  void claims(std::size_t index) {
    const Across* const across = assessment_.across_of(index);
    if (across == nullptr) return;
    json().key("claims").begin_array();
    for (const Claim& claim : across->claims) {
      const ObservationTable& table = assessment_.table_of(claim.finding);
      const RuleInfo& rule = table.rule_of(table.row(claim.finding.primary));
      json().begin_object().field("id", to_string(claim.finding.id)).field("engine", table.text(rule.engine));
      json().optional_field("rule", table.text(rule.id)).field("severity", to_string(claim.severity));
      json().field("presence", to_string(claim.presence)).end_object();
    }
    json().end_array().key("merged_by").begin_array();
    for (const MergeReason& reason : across->reasons)
      json().begin_object().field("rule", reason.rule).field("because", reason.because).end_object();
    json().end_array();
  }

  // To findings that come later by their id; these do not repeat it.
  void links(const FindingId& id) {
    const auto [first, last] = std::ranges::equal_range(assessment_.links, id, {}, &FindingLink::a);
    if (first == last) return;
    json().key("links").begin_array();
    for (auto link = first; link != last; ++link) {
      json().begin_object().field("finding", to_string(link->b)).field("relation", link->relation);
      json().field("rule", link->rule).field("because", link->because).end_object();
    }
    json().end_array();
  }

  // How it was recognised in the base.
  void match(std::size_t index) {
    const BaseMatch* const it = assessment_.base_match_of(index);
    if (it == nullptr) return;
    json().key("match").begin_object().field("stage", to_string(it->stage));
    if (it->event != MatchEvent::none) json().field("event", to_string(it->event));
    if (it->stage >= MatchStage::fuzzy) json().field("words_in_common", it->similarity);
    json().field("base_id", to_string(it->id));
    json().field("keeps_decisions", keeps_decisions(it->stage, it->similarity)).end_object();
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
    std::size_t waived = 0, suppressed = 0, not_affected = 0;
    for (const Assessed& it : assessment_.assessed) {
      ++presence[static_cast<std::size_t>(it.presence)];
      ++band[static_cast<std::size_t>(band_for_tenths(it.risk.effective_tenths))];
      ++decision[static_cast<std::size_t>(it.action)];
      if (it.waiver != Assessed::kNone) ++waived;
      if (it.suppressed) ++(it.risk.exemption == Exemption::none ? suppressed : not_affected);
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
    if (not_affected > 0) json().field("not_affected", not_affected);
    if (!assessment_.routings.empty()) write_routing_counts(json(), assessment_);
    json().field("observations", assessment_.table.size()).end_object();
  }

  void funnel() {
    if (funnel_.empty()) return;
    json().key("funnel").begin_array();
    for (const FunnelStep& step : funnel_.steps) {
      json().begin_object().field("stage", to_string(step.stage)).field("count", step.count);
      if (step.unknown > 0) json().field("unknown", step.unknown);
      json().end_object();
    }
    json().end_array();
  }

  void the_run() {
    json()
        .optional_field("mode", assessment_.mode)
        .optional_field("policy_sha256", assessment_.policy_sha256)
        .field("base_source", to_string(assessment_.change.base_source));
    json().field("confident", assessment_.change.confident);
    baseline();
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

  void baseline() {
    if (!assessment_.baseline) return;
    const Baseline& it = *assessment_.baseline;
    json().key("baseline").begin_object().field("source", "ledger").field("store", it.store);
    json().field("recorded", to_string(it.recorded)).optional_field("commit", it.commit);
    json().field("findings", it.findings).end_object();
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
  const Funnel funnel_;
  JsonStream out_;
};

}  // namespace

Status write_assessment_json(const Input& input, const Sink& sink) { return AssessmentJson(input, sink).write(); }

}  // namespace gatepost::report
