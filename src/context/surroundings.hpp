// What is known beside the reports, read from the revision that the rules come from: who proposes a change must not
// choose what it is judged in.
#pragma once

#include "context/catalogue.hpp"
#include "context/evidence.hpp"
#include "context/exposure.hpp"
#include "context/routing.hpp"
#include "context/threats.hpp"

namespace gatepost::context {

struct Surroundings {
  struct Services {
    Catalogue catalogue;
    std::vector<DerivedExposure> before, after;  // by service, as the deployment files of base and head say
    std::vector<ExposureChange> changes;         // services that the change makes more exposed
    std::vector<Note> notes;
  };
  Services services;
  Threats threats;
  Evidence evidence;
  FolderOwners folder_owners;
};

}  // namespace gatepost::context
