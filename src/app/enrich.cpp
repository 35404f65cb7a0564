#include "app/enrich.hpp"

#include "app/enrich_services.hpp"
#include "app/enrich_threat.hpp"

namespace gatepost::app {

void enrich(Assessment& assessment, const context::Surroundings& surroundings, Timestamp now) {
  enrich_services(assessment, surroundings.services, now);
  enrich_threats(assessment, surroundings.threats, now, surroundings.evidence);
}

}  // namespace gatepost::app
