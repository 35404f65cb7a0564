// The loops of `each`: one round for every combination of their items, with the loops' variables set.
#pragma once

#include <cstddef>
#include <vector>

#include "ingest/mapping/expression.hpp"

namespace gatepost::ingest::mapping {

// Calls `each` for every round of the loops from `depth` on.
template <class Each>
void loop(const std::vector<Loop>& loops, std::size_t depth, Scope& scope, Each& each) {
  if (depth == loops.size()) return each();
  const Loop& level = loops[depth];
  bool has_items = false;
  level.list.each(scope, [&](const Value& item) {
    has_items = true;
    if (!scope.spend(1)) return false;
    scope.slots[level.slot] = item;
    loop(loops, depth + 1, scope, each);
    return true;
  });
  if (has_items || !level.keep_parent) return;
  scope.slots[level.slot] = Value();
  loop(loops, depth + 1, scope, each);
}

}  // namespace gatepost::ingest::mapping
