#include "app/explain_risk.hpp"

#include <string>

#include "app/finding_facts.hpp"
#include "risk/explain.hpp"

namespace gatepost::app {
namespace {

std::string joined(const std::string& a, const std::string& b) { return a.empty() || b.empty() ? a + b : a + "; " + b; }

std::string data_evidence(const Service& service) {
  if (service.because.data.empty()) return {};
  return "data: " + data_class_names(service.context.data) + " by " + service.because.data;
}

std::string evidence_of(const std::string& factor, const Service& service, const Finding& finding) {
  const ContextEvidence& because = service.because;
  if (factor == "exposure") return because.exposure;
  // A secret works wherever the code runs.
  if (factor == "environment") return finding.kind == Kind::secret ? "" : because.environment;
  if (factor == "mitigation") return joined(because.mitigation, service.mitigation_reason);
  if (factor == "business") return joined(because.criticality, data_evidence(service));
  return {};
}

// Who saw at run time what decides about reach.
std::string reach_evidence(const Assessment& assessment, std::size_t finding, Reach reach) {
  const Enrichment* const known = assessment.enrichment_of(finding);
  if (known == nullptr || !known->runtime || known->runtime->reach != reach) return {};
  const RuntimeFact& it = *known->runtime;
  std::string text = it.workload;
  for (const std::string& part : {it.source, it.last_seen, it.document}) {
    if (!part.empty()) text.append(text.empty() ? "" : ", ").append(part);
  }
  return text;
}

}  // namespace

std::vector<Factor> explain_risk(const Assessment& assessment, std::size_t finding) {
  const risk::RiskInput input = risk_input(assessment, finding);
  std::vector<Factor> factors = risk::explain(input);
  for (Factor& factor : factors) {
    if (factor.name == "reach") factor.evidence = reach_evidence(assessment, finding, risk::known_reach(input));
  }
  const Service* const service = assessment.service_of(finding);
  if (service == nullptr) return factors;
  for (Factor& factor : factors) {
    if (factor.name != "reach") factor.evidence = evidence_of(factor.name, *service, assessment.findings.all[finding]);
  }
  return factors;
}

RiskStory risk_story(const Assessment& assessment, std::size_t finding) {
  return risk::story(risk_input(assessment, finding));
}

}  // namespace gatepost::app
