// Which stored components advisories are about. Only packages that an advisory names are looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "advisory/evaluate.hpp"
#include "advisory/inventory.hpp"
#include "advisory/record.hpp"
#include "base/string_pool.hpp"

namespace gatepost::advisory {

// Why a component cannot be matched with anything: counted, never guessed.
enum class Unmatched : std::uint8_t { no, unknown_ecosystem, bad_version, unknown_release };

// What one advisory says about one version of a package; components of that version share it.
struct Verdict {
  std::uint32_t advisory = 0;  // index into the advisories
  Why why = Why::listed;
  std::vector<std::string> fixed_versions;  // in the order of the ecosystem
  std::vector<SeverityClaim> claims;        // of the package; empty: those of the advisory
};
struct Match {
  std::uint32_t component = 0;  // index into the inventory
  std::uint32_t verdict = 0;    // index into the verdicts
};
struct MatchCounts {
  std::size_t components = 0, packages = 0;  // of the inventory; packages in one version count once
  std::size_t unknown_ecosystem = 0, bad_version = 0, unknown_release = 0;  // components
  std::size_t undecided = 0;  // components of which some advisory says something that cannot be compared
  [[nodiscard]] std::size_t unmatched_components() const {
    return unknown_ecosystem + bad_version + unknown_release + undecided;
  }
};
struct Matches {
  std::vector<Verdict> verdicts;
  std::vector<Match> matches;  // by component, then by the id of the advisory
  MatchCounts counts;
};

// The packages of an inventory, which is sorted and outlives it.
class PackageIndex {
 public:
  explicit PackageIndex(const Inventory& inventory);

  // Whether any component is of this package, in whichever version and release.
  [[nodiscard]] bool has(const PackageKey& key) const;
  [[nodiscard]] Matches match(std::span<const Advisory> advisories) const;
  [[nodiscard]] Unmatched why_unmatched(std::size_t component) const;

 private:
  // Neighbouring components of the same package URL.
  struct Unit {
    std::uint32_t first = 0, count = 0;
    const Ecosystem* ecosystem = nullptr;
    TextId version = TextId::none, release = TextId::none;
    Unmatched unmatched = Unmatched::no;
    std::uint32_t next = 0;  // of the same package, plus one; 0: the last
  };
  struct Found {
    std::uint32_t unit = 0;
    Verdict verdict;
  };
  void add_unit(std::uint32_t first, std::uint32_t count);
  void ask(const Affected& affected, std::uint32_t advisory, std::vector<Found>& found,
           std::vector<bool>& undecided) const;
  void emit(std::vector<Found>& found, Matches& out) const;
  void count(const std::vector<bool>& undecided, MatchCounts& counts) const;

  const Inventory& inventory_;
  StringPool texts_;
  std::vector<Unit> units_;
  std::unordered_map<TextId, std::uint32_t> first_unit_;  // of a package, plus one
};

}  // namespace gatepost::advisory
