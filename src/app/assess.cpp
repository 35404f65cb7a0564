#include "app/assess.hpp"

#include <string>

#include "app/infer_owners.hpp"

namespace gatepost::app {
namespace {

policy::Event event_of(const Evidence& evidence, const ChangeSet& change) {
  const CiFacts& ci = evidence.ci;
  if (evidence.event) return *evidence.event;
  if (ci.event == "schedule") return policy::Event::schedule;
  if (ci.event == "release") return policy::Event::release;
  if (ci.event == "deployment" || ci.event == "deployment_status") return policy::Event::deploy;
  if (ci.event == "push") return policy::Event::push;
  const bool proposed = ci.change_request || ci.event == "merge_group" || !change.base.empty();
  return proposed ? policy::Event::pull_request : policy::Event::manual;
}

// What the change goes into, else the branch that the run is for.
std::string branch_of(const CiFacts& ci) {
  constexpr std::string_view kHeads = "refs/heads/";
  if (!ci.target_branch.empty()) return ci.target_branch;
  return ci.ref.starts_with(kHeads) ? ci.ref.substr(kHeads.size()) : "";
}

}  // namespace

Basis basis_of(const Evidence& evidence, const Found& found, Timestamp now) {
  return {.settings = evidence.settings,
          .owners = *evidence.owners,
          .event = event_of(evidence, found.assessment.change),
          .now = now,
          .surroundings = &evidence.surroundings,
          .repository = evidence.settings.repository.empty() ? evidence.ci.repository : evidence.settings.repository,
          .branch = branch_of(evidence.ci)};
}

Assessment assess(Evidence& evidence, Timestamp now) {
  Found found = find_findings(evidence);
  const Basis basis = basis_of(evidence, found, now);
  Assessment assessment = judge(found, basis);
  infer_owners(evidence, basis, assessment);
  return assessment;
}

}  // namespace gatepost::app
