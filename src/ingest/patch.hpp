// A proposed change that a report carries as a unified diff.
#pragma once

#include <string_view>
#include <vector>

#include "model/observation.hpp"

namespace gatepost::ingest {

// One edit for each hunk: the lines that it covers in the old file, context included, are replaced by its new lines,
// each with its line end. Columns are 0: whole lines. Nothing for a patch that is damaged, that creates, deletes or
// renames files, or that has a hunk without any old line: such a fix is left to its description.
std::vector<Edit> edits_of_patch(std::string_view patch);

}  // namespace gatepost::ingest
