// .gatepost/services.yml: see docs/services.md.
#pragma once

#include <vector>

#include "config/reader.hpp"
#include "model/service.hpp"

namespace gatepost::config {

std::vector<Service> read_services(doc::View root, Problems& problems);

}  // namespace gatepost::config
