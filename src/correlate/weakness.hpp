// Which weaknesses of the CWE catalogue may be one problem. The catalogue is config/rules/cwe.tsv.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "model/cwe.hpp"

namespace gatepost::correlate {

// Whether the catalogue wants problems to be mapped to a weakness.
enum class CweUsage : std::uint8_t { unknown, allowed, allowed_with_review, discouraged, prohibited };
inline constexpr std::array<std::string_view, 5> kCweUsageNames = {"-", "allowed", "allowed-with-review", "discouraged",
                                                                   "prohibited"};
enum class CweLikelihood : std::uint8_t { unknown, low, medium, high };
inline constexpr std::array<std::string_view, 4> kCweLikelihoodNames = {"-", "low", "medium", "high"};

struct Weakness {
  std::uint32_t number = 0;
  std::string_view name;
  CweUsage usage = CweUsage::unknown;
  CweLikelihood likelihood = CweLikelihood::unknown;  // of exploit
  std::uint32_t rank = 0;                             // in the CWE Top 25; 0: not in it
  std::vector<std::uint32_t> parents;                 // in view 1000
};

class CweCatalogue {
 public:
  // The one that this binary carries.
  static const CweCatalogue& built_in();

  [[nodiscard]] const Weakness* find(Cwe cwe) const;
  [[nodiscard]] std::size_t size() const { return all_.size(); }
  [[nodiscard]] std::span<const Weakness> all() const { return all_; }
  // Steps upwards from `child` to `ancestor`; 0 for equal ones, empty when it is no ancestor.
  [[nodiscard]] std::optional<unsigned> distance(Cwe child, Cwe ancestor) const;
  // Whether both are below one weakness, or one below the other.
  [[nodiscard]] bool share_an_ancestor(Cwe a, Cwe b) const;

 private:
  struct Above {
    std::uint32_t number = 0;
    unsigned steps = 0;
  };
  explicit CweCatalogue(std::string_view table);
  void add(std::string_view line);
  void climb(std::size_t index);
  [[nodiscard]] std::optional<std::size_t> index_of(Cwe cwe) const;

  std::vector<Weakness> all_;              // by number
  std::vector<std::vector<Above>> above_;  // parallel: the weakness itself and all above it, by number
};

// How two weaknesses relate, the closest first. Those before too_general are compatible.
enum class CweRelation : std::uint8_t {
  equal,
  ancestor,     // one is at most two steps above the other, and problems may be mapped to it
  memory,       // both are about the bounds of memory buffers
  too_general,  // related, but one says too little
  unrelated,
  unknown,  // one of them is not known
};
inline bool is_compatible(CweRelation relation) { return relation < CweRelation::too_general; }

struct CweMatch {
  CweRelation relation = CweRelation::unknown;
  Cwe a, b;  // those that decided; of an empty set 0
};
CweMatch match(Cwe a, Cwe b, const CweCatalogue& catalogue = CweCatalogue::built_in());
// The closest relation between two sets. What a set says beside something more exact does not count: {20, 79} is 79.
CweMatch match(std::span<const Cwe> a, std::span<const Cwe> b,
               const CweCatalogue& catalogue = CweCatalogue::built_in());

}  // namespace gatepost::correlate
