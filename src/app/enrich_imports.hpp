// Puts what the code imports to the findings about packages.
#pragma once

#include "context/surroundings.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

// Adds to what is known of each finding: comes after whatever sets Assessed::enrichment.
void enrich_imports(Assessment& assessment, const context::Surroundings::Imports& imports);

}  // namespace gatepost::app
