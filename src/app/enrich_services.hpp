// Which service a finding belongs to, and what is known of that service.
#pragma once

#include "base/time.hpp"
#include "context/surroundings.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

// By its path, in a file that the change renames also by the old one; then by its image. A finding of no service keeps
// what it has.
void enrich_services(Assessment& assessment, const context::Surroundings::Services& services, Timestamp now);

}  // namespace gatepost::app
