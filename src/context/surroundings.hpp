// What is known beside the reports, read from the revision that the rules come from: who proposes a change must not
// choose what it is judged in.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "context/catalogue.hpp"
#include "context/evidence.hpp"
#include "context/exposure.hpp"
#include "context/routing.hpp"
#include "context/teams.hpp"
#include "context/threats.hpp"
#include "model/change_signal.hpp"
#include "model/imports.hpp"

namespace gatepost::context {

struct Surroundings {
  struct Services {
    Catalogue catalogue;
    std::vector<DerivedExposure> before, after;  // by service, as the deployment files of base and head say
    std::vector<ExposureChange> changes;         // services that the change makes more exposed
    std::vector<Team> groups;                    // of Backstage
    std::vector<Note> notes;
  };
  // By manifest and package (a purl without version): whether the code of the head imports it.
  using Imports = std::map<std::pair<std::string, std::string>, ImportFact>;
  Services services;
  Imports imports;
  std::vector<ChangeSignal> signals;  // of the change's lines; what its paths alone tell comes from elsewhere
  Threats threats;
  Evidence evidence;
  FolderOwners folder_owners;
  TeamDirectory teams;  // those that are stated, and Backstage's
};

}  // namespace gatepost::context
