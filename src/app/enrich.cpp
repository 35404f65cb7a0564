#include "app/enrich.hpp"

#include "app/enrich_services.hpp"

namespace gatepost::app {

void enrich(Assessment& assessment, const context::Surroundings& surroundings, Timestamp now) {
  enrich_services(assessment, surroundings.services, now);
}

}  // namespace gatepost::app
