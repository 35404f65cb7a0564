// .gatepost/teams.yml: see docs/owners.md.
#pragma once

#include <vector>

#include "config/reader.hpp"
#include "model/team.hpp"

namespace gatepost::config {

std::vector<Team> read_teams(doc::View root, Problems& problems);

}  // namespace gatepost::config
