#include "base/hash.hpp"

// Compiled here: a call into the library costs as much as hashing a short text.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <random>

namespace gatepost {

std::uint64_t table_hash(std::string_view bytes) {
  static const std::uint64_t seed = (std::uint64_t{std::random_device{}()} << 32U) | std::random_device{}();
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace gatepost
