// Controls and the evidence for them.
#pragma once

#include <vector>

#include "compliance/material.hpp"
#include "model/compliance.hpp"
#include "model/framework.hpp"

namespace gatepost::compliance {

// Everything of the report but what names it: project, version, when it was made.
Compliance evaluate(const Material& material, const std::vector<Framework>& frameworks);

}  // namespace gatepost::compliance
