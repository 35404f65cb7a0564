#include "ingest/mapping/library.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/assert.hpp"
#include "base/resource.hpp"

namespace gatepost::ingest::mapping {

std::span<const Mapping> shipped() {
  static const std::vector<Mapping> kShipped = [] {
    std::vector<MappingFile> files;
    for (const Resource& resource : resources()) {
      if (resource.name.starts_with("mappings/"))
        files.push_back({std::string(resource.name), std::string(resource.bytes)});
    }
    auto mappings = compile_all(std::move(files));
    GP_ASSERT(mappings.ok());  // a test compiles each
    return std::move(*mappings);
  }();
  return kShipped;
}

Result<std::vector<Mapping>> compile_all(std::vector<MappingFile> files) {
  std::vector<Mapping> mappings;
  for (MappingFile& file : files) {
    GP_TRY(Mapping mapping, parse_mapping(std::move(file.text), std::move(file.name)));
    mappings.push_back(std::move(mapping));
  }
  std::ranges::stable_sort(mappings, {}, &Mapping::id);
  const auto twice = std::ranges::adjacent_find(mappings, {}, &Mapping::id);
  if (twice != mappings.end()) {
    return error(ErrorKind::config,
                 fmt::format("{}: the id \"{}\" is taken by {}", std::next(twice)->where, twice->id, twice->where));
  }
  return mappings;
}

}  // namespace gatepost::ingest::mapping
