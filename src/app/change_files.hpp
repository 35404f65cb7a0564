// Which files of the work tree are the change's own doing.
#pragma once

#include <string>

#include "model/change.hpp"

namespace gatepost::app {

// True when the file at the absolute `path` is one that the change adds or edits: by its name, by a folder above it
// that the change put there as a link, or by where links lead. Files outside the work tree are not.
bool is_of_change(const ChangeSet& change, const std::string& work_tree, const std::string& path);

}  // namespace gatepost::app
