// What to fix first, in words and in JSON. The texts hold strangers' names: escape them for where they land.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "doc/json_writer.hpp"
#include "model/assessment.hpp"
#include "report/overview.hpp"

namespace gatepost::report {

// "upgrade lodash 4.17.15 to 4.17.21", "pin qs 6.7.0 to 6.7.3, which express@4.17.1 brings".
std::string title_of(const FixAction& action);
// "in 3 files"; "" for one or none.
std::string extent_of(const FixAction& action);
// "closes 14 findings (risk 412.0 → 38.0)", and what it leaves or may close beside them.
std::vector<std::string> effects_of(const FixAction& action);
// What is edited and run, of the first file; "" when nobody can say it exactly.
struct HowTo {
  std::string edit, command, hint;
};
HowTo how_to(const FixAction& action);

using FixIndex = std::uint32_t;  // into FixPlan::actions
// Of these findings at least one.
std::vector<FixIndex> actions_for(const Assessment& assessment, std::span<const FindingIndex> findings);

struct OwnerFixes {
  std::string teams;  // "" for nobody
  std::vector<FixIndex> actions;
};
// By owner, in the order of each one's best action.
std::vector<OwnerFixes> fixes_by_owner(const Assessment& assessment);

// The member "fix_first" of an object that is open.
void write_fix_first(doc::JsonWriter& json, const Assessment& assessment);

}  // namespace gatepost::report
