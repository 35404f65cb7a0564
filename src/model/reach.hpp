// What several pieces of evidence say together about whether code runs.
#pragma once

#include <span>

#include "model/observation.hpp"

namespace gatepost {

// Evidence about symbols (called, unreachable) beats evidence about packages (loaded, imported, not loaded); within one
// level what runs beats what does not, and of equals the strongest counts. A symbol that nobody reaches in a package
// that is loaded is unreachable_loaded. Unknown is no evidence; the order does not matter.
Reach combined_reach(std::span<const Reach> evidence);
inline Reach combined_reach(Reach a, Reach b) {
  const Reach both[] = {a, b};
  return combined_reach(both);
}

}  // namespace gatepost
