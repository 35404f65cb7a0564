// Frameworks that evidence can be put into the order of: those of the binary, and those of a repository.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "git/object_id.hpp"
#include "git/repository.hpp"
#include "model/framework.hpp"

namespace gatepost::app {

// Those of config/compliance/, and of .gatepost/compliance/ at a commit: of the revision of the rules, so that a change
// cannot choose its own. A file there takes the place of one with the same id. By id; errors say file, line and column.
Result<std::vector<Framework>> read_frameworks(const git::Repository& repository, const git::ObjectId& commit);

// The one with the id, or all for "all".
Result<std::vector<Framework>> chosen_frameworks(std::vector<Framework> known, const std::string& id);

}  // namespace gatepost::app
