#include "correlate/weakness.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/assert.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"

namespace gatepost::correlate {
namespace {

constexpr unsigned kMostSteps = 2;
// Kinds of overrun that tools name differently at one place.
constexpr std::array<std::uint32_t, 8> kMemory = {119, 120, 121, 122, 125, 787, 788, 805};
constexpr std::size_t kMostOfASet = 6;  // weaknesses that one statement can mean

bool is_memory(Cwe cwe) { return std::ranges::binary_search(kMemory, cwe.number); }

template <class Enum, std::size_t N>
Enum named(std::string_view name, const std::array<std::string_view, N>& names) {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? Enum{} : static_cast<Enum>(found - names.begin());
}

std::uint32_t number_of(std::string_view text) {
  return static_cast<std::uint32_t>(text::parse_number(text).value_or(0));
}

bool says_enough(const Weakness& weakness) {
  return weakness.usage == CweUsage::allowed || weakness.usage == CweUsage::allowed_with_review;
}

// Those of a set that say enough; all of them when none does.
std::vector<Cwe> telling(std::span<const Cwe> cwes, const CweCatalogue& catalogue) {
  const auto first = cwes.first(std::min(cwes.size(), kMostOfASet));
  std::vector<Cwe> exact;
  for (const Cwe cwe : first) {
    const Weakness* const weakness = catalogue.find(cwe);
    if (weakness != nullptr && (says_enough(*weakness) || is_memory(cwe))) exact.push_back(cwe);
  }
  return exact.empty() ? std::vector<Cwe>(first.begin(), first.end()) : exact;
}

}  // namespace

CweCatalogue::CweCatalogue(std::string_view table) {
  for (const std::string_view line : text::split(table, '\n')) {
    if (!line.empty() && text::is_digit(line.front())) add(line);
  }
  std::ranges::sort(all_, {}, &Weakness::number);
  for (std::size_t i = 0; i < all_.size(); ++i) climb(i);
}

void CweCatalogue::add(std::string_view line) {
  const auto cells = text::split(line, '\t');
  GP_ASSERT(cells.size() == 6);
  Weakness weakness{.number = number_of(cells[0]),
                    .name = cells[5],
                    .usage = named<CweUsage>(cells[2], kCweUsageNames),
                    .likelihood = named<CweLikelihood>(cells[3], kCweLikelihoodNames),
                    .rank = number_of(cells[4]),
                    .parents = {}};
  for (const std::string_view parent : text::split(cells[1], ',')) {
    if (const std::uint32_t number = number_of(parent); number != 0) weakness.parents.push_back(number);
  }
  all_.push_back(std::move(weakness));
}

// Level by level, so that what is met first is nearest.
void CweCatalogue::climb(std::size_t index) {
  std::vector<Above> above = {{all_[index].number, 0}};
  for (std::size_t i = 0; i < above.size(); ++i) {
    const Above from = above[i];
    const Weakness* const weakness = find({from.number});
    if (weakness == nullptr) continue;
    for (const std::uint32_t parent : weakness->parents) {
      if (std::ranges::find(above, parent, &Above::number) == above.end()) above.push_back({parent, from.steps + 1});
    }
  }
  std::ranges::sort(above, {}, &Above::number);
  above_.push_back(std::move(above));
}

const CweCatalogue& CweCatalogue::built_in() {
  static const CweCatalogue catalogue = [] {
    const auto table = find_resource("rules/cwe.tsv");
    GP_ASSERT(table.has_value());
    return CweCatalogue(*table);
  }();
  return catalogue;
}

std::optional<std::size_t> CweCatalogue::index_of(Cwe cwe) const {
  const auto found = std::ranges::lower_bound(all_, cwe.number, {}, &Weakness::number);
  if (found == all_.end() || found->number != cwe.number) return std::nullopt;
  return static_cast<std::size_t>(found - all_.begin());
}

const Weakness* CweCatalogue::find(Cwe cwe) const {
  const auto index = index_of(cwe);
  return index ? &all_[*index] : nullptr;
}

std::optional<unsigned> CweCatalogue::distance(Cwe child, Cwe ancestor) const {
  if (child == ancestor) return 0;
  const auto index = index_of(child);
  if (!index) return std::nullopt;
  const auto found = std::ranges::lower_bound(above_[*index], ancestor.number, {}, &Above::number);
  if (found == above_[*index].end() || found->number != ancestor.number) return std::nullopt;
  return found->steps;
}

bool CweCatalogue::share_an_ancestor(Cwe a, Cwe b) const {
  const auto first = index_of(a), second = index_of(b);
  if (!first || !second) return false;
  return std::ranges::any_of(above_[*first], [&](const Above& it) {
    return std::ranges::binary_search(above_[*second], it.number, {}, &Above::number);
  });
}

CweMatch match(Cwe a, Cwe b, const CweCatalogue& catalogue) {
  if (a == b) return {CweRelation::equal, a, b};
  const Weakness *const first = catalogue.find(a), *const second = catalogue.find(b);
  if (first == nullptr || second == nullptr) return {CweRelation::unknown, a, b};
  const bool memory = is_memory(a) && is_memory(b);
  bool related = false;
  for (const auto& [child, ancestor, above] : {std::tuple(a, b, second), std::tuple(b, a, first)}) {
    const auto steps = catalogue.distance(child, ancestor);
    related |= steps.has_value();
    if (steps && *steps <= kMostSteps && (says_enough(*above) || memory)) return {CweRelation::ancestor, a, b};
  }
  if (memory) return {CweRelation::memory, a, b};
  const bool vague = !says_enough(*first) || !says_enough(*second);
  if (related || (vague && catalogue.share_an_ancestor(a, b))) return {CweRelation::too_general, a, b};
  return {CweRelation::unrelated, a, b};
}

CweMatch match(std::span<const Cwe> a, std::span<const Cwe> b, const CweCatalogue& catalogue) {
  CweMatch best;
  bool found = false;
  const std::vector<Cwe> second = telling(b, catalogue);
  for (const Cwe one : telling(a, catalogue)) {
    for (const Cwe other : second) {
      const CweMatch here = match(one, other, catalogue);
      if (!found || here.relation < best.relation) best = here;
      found = true;
    }
  }
  return best;
}

}  // namespace gatepost::correlate
