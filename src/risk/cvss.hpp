// CVSS v3.0 and v3.1 base scores in exact arithmetic. Specification:
// https://www.first.org/cvss/v3-1/specification-document
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace gatepost::risk {

class CvssVector {
 public:
  enum class Version : std::uint8_t { v30, v31 };

  // "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", metrics in any order. Refused, with the reason: other versions,
  // unknown or repeated metrics, values a metric does not have, missing base metrics, lower case.
  static Result<CvssVector> parse(std::string_view text);

  [[nodiscard]] Version version() const { return version_; }
  // In tenths, 0 to 100.
  [[nodiscard]] int base_tenths() const;

 private:
  [[nodiscard]] char value(std::string_view metric) const;
  Version version_ = Version::v31;
  static constexpr std::size_t kMetrics = 22;
  std::array<char, kMetrics> values_{};  // by the order of the table in cvss.cpp; '\0': not given
};

}  // namespace gatepost::risk
