#include "app/assess.hpp"

#include <string>

namespace gatepost::app {
namespace {

policy::Event event_of(const CiFacts& ci, const ChangeSet& change) {
  if (ci.event == "schedule") return policy::Event::schedule;
  if (ci.event == "release") return policy::Event::release;
  if (ci.event == "push") return policy::Event::push;
  const bool proposed = ci.change_request || ci.event == "merge_group" || !change.base.empty();
  return proposed ? policy::Event::pull_request : policy::Event::manual;
}

}  // namespace

Basis basis_of(const Evidence& evidence, const Found& found, Timestamp now) {
  return {.settings = evidence.settings,
          .owners = *evidence.owners,
          .event = event_of(evidence.ci, found.assessment.change),
          .now = now,
          .surroundings = &evidence.surroundings};
}

Assessment assess(Evidence& evidence, Timestamp now) {
  Found found = find_findings(evidence);
  return judge(found, basis_of(evidence, found, now));
}

}  // namespace gatepost::app
