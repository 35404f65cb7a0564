// Where findings that are new to the ledger come from.
#pragma once

#include <cstdint>
#include <vector>

#include "app/gather.hpp"
#include "ledger/state.hpp"
#include "model/assessment.hpp"
#include "model/base_match.hpp"

namespace gatepost::app {

struct Origin {
  std::int64_t introduced_ms = 0;  // when its line was committed; 0: not known
  bool advisory_new = false;       // it is about a dependency that nobody touched since the last run
};

// By finding of the run. Only what is new is looked into: lines by who wrote them, of packages those that say their
// version, of 200 files at most, and not in a shallow clone, whose oldest commit seems to have written everything;
// dependencies also by whether their manifest is the one of the last run.
std::vector<Origin> origins_of(const Evidence& evidence, const Assessment& assessment, const ledger::State& state,
                               const std::vector<BaseMatch>& matches);

}  // namespace gatepost::app
