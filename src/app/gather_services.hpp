// The catalogue of services, from the revision of the rules.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings_files.hpp"
#include "base/result.hpp"
#include "context/backstage.hpp"
#include "context/surroundings.hpp"
#include "git/repository.hpp"
#include "git/tree.hpp"
#include "model/change.hpp"
#include "model/service.hpp"

namespace gatepost::app {

// Whether the functions below ask for a file of this path.
bool may_tell_surroundings(std::string_view path);

// "catalog-info.yaml" of Backstage, in any folder.
bool is_catalog(std::string_view path);
// Their texts. What cannot be read is told and left out: it does not decide whether the gate is open.
std::vector<context::CatalogFile> catalog_files(const git::Repository& repository, std::span<const git::TreeFile> files,
                                                std::vector<Note>& notes);

// `stated` is what services.yml says. The catalogs of Backstage and the files that deploy something are read at
// `rules`; of `change` only what opens a service more counts.
// `files` are those of the rules' revision for which may_tell_surroundings() is true.
Result<context::Surroundings::Services> gather_services(const git::Repository& repository,
                                                        const std::vector<Service>& stated,
                                                        std::span<const git::TreeFile> files, const ChangeSet& change);
// What ownership files of the revision say; those that are too large, and those beyond the limit, name nobody.
context::FolderOwners gather_folder_owners(const git::Repository& repository, std::span<const git::TreeFile> files,
                                           std::vector<Note>& notes);
// What the deployment files say about a service, on its way from the first stage to the second.
struct CarriedExposure {
  std::string service;
  context::DerivedExposure before, after;
};
std::vector<CarriedExposure> carried_exposures(const context::Surroundings::Services& services);
// Whoever proposes the change may have written them: what makes a service more exposed than its catalogue says counts,
// what makes it less does not, and a note says so.
void take_exposures(context::Surroundings::Services& services, std::span<const CarriedExposure> carried);

// Where only single files can be asked for: services.yml and the catalog at the root; nothing is derived.
Result<context::Surroundings::Services> services_without_tree(const std::vector<Service>& stated, const ReadFile& read);

}  // namespace gatepost::app
