// The loops of `each`: one round for every combination of their items, with the loops' variables set.
#pragma once

#include <cstddef>
#include <vector>

#include "ingest/mapping/expression.hpp"

namespace gatepost::ingest::mapping {

// An item that is no record: none of its members can be asked for, or it is null.
inline bool is_stray(const Value& item, const Loop& level, bool innermost) {
  if (level.of_members) return false;
  return level.of_objects ? !item.has_members() : innermost && item.is_null();
}

// Calls `each` for every round of the loops from `depth` on, and `stray` for every item that is no record.
template <class Each, class Stray>
void loop(const std::vector<Loop>& loops, std::size_t depth, Scope& scope, Each& each, Stray& stray) {
  if (depth == loops.size()) return each();
  const Loop& level = loops[depth];
  bool has_items = false;
  level.list.each(scope, [&](const Value& item) {
    has_items = true;
    if (!scope.spend(1)) return false;
    if (is_stray(item, level, depth + 1 == loops.size())) {
      stray(depth, item);
      return true;
    }
    scope.slots[level.slot] = item;
    loop(loops, depth + 1, scope, each, stray);
    return true;
  });
  if (has_items || !level.keep_parent) return;
  scope.slots[level.slot] = Value();
  loop(loops, depth + 1, scope, each, stray);
}

}  // namespace gatepost::ingest::mapping
