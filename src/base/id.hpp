// Strong identifiers: a TeamId is not a FindingId, although both hold a string.
#pragma once

#include <compare>
#include <string>

namespace gatepost {

template <class Tag>
struct Id {
  std::string value;
  [[nodiscard]] bool empty() const { return value.empty(); }
  friend auto operator<=>(const Id&, const Id&) = default;
};

}  // namespace gatepost
