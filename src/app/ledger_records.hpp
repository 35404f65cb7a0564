// Findings of a run as the ledger keeps them, and which of those that it keeps they are.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "correlate/identity.hpp"
#include "ledger/record.hpp"
#include "ledger/state.hpp"
#include "model/assessment.hpp"
#include "model/base_match.hpp"

namespace gatepost::app {

// Of a finding of the head's reports.
ledger::Record ledger_record(const Assessment& assessment, std::size_t finding, correlate::Identifier& identifier);

// The findings of the ledger that are still there, by finding of the run; `id` is the one that the ledger knows it by.
std::vector<BaseMatch> match_with_ledger(const ledger::State& state, const Assessment& assessment,
                                         correlate::Identifier& identifier);

}  // namespace gatepost::app
