// Findings that a new version of their scanner reports by another rule: what is left over when everything else was
// recognised.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ledger/state.hpp"
#include "model/assessment.hpp"
#include "model/base_match.hpp"

namespace gatepost::app {

// One of the ledger whose rule the run no longer uses, and one of the run by a rule that the ledger does not know: the
// same scanner in another version than in its last complete run, the same kind, the same line of the same file, and
// nothing else there that it could be. It may be another problem, so decisions about it do not hold.
void match_renamed_rules(const ledger::State& state, const Assessment& assessment, std::vector<BaseMatch>& matches);

// The version of each scanner whose report says one, and only one; it stands for that of its rules.
std::map<std::string, std::string> versions_of(const Assessment& assessment);

}  // namespace gatepost::app
