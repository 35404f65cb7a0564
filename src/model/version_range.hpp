// Ranges of versions: "vers:npm/>=1.2.0|<2.0.0". Specification:
// https://github.com/package-url/vers-spec
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/version.hpp"

namespace gatepost {

class VersionRange {
 public:
  enum class Sign : std::uint8_t { equal, unequal, less, less_or_equal, greater, greater_or_equal };
  struct Bound {
    Sign sign = Sign::equal;
    std::string version;
  };

  // Empty for what is no range, or has more than 1000 bounds.
  static std::optional<VersionRange> parse(std::string_view text);

  [[nodiscard]] const std::string& scheme() const { return scheme_; }         // "npm", as it is written
  [[nodiscard]] bool is_any() const { return any_; }                          // "vers:npm/*"
  [[nodiscard]] const std::vector<Bound>& bounds() const { return bounds_; }  // as they are written
  // Empty when it cannot be told: we do not know the scheme's order, or something is no version in it.
  [[nodiscard]] std::optional<bool> contains(std::string_view version) const;

 private:
  std::string scheme_;
  bool any_ = false;
  std::vector<Bound> bounds_;
};

}  // namespace gatepost
