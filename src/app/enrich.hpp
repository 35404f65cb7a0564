// What is known beside the reports, put to the findings; the risk comes after it.
#pragma once

#include "base/time.hpp"
#include "context/surroundings.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

void enrich(Assessment& assessment, const context::Surroundings& surroundings, Timestamp now);

}  // namespace gatepost::app
