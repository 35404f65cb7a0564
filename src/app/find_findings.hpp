// From observations to findings, and where each stands against the base.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/gather.hpp"
#include "base/note.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

// What there is to judge: the findings, and where each stands.
struct Found {
  Assessment assessment;  // change, tables, findings, and of each finding its presence; nothing is judged yet
  std::vector<std::string> missing;  // evidence that should be there and is not, in sentences
  std::vector<Note> notes;
  std::map<Row, std::vector<policy::WaiverReference>> references;  // of rows of the head: comments that name waivers
  // With a ledger as the base: places the findings again when those of several tools have become one.
  std::function<void(Assessment& assessment)> compare_with_ledger;
  // Of findings that an earlier stage took to be one: to which of them each belongs. Without it all are looked at.
  std::optional<std::map<FindingId, FindingId>> parts;
};

// `evidence` must live as long as what is found. With a base report, its findings that the head no longer has come
// along, marked in_base_only. Takes change, tables, notes and missing evidence out of `evidence`.
Found find_findings(Evidence& evidence);

// What the findings of the head are identified by; both must outlive it.
correlate::IdentityInputs identity_inputs(const Evidence& evidence, const Assessment& assessment);
// What decides where they stand; both must outlive it.
correlate::PresenceInputs presence_inputs(const Evidence& evidence, const Assessment& assessment);

}  // namespace gatepost::app
