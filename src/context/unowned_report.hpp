// The files that nobody owns, by reason and by top-level directory.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "context/known_owners.hpp"
#include "context/owners.hpp"
#include "model/ownership.hpp"

namespace gatepost::context {

struct OwnershipCensus {
  UnownedReport report;
  std::vector<std::uint64_t> wins;  // by rule of CodeOwnersFile::rules: the files that it decides
};

// `sorted`: the repository's files in byte order. Without `known` every valid owner counts.
OwnershipCensus take_census(const CodeOwners& owners, std::span<const std::string_view> sorted,
                            const KnownOwners* known);

}  // namespace gatepost::context
