// Which findings a control is about.
#pragma once

#include <cstdint>
#include <vector>

#include "model/framework.hpp"

namespace gatepost::compliance {

struct Selectable {
  Kind kind = Kind::other;
  Band band = Band::info;
  bool known_exploited = false;
  std::vector<std::uint32_t> cwes;
};

bool selects(const FindingSelector& selector, const Selectable& finding);
bool selects(const std::vector<FindingSelector>& any_of, const Selectable& finding);

}  // namespace gatepost::compliance
