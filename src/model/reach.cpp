#include "model/reach.hpp"

#include <algorithm>

namespace gatepost {
namespace {

bool is_of_symbols(Reach it) {
  return it == Reach::observed || it == Reach::called || it == Reach::unreachable_loaded || it == Reach::unreachable;
}

// The strongest of one level; the names of reach are in the order of their strength, what runs comes first.
Reach strongest(std::span<const Reach> evidence, bool symbols) {
  Reach best = Reach::unknown;
  for (const Reach it : evidence) {
    if (it == Reach::unknown || is_of_symbols(it) != symbols) continue;
    best = best == Reach::unknown ? it : std::min(best, it);
  }
  return best;
}

}  // namespace

Reach combined_reach(std::span<const Reach> evidence) {
  const Reach symbols = strongest(evidence, true), packages = strongest(evidence, false);
  if (symbols == Reach::unknown) return packages;
  return symbols == Reach::unreachable && packages == Reach::loaded ? Reach::unreachable_loaded : symbols;
}

}  // namespace gatepost
