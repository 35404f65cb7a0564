#include "ingest/mapping/library.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"
#include "ingest/mapping/packed.hpp"

namespace gatepost::ingest::mapping {

std::span<const Mapping> shipped() {
  static const std::vector<Mapping> kShipped = [] {
    std::vector<Mapping> mappings;
    for (const PackedMapping& packed : packed_mappings()) {
      const auto document = doc::parse_json(std::string(packed.json), std::string(packed.id));
      GP_ASSERT(document.ok());
      auto mapping = compile_mapping(document->root());
      GP_ASSERT(mapping.ok());  // a test compiles each
      mappings.push_back(std::move(*mapping));
    }
    return mappings;
  }();
  return kShipped;
}

std::vector<PackedMapping> packed_mappings() {
  std::vector<PackedMapping> all;
  for (const std::string_view line : text::split(packed_lines(), '\n')) {
    const std::size_t blank = line.find(' ');
    if (blank != std::string_view::npos) all.push_back({line.substr(0, blank), line.substr(blank + 1)});
  }
  return all;
}

Result<std::vector<Mapping>> compile_all(std::vector<MappingFile> files) {
  std::vector<Mapping> mappings;
  for (MappingFile& file : files) {
    GP_TRY(Mapping mapping, parse_mapping(std::move(file.text), file.name));
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
