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

}  // namespace

std::vector<Factor> explain_risk(const Assessment& assessment, std::size_t finding) {
  std::vector<Factor> factors = risk::explain(risk_input(assessment, finding));
  const Service* const service = assessment.service_of(finding);
  if (service == nullptr) return factors;
  for (Factor& factor : factors) factor.evidence = evidence_of(factor.name, *service, assessment.findings.all[finding]);
  return factors;
}

RiskStory risk_story(const Assessment& assessment, std::size_t finding) {
  return risk::story(risk_input(assessment, finding));
}

}  // namespace gatepost::app
