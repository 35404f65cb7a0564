// All mappings: those of the binary, and those that a repository adds.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ingest/mapping/mapping.hpp"

namespace gatepost::ingest::mapping {

// The mappings of the binary, sorted by id; made when they are first asked for, and as far as recognising needs them.
std::span<const Mapping> shipped();
// All of a mapping, to read reports with it. Of one of the binary it is compiled when it is first asked for.
const Mapping& whole_of(const Mapping& mapping);

// A file of a repository, with the name that messages call it.
struct MappingFile {
  std::string name, text;
};
// The files as mappings. An error for a file that is no mapping, and for ids that are there twice; the id of a shipped
// mapping may be used, and replaces it.
Result<std::vector<Mapping>> compile_all(std::vector<MappingFile> files);

}  // namespace gatepost::ingest::mapping
