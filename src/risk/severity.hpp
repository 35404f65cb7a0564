// One effective severity out of many claims.
#pragma once

#include <span>
#include <vector>

#include "model/observation_table.hpp"
#include "model/severity.hpp"

namespace gatepost::risk {

// The strongest claim: by how it was made (a CVSS vector before a number, a number before a word, a word before a
// level), then by source (a vendor before GHSA before NVD before a tool), then the higher one. A vector is computed
// anew, its base score only; what the source says its score is counts only when we cannot compute it. Without a claim,
// or with none that means anything: unknown, 5.0.
Severity effective_severity(std::span<const SeverityClaim> claims);

// The effective severity of every list of claims in the table, by ListId: rows share their lists.
std::vector<Severity> effective_severities(const ObservationTable& table);

}  // namespace gatepost::risk
