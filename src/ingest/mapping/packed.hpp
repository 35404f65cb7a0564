// The mappings of config/mappings/ as they are in the binary: their YAML as JSON.
#pragma once

#include <string_view>
#include <vector>

namespace gatepost::ingest::mapping {

// One mapping a line: its id, a blank, and its document. Made by cmake/pack_mappings.cpp when the binary is built.
std::string_view packed_lines();

struct PackedMapping {
  std::string_view id, json;
};
std::vector<PackedMapping> packed_mappings();  // sorted by id

}  // namespace gatepost::ingest::mapping
