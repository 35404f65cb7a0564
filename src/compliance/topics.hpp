// What the ledger has to say about each topic, and whether that is enough.
#pragma once

#include <cstdint>
#include <vector>

#include "compliance/history.hpp"
#include "compliance/material.hpp"
#include "model/compliance.hpp"
#include "model/framework.hpp"

namespace gatepost::compliance {

// A control that is being looked at.
struct Scope {
  const Material& material;
  const History& history;
  const ComplianceIntegrity& integrity;
  const Control& control;
  const std::vector<std::uint32_t>& findings;  // positions of those that count, of the period
  CompliancePopulation population;
};

ComplianceFact fact_of(EvidenceTopic topic, const Scope& scope);

CompliancePopulation population_of(const Material& material, const std::vector<std::uint32_t>& findings);

// Of several: attention when one wants it, nothing when all are nothing, else the weakest that there is.
EvidenceState combined(const std::vector<EvidenceState>& states);

}  // namespace gatepost::compliance
