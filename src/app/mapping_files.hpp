// The mappings of a repository or a folder, beyond those of the binary.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "git/repository.hpp"
#include "ingest/mapping/mapping.hpp"

namespace gatepost::app {

using Mappings = std::shared_ptr<const std::vector<ingest::mapping::Mapping>>;

// Of a file, or of the .yaml and .yml files of a folder; nullptr for "". Errors say file, line and column.
Result<Mappings> read_mappings(const std::string& path);
// Those under .gatepost/mappings/ at a commit: of the base, so that a change cannot bring along how it is read. nullptr
// when there are none.
Result<Mappings> read_mappings(const git::Repository& repository, const git::ObjectId& commit);
// What to tell somebody whose work tree has a mapping that is not among these, and therefore not used; "" otherwise.
std::string unused_mapping(const git::Repository& repository, const Mappings& used);

}  // namespace gatepost::app
