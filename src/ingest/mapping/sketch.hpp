// A first mapping for a report that nobody has described yet, by looking at its shape: a beginning for a person.
#pragma once

#include <string>

#include "base/result.hpp"
#include "ingest/format.hpp"

namespace gatepost::ingest::mapping {

// YAML with a comment wherever a person has to look. `id` is the name it gets. An error when the content has no list of
// records in it.
Result<std::string> sketch_mapping(Candidate& candidate, const std::string& id);

}  // namespace gatepost::ingest::mapping
