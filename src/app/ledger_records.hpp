// Findings of a run as the ledger keeps them, and which of those that it keeps they are.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "correlate/identity.hpp"
#include "correlate/line_map.hpp"
#include "ledger/record.hpp"
#include "ledger/state.hpp"
#include "model/assessment.hpp"
#include "model/base_match.hpp"

namespace gatepost::app {

// Of a finding of the head's reports.
ledger::Record ledger_record(const Assessment& assessment, std::size_t finding, correlate::Identifier& identifier);

// What is known of the change between the ledger's branch and the run.
struct LedgerDistance {
  const correlate::LineMap& lines;
  std::span<const bool> edited;  // by finding: it lies where the change added or edited something
};

// The findings of the ledger that are still there, by finding of the run; `id` is the one that the ledger knows it by.
// After a change (`distance`) the identifier has to give files the paths that they had before. What lies in code that
// the change left alone is recognised first, so that a copy never takes the place of what it was copied from.
std::vector<BaseMatch> match_with_ledger(const ledger::State& state, const Assessment& assessment,
                                         correlate::Identifier& identifier, const LedgerDistance* distance = nullptr);

}  // namespace gatepost::app
