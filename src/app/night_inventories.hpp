// Bills of materials outlive their night: the components of each service lie beside the ledger, and are matched with
// the advisories that come later.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "app/gather.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "store/store.hpp"

namespace gatepost::app {

struct InventoryRequest {
  std::vector<std::string> sboms;       // --sbom, beside bills of materials among the reports
  std::string service;                  // --service: whose those are; "" takes what the documents say
  std::vector<std::string> advisories;  // --advisories: files, folders, addresses; empty: feeds.osv of the settings
  std::string since;                    // --since: only advisories modified then or later
};

struct NightInventories {
  store::Documents documents;            // of the services whose bill of materials came this night, to be stored
  std::set<std::string> known_packages;  // package URLs that an earlier night stored
  std::size_t services = 0;              // whose stored components were matched, because nothing newer came
  bool matched = false;                  // there were advisories and components
  bool news_only = false;                // only advisories that changed: who is not in them may still be affected
  std::map<std::string, std::int64_t, std::less<>> components;  // packages in one version, by service
  // When advisories were published, in ms, by each of their names: of several the earliest.
  std::map<std::string, std::int64_t, std::less<>> published;
  std::vector<std::string> withdrawn;  // names of advisories that were taken back, and that no other one bears; sorted
  std::vector<std::string> retired;    // services whose components are kept no longer; sorted
};

// Whether the ledger knows a service of this name. It is asked only about those that left the catalogue.
using KnowsService = std::function<Result<bool>(const std::string& service)>;

// Reads this night's bills of materials and those that `store` keeps, and adds to the evidence what the advisories say
// about them, as a report of the engine gatepost-osv. What a stored document or feed lacks is a note. What is kept of a
// service that the catalogue had and no longer has goes, unless somebody brought its bill of materials this night.
Result<NightInventories> add_inventories(const Ports& ports, store::Store& store, const InventoryRequest& request,
                                         const std::string& cache_folder, const KnowsService& knows_service,
                                         Evidence& evidence);

}  // namespace gatepost::app
