// A number below 256 by which nearly all keys of one object differ: only keys with the same are compared.
#pragma once

#include <cstdint>
#include <string_view>

namespace gatepost::doc {

inline std::uint8_t key_mark(std::string_view key) {
  if (key.empty()) return 0;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(key[at])); };
  return static_cast<std::uint8_t>(byte(0) * 31U + byte(key.size() / 2) * 7U + byte(key.size() - 1) * 3U +
                                   static_cast<unsigned>(key.size()) * 17U);
}

}  // namespace gatepost::doc
