#include <doctest/doctest.h>

#include <cstdint>

#include "model/finding.hpp"

namespace gatepost {

TEST_CASE("finding: ids are ordered as they are written") {
  std::uint32_t state = 7;
  const auto next = [&] {
    state = state * 1664525U + 1013904223U;
    return static_cast<std::uint8_t>(state >> 24U);
  };
  for (int round = 0; round < 2000; ++round) {
    FindingId a, b;
    for (auto& byte : a.digest.bytes) byte = next();
    b = a;
    CHECK((a <=> b) == std::strong_ordering::equal);
    // Equal up to some byte, so that every letter is the first that differs now and then.
    for (std::size_t i = next() % 16U; i < 16; ++i) b.digest.bytes[i] = next();
    CHECK((a <=> b) == (to_string(a) <=> to_string(b)));
  }
}

}  // namespace gatepost
