#include "ingest/mapping/library.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"
#include "ingest/mapping/packed.hpp"

namespace gatepost::ingest::mapping {

namespace {

// A test compiles each.
Mapping compiled(const PackedMapping& packed, Result<Mapping> (*compile)(doc::View)) {
  const auto document = doc::parse_json(std::string(packed.json), std::string(packed.id));
  GP_ASSERT(document.ok());
  auto mapping = compile(document->root());
  GP_ASSERT(mapping.ok());
  return std::move(*mapping);
}

}  // namespace

std::span<const Mapping> shipped() {
  static const std::vector<Mapping> kShipped = [] {
    std::vector<Mapping> mappings;
    for (const PackedMapping& packed : packed_mappings()) mappings.push_back(compiled(packed, compile_recognition));
    return mappings;
  }();
  return kShipped;
}

const Mapping& whole_of(const Mapping& mapping) {
  if (mapping.whole) return mapping;
  static std::mutex mutex;
  static std::map<std::string, Mapping> known;
  const std::lock_guard lock(mutex);
  const auto found = known.find(mapping.id);
  if (found != known.end()) return found->second;
  const std::vector<PackedMapping> packed = packed_mappings();
  const auto own = std::ranges::find(packed, mapping.id, &PackedMapping::id);
  GP_ASSERT(own != packed.end());
  return known.emplace(mapping.id, compiled(*own, compile_mapping)).first->second;
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
