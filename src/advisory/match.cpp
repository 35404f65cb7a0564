#include "advisory/match.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.hpp"

namespace gatepost::advisory {
namespace {

constexpr std::size_t kMostFixedVersions = 20;

// Several entries of one advisory about one package say one thing.
void join(Verdict& into, Verdict&& other, VersionScheme scheme) {
  if (other.why == Why::range) into.why = Why::range;
  into.fixed_versions.insert(into.fixed_versions.end(), std::make_move_iterator(other.fixed_versions.begin()),
                             std::make_move_iterator(other.fixed_versions.end()));
  std::ranges::sort(into.fixed_versions, [&](const std::string& a, const std::string& b) {
    const auto order = compare_versions(scheme, a, b);
    return order && *order != 0 ? *order < 0 : a < b;
  });
  const auto rest = std::ranges::unique(into.fixed_versions);
  into.fixed_versions.erase(rest.begin(), rest.end());
  if (into.claims.empty()) into.claims = std::move(other.claims);
}

Unmatched unmatched_of(const std::optional<ComponentKey>& key) {
  if (!key || key->key.ecosystem->form == ReleaseForm::unknown) return Unmatched::unknown_ecosystem;
  if (!is_comparable(*key->key.ecosystem, key->version)) return Unmatched::bad_version;
  return key->release_known ? Unmatched::no : Unmatched::unknown_release;
}

}  // namespace

PackageIndex::PackageIndex(const Inventory& inventory) : inventory_(inventory) {
  const std::size_t size = inventory.size();
  for (std::size_t first = 0; first < size;) {
    std::size_t end = first + 1;
    while (end < size && inventory.purl_id(end) == inventory.purl_id(first)) ++end;
    add_unit(static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end - first));
    first = end;
  }
}

void PackageIndex::add_unit(std::uint32_t first, std::uint32_t count) {
  const auto key = key_of_component(inventory_.part(first).purl);
  Unit unit{.first = first, .count = count, .unmatched = unmatched_of(key)};
  if (unit.unmatched == Unmatched::no) {
    unit.ecosystem = key->key.ecosystem;
    unit.version = texts_.intern(key->version);
    unit.release = texts_.intern(key->key.release);
    std::uint32_t& head = first_unit_[texts_.intern(key->key.package)];
    unit.next = std::exchange(head, static_cast<std::uint32_t>(units_.size() + 1));
  }
  units_.push_back(unit);
}

bool PackageIndex::has(const PackageKey& key) const { return first_unit_.contains(texts_.find(key.package)); }

Unmatched PackageIndex::why_unmatched(std::size_t component) const {
  const auto behind = std::ranges::upper_bound(units_, component, {}, &Unit::first);
  GP_ASSERT(behind != units_.begin());
  return std::prev(behind)->unmatched;
}

void PackageIndex::ask(const Affected& affected, std::uint32_t advisory, std::vector<Found>& found,
                       std::vector<bool>& undecided) const {
  const auto head = first_unit_.find(texts_.find(affected.key.package));
  if (head == first_unit_.end()) return;
  for (std::uint32_t next = head->second; next != 0;) {
    const std::uint32_t index = next - 1;
    const Unit& unit = units_[index];
    next = unit.next;
    const bool other_release = !affected.key.release.empty() && affected.key.release != texts_.view(unit.release);
    if (other_release) continue;
    Evaluation said = evaluate(affected, texts_.view(unit.version));
    if (!said.affected) undecided[index] = true;
    if (!said.affected.value_or(false)) continue;
    found.push_back({index,
                     {.advisory = advisory,
                      .why = said.why,
                      .fixed_versions = std::move(said.fixed_versions),
                      .claims = affected.claims}});
  }
}

void PackageIndex::emit(std::vector<Found>& found, Matches& out) const {
  std::ranges::stable_sort(found, {}, &Found::unit);
  for (std::size_t i = 0; i < found.size();) {
    const Unit& unit = units_[found[i].unit];
    Verdict verdict = std::move(found[i].verdict);
    std::size_t k = i + 1;
    for (; k < found.size() && found[k].unit == found[i].unit; ++k)
      join(verdict, std::move(found[k].verdict), unit.ecosystem->scheme);
    i = k;
    if (verdict.fixed_versions.size() > kMostFixedVersions) verdict.fixed_versions.resize(kMostFixedVersions);
    const auto index = static_cast<std::uint32_t>(out.verdicts.size());
    out.verdicts.push_back(std::move(verdict));
    for (std::uint32_t c = 0; c < unit.count; ++c) out.matches.push_back({unit.first + c, index});
  }
}

void PackageIndex::count(const std::vector<bool>& undecided, MatchCounts& counts) const {
  counts.components = inventory_.size();
  counts.packages = units_.size();
  for (std::size_t i = 0; i < units_.size(); ++i) {
    const std::size_t count = units_[i].count;
    if (units_[i].unmatched == Unmatched::unknown_ecosystem) counts.unknown_ecosystem += count;
    if (units_[i].unmatched == Unmatched::bad_version) counts.bad_version += count;
    if (units_[i].unmatched == Unmatched::unknown_release) counts.unknown_release += count;
    if (undecided[i]) counts.undecided += count;
  }
}

Matches PackageIndex::match(std::span<const Advisory> advisories) const {
  Matches out;
  std::vector<bool> undecided(units_.size());
  std::vector<Found> found;
  for (std::uint32_t i = 0; i < advisories.size(); ++i) {
    if (advisories[i].withdrawn) continue;
    found.clear();
    for (const Affected& affected : advisories[i].affected) ask(affected, i, found, undecided);
    emit(found, out);
  }
  const auto id = [&](const Match& it) -> const std::string& {
    return advisories[out.verdicts[it.verdict].advisory].id;
  };
  std::ranges::sort(out.matches, [&](const Match& a, const Match& b) {
    if (a.component != b.component) return a.component < b.component;
    const auto order = id(a).compare(id(b));
    return order != 0 ? order < 0 : a.verdict < b.verdict;
  });
  count(undecided, out.counts);
  return out;
}

}  // namespace gatepost::advisory
