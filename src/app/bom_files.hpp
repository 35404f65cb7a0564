// Bills of materials from files.
#pragma once

#include <string>
#include <string_view>

#include "advisory/bom.hpp"
#include "advisory/inventory.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"

namespace gatepost::app {

// Adds the components of a file, packed with gzip or not; "-" is standard input. `service` as in advisory::read_bom.
Result<advisory::BomCounts> read_bom_file(advisory::Inventory& inventory, const std::string& path,
                                          std::string_view service);
// The same of bytes that messages call `name`.
Result<advisory::BomCounts> read_bom_bytes(advisory::Inventory& inventory, Bytes bytes, const std::string& name,
                                           std::string_view service);

}  // namespace gatepost::app
