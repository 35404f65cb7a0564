// The name of a git object: its SHA-1.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::git {

struct ObjectId {
  std::array<std::uint8_t, 20> bytes{};

  // Exactly 40 hexadecimal digits; empty for anything else.
  static std::optional<ObjectId> parse(std::string_view hex);
  [[nodiscard]] std::string hex() const;
  [[nodiscard]] std::string short_hex() const;  // 10 digits, for messages
  friend auto operator<=>(const ObjectId&, const ObjectId&) = default;
};

// For hash tables; seeded, so that nobody can prepare objects that collide.
struct ObjectIdHash {
  std::size_t operator()(const ObjectId& id) const;
};

}  // namespace gatepost::git
