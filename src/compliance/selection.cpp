#include "compliance/selection.hpp"

#include <algorithm>

#include "compliance/weakness_class.hpp"

namespace gatepost::compliance {
namespace {

template <class T>
bool has(const std::vector<T>& all, const T& one) {
  return std::ranges::find(all, one) != all.end();
}

bool about_weakness(const FindingSelector& selector, const std::vector<std::uint32_t>& cwes) {
  if (selector.classes.empty() && selector.weaknesses.empty()) return true;
  return std::ranges::any_of(cwes, [&](std::uint32_t cwe) {
    if (std::ranges::binary_search(selector.except, cwe)) return false;
    return std::ranges::binary_search(selector.weaknesses, cwe) || has(selector.classes, class_of(cwe));
  });
}

}  // namespace

bool selects(const FindingSelector& selector, const Selectable& finding) {
  if (!selector.kinds.empty() && !has(selector.kinds, finding.kind)) return false;
  if (!selector.bands.empty() && !has(selector.bands, finding.band)) return false;
  if (selector.known_exploited && !finding.known_exploited) return false;
  return about_weakness(selector, finding.cwes);
}

bool selects(const std::vector<FindingSelector>& any_of, const Selectable& finding) {
  return std::ranges::any_of(any_of, [&](const FindingSelector& it) { return selects(it, finding); });
}

}  // namespace gatepost::compliance
