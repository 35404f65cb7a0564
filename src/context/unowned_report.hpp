// The files that nobody owns, by reason and by top-level directory.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "context/known_owners.hpp"
#include "context/owners.hpp"
#include "model/ownership.hpp"

namespace gatepost::context {

// Why CODEOWNERS gives a path to nobody in particular. Without `known` every valid owner counts. `owners` must outlive
// it.
class UnownedClassifier {
 public:
  UnownedClassifier(const CodeOwners& owners, const KnownOwners* known);
  // Empty: somebody in particular owns it.
  std::optional<UnownedClass> why(std::string_view path) { return why(lookup_.find(path)); }
  [[nodiscard]] std::optional<UnownedClass> why(const codeowners::OwnerLookup::Found& found) const;
  OwnershipLookup& lookup() { return lookup_; }

 private:
  enum class Worth : std::uint8_t {
    nobody,    // names no owner
    invalid,   // names owners, none of them valid or known
    everyone,  // the owners of everything
    owners,
  };
  OwnershipLookup lookup_;
  std::vector<Worth> worth_;  // by rule
};

struct OwnershipCensus {
  UnownedReport report;
  std::vector<std::uint64_t> wins;  // by rule of CodeOwnersFile::rules: the files that it decides
};

// `sorted`: the repository's files in byte order. Without `known` every valid owner counts.
OwnershipCensus take_census(const CodeOwners& owners, std::span<const std::string_view> sorted,
                            const KnownOwners* known);

}  // namespace gatepost::context
