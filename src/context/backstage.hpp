// Backstage's catalog-info.yaml: components with what they are worth, as far as their labels tell.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/note.hpp"
#include "model/service.hpp"
#include "model/team.hpp"

namespace gatepost::context {

inline constexpr std::size_t kMostCatalogFiles = 2'000;
inline constexpr std::size_t kLargestCatalogFile = 1 << 20;

struct CatalogFile {
  std::string path;
  std::string text;
};

struct BackstageCatalogue {
  std::vector<Service> services;  // one for each Component, in the order of the files
  std::vector<Team> groups;       // one for each Group; members are its own and the Users that name it
  std::vector<Note> notes;        // what could not be read or mapped; the rest counts all the same
};

// A Component claims the folder of its file, or that of its source location. What it does not say itself it has from
// the APIs it provides, the Resources it depends on, its System and its Domain, in this order.
BackstageCatalogue read_backstage(std::span<const CatalogFile> files);

// `stated` wins, field by field; services that only Backstage knows follow.
std::vector<Service> merge_services(std::vector<Service> stated, std::vector<Service> backstage);

}  // namespace gatepost::context
