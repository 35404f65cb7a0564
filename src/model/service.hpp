// A service of the catalogue: what of the repository is its, and what is known of its surroundings.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/context.hpp"
#include "model/owner.hpp"

namespace gatepost {

// By what something is taken for a service's.
struct ServiceClaim {
  enum class By : std::uint8_t { path, image };
  By by = By::path;
  std::string pattern;  // as written: "services/payments/**", "ghcr.io/acme/payments"
  std::string where;    // ".gatepost/services.yml:4:12"
  friend bool operator==(const ServiceClaim&, const ServiceClaim&) = default;
};

// Where each field of a context comes from: ".gatepost/services.yml:6:15", "deploy/shop.yaml:31: Ingress shop leads
// here". "" for what nobody said.
struct ContextEvidence {
  std::string exposure, environment, mitigation, criticality, data;
  friend bool operator==(const ContextEvidence&, const ContextEvidence&) = default;
};

struct Service {
  std::string name;
  std::string where;
  std::vector<Owner> owners;
  Context context;
  ContextEvidence because;
  std::string mitigation_reason;                            // what stands in the way
  std::optional<std::chrono::sys_days> mitigation_expires;  // its last day
  std::vector<ServiceClaim> claims;
  friend bool operator==(const Service&, const Service&) = default;
};

}  // namespace gatepost
