// What a pipeline may tell its forge, asked without telling it anything.
#pragma once

#include <string>
#include <vector>

#include "app/ci.hpp"
#include "app/health.hpp"
#include "app/ports.hpp"

namespace gatepost::app {

// Nothing outside a CI. A missing token or permission is a warning: the verdict does not need it.
std::vector<HealthCheck> forge_health(const Ports& ports, const CiFacts& ci, const std::string& version);

}  // namespace gatepost::app
