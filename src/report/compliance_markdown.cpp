// Controls and their states, for a job's summary or a message; the whole evidence is in the HTML and the JSON.
#include <fmt/core.h>

#include "report/compliance.hpp"
#include "report/escape.hpp"

namespace gatepost::report {
namespace {

constexpr std::size_t kLongestCell = 200;

std::string name_of(const ComplianceFramework& it) { return it.version.empty() ? it.name : it.name + " " + it.version; }

void summary(std::string& out, const Compliance& compliance) {
  out +=
      "| Framework | Controls | Evidence | Partly | Attention | No evidence |\n| --- | ---: | ---: | ---: | ---: | "
      "---: |\n";
  for (const ComplianceFramework& it : compliance.frameworks) {
    const auto n = [&](EvidenceState state) { return it.states[static_cast<std::size_t>(state)]; };
    out += fmt::format("| {} | {} | {} | {} | {} | {} |\n", escape::markdown_text(name_of(it), kLongestCell),
                       it.controls.size(), n(EvidenceState::evidence), n(EvidenceState::partly),
                       n(EvidenceState::attention), n(EvidenceState::none));
  }
}

std::string evidence_of(const ComplianceControl& control) {
  std::string out;
  for (const ComplianceFact& it : control.facts)
    out += (out.empty() ? "" : "; ") + it.topic + ": " + escape::markdown_text(it.text, kLongestCell);
  if (!control.elsewhere.empty())
    out +=
        (out.empty() ? "" : "; ") + std::string("elsewhere: ") + escape::markdown_text(control.elsewhere, kLongestCell);
  return out;
}

void framework(std::string& out, const ComplianceFramework& it) {
  out += fmt::format("\n### {}\n\n{}\n\n", escape::markdown_text(name_of(it), kLongestCell),
                     escape::markdown_text(it.scope, 600));
  out += "| Control | | State | Evidence |\n| --- | --- | --- | --- |\n";
  for (const ComplianceControl& control : it.controls) {
    out += fmt::format("| {} | {} | {} | {} |\n", escape::markdown_text(control.id, kLongestCell),
                       escape::markdown_text(control.title, kLongestCell), words(control.state), evidence_of(control));
  }
}

}  // namespace

Status write_compliance_markdown(const Compliance& compliance, const Sink& sink) {
  std::string out = fmt::format("## Compliance evidence{}\n\n",
                                compliance.project.empty() ? "" : " of " + escape::markdown_text(compliance.project));
  out +=
      fmt::format("{} to {}. {}\n\n", compliance.from.substr(0, 10), compliance.to.substr(0, 10), kComplianceCaution);
  for (const std::string& note : compliance.notes) out += "> " + escape::markdown_text(note, 300) + "\n\n";
  summary(out, compliance);
  for (const ComplianceFramework& it : compliance.frameworks) framework(out, it);
  return sink(escape::markdown_finish(out));
}

}  // namespace gatepost::report
