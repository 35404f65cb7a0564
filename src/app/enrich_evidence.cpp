#include "app/enrich_evidence.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <utility>

#include "base/text.hpp"

namespace gatepost::app {
namespace {

constexpr std::size_t kMostCves = 64;     // of a finding that can be spared
constexpr std::size_t kMostEmbedded = 4;  // statements of reports that are shown

// What the analysis that stands in a report says, by the word it begins with.
constexpr std::array<std::pair<std::string_view, VexStatus>, 4> kEmbedded = {{
    {"not_affected", VexStatus::not_affected},
    {"false_positive", VexStatus::not_affected},
    {"resolved", VexStatus::fixed},
    {"fixed", VexStatus::fixed},
}};

std::string day_text(const std::string& date) { return date.empty() ? "" : ", " + date; }

}  // namespace

context::VexSubject EvidenceOf::subject_of(std::size_t index) const {
  const Finding& finding = assessment_.findings.all[index];
  const ObservationTable& table = assessment_.table_of(finding);
  context::VexSubject subject;
  for (const Row member : assessment_.findings.members_of(finding)) {
    const ObservationRow& row = table.row(member);
    const StoredComponent* const component = table.component_of(row);
    if (!subject.package && component != nullptr) subject.package = Purl::parse(table.text(component->purl));
    const ObservationDetail* const detail = table.detail_of(row);
    if (subject.image.empty() && detail != nullptr) subject.image = detail->image;
  }
  if (const Service* const service = assessment_.service_of(index)) {
    subject.service = service->name;
    for (const ServiceClaim& claim : service->claims) {
      if (claim.by == ServiceClaim::By::image) subject.images.push_back(claim.pattern);
    }
  }
  subject.products = evidence_.products;
  return subject;
}

void EvidenceOf::add_embedded(const Finding& finding, std::vector<VexFact>& facts) const {
  const ObservationTable& table = assessment_.table_of(finding);
  std::size_t shown = 0;
  for (const Row member : assessment_.findings.members_of(finding)) {
    const ObservationRow& row = table.row(member);
    const ObservationDetail* const detail = table.detail_of(row);
    if (detail == nullptr || !detail->suppression || detail->suppression->by != "vex" || shown == kMostEmbedded)
      continue;
    const std::string& reason = detail->suppression->reason;
    const auto* const known =
        std::ranges::find_if(kEmbedded, [&](const auto& it) { return reason.starts_with(it.first); });
    if (known == kEmbedded.end()) continue;
    VexFact fact;
    fact.status = known->second;
    fact.document = table.reports()[row.report].path;
    fact.statement = reason;
    fact.advisory_only = "it stands in the report itself";
    if (std::ranges::find(facts, fact) != facts.end()) continue;
    facts.push_back(std::move(fact));
    ++shown;
  }
}

// A finding of several CVEs, such as a bulletin's, does not matter only when none of them does.
std::vector<VexFact> EvidenceOf::statements_on(const context::VexSubject& subject) const {
  std::set<std::string> cves;
  for (const std::string& id : subject.ids) {
    if (id.starts_with("CVE-")) cves.insert(id);
  }
  if (cves.size() <= 1) return evidence_.vex.about(subject);
  std::vector<VexFact> all;
  bool every = cves.size() <= kMostCves;
  for (const std::string& cve : cves) {
    if (cves.size() > kMostCves && all.size() >= context::VexIndex::kMostFacts) break;
    context::VexSubject one = subject;
    one.ids = {cve};
    std::vector<VexFact> facts = evidence_.vex.about(one);
    every &= !facts.empty() && facts.front().decides && suppresses(facts.front().status);
    std::ranges::move(facts, std::back_inserter(all));
  }
  for (VexFact& fact : all) {
    if (every || !fact.decides) continue;
    if (suppresses(fact.status)) fact.advisory_only = "it does not cover all CVEs of the finding";
    fact.decides = false;
  }
  std::ranges::stable_sort(all, std::greater{}, &VexFact::decides);
  if (all.size() > context::VexIndex::kMostFacts) all.resize(context::VexIndex::kMostFacts);
  return all;
}

void EvidenceOf::add(std::size_t index, const std::set<std::string_view>& ids, const std::vector<std::string>& cves,
                     Enrichment& known) {
  const Finding& finding = assessment_.findings.all[index];
  add_embedded(finding, known.vex);
  if (evidence_.vex.empty() && evidence_.runtime.empty()) return;
  context::VexSubject subject = subject_of(index);
  subject.now = now_;
  const Presence presence = assessment_.assessed[index].presence;
  if (subject.package && is_dependency_kind(finding.kind)) {
    // What a change brings has not been deployed yet.
    const bool deployed = presence != Presence::introduced && presence != Presence::worsened;
    known.runtime = evidence_.runtime.about(
        *subject.package, {.service = subject.service, .image = subject.image, .absence_counts = deployed}, now_,
        evidence_.runtime_max_age_days);
  }
  if (ids.empty() || evidence_.vex.empty()) return;
  subject.ids.assign(ids.begin(), ids.end());
  subject.ids.insert(subject.ids.end(), cves.begin(), cves.end());
  if (known.runtime && (known.runtime->reach == Reach::loaded || known.runtime->reach == Reach::called)) {
    subject.called = known.runtime->reach == Reach::called;
    subject.seen_running = known.runtime->state + " in " + known.runtime->workload + " (" + known.runtime->document +
                           day_text(known.runtime->last_seen) + ")";
  }
  std::vector<VexFact> facts = statements_on(subject);
  if (!facts.empty() && !facts.front().conflict.empty()) ++conflicts_;
  std::ranges::move(known.vex, std::back_inserter(facts));
  known.vex = std::move(facts);
}

}  // namespace gatepost::app
