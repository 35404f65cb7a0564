// Two ledgers that were one until somebody made a second one of it: a fork. What only the other one knows is taken
// over.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "ledger/event.hpp"
#include "ledger/line.hpp"

namespace gatepost::ledger {

struct Merge {
  std::uint64_t common = 0;   // events that both have, from the first on
  std::vector<Draft> drafts;  // to append to ours: `merge`, which names both heads, then findings that ours lacks
};

// Both verify. Nothing to append when ours has all events of theirs. What theirs says of findings that ours has is
// left: the next run sees how they are, and decisions about them are in the waivers. Refused: ledgers without a common
// beginning, which are not of one repository, and one of ours that was cut off, for which theirs is the whole.
Result<Merge> merge(std::span<const Line> ours, std::span<const Line> theirs);

}  // namespace gatepost::ledger
