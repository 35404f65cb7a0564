// Hashes for in-memory tables. Seeded per process, so a stranger cannot prepare collisions; never stored, never
// printed.
#pragma once

#include <cstdint>
#include <string_view>

namespace gatepost {

std::uint64_t table_hash(std::string_view bytes);

}  // namespace gatepost
