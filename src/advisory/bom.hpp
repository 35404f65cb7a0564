// Bills of materials to inventories: CycloneDX (JSON, XML), SPDX 2 (JSON, tag-value), SPDX 3 (JSON-LD) and Syft's own.
#pragma once

#include <cstddef>
#include <string>

#include "advisory/inventory.hpp"
#include "base/result.hpp"

namespace gatepost::advisory {

struct BomCounts {
  std::size_t components = 0;    // that the document lists
  std::size_t added = 0;         // that have a package URL
  std::size_t without_purl = 0;  // nobody can tell which package they are
};

// `service` is whose components these are; "" takes what the document says it is about. An inventory's own lines are
// added as they are. Refuses what is none of these, with the place.
Result<BomCounts> read_bom(Inventory& inventory, std::string text, const std::string& name, std::string_view service);

}  // namespace gatepost::advisory
