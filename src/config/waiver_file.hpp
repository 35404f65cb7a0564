// .gatepost/waivers.yml: see docs/policy.md.
#pragma once

#include <vector>

#include "config/reader.hpp"
#include "doc/document.hpp"
#include "policy/waiver.hpp"

namespace gatepost::config {

std::vector<policy::Waiver> read_waivers(doc::View root, Problems& problems);

}  // namespace gatepost::config
