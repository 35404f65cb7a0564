// What a VEX statement says, as a number that a state holds.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace gatepost::ledger {

inline constexpr std::array<std::string_view, 5> kVexNames = {"", "affected", "under_investigation", "not_affected",
                                                              "fixed"};
inline std::uint8_t vex_code(std::string_view name) {
  const auto found = std::ranges::find(kVexNames, name);
  return found == kVexNames.end() ? std::uint8_t{0} : static_cast<std::uint8_t>(found - kVexNames.begin());
}

}  // namespace gatepost::ledger
