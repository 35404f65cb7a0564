// What a run makes of one finding: the events between what the ledger knows of it and what the run saw, or did not see.
#pragma once

#include <cstdint>

#include "ledger/course.hpp"
#include "ledger/evidence.hpp"
#include "ledger/plan.hpp"
#include "ledger/rules.hpp"
#include "ledger/state.hpp"

namespace gatepost::ledger {

// What a finding is judged by.
struct Ground {
  const State& state;
  const Evidence& facts;
  const Rules& rules;
};

void plan_seen(const Ground& ground, Course& course, const Seen& seen);
// `suspicious`: the run saw so little that nothing is closed.
void plan_unseen(const Ground& ground, Course& course, bool suspicious);
// A run that looked in the right place would have seen it.
bool would_close(const Ground& ground, const Tracked& known);

}  // namespace gatepost::ledger
