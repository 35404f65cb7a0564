// CVSS v2, v3.0, v3.1 and v4.0 in exact arithmetic: no binary floats. Specifications:
// https://www.first.org/cvss/v2/guide, https://www.first.org/cvss/v3-1/specification-document and
// https://www.first.org/cvss/v4-0/specification-document
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace gatepost::risk {

enum class CvssVersion : std::uint8_t { v20, v30, v31, v40 };
// "2.0", "3.0", "3.1", "4.0".
std::string_view to_string(CvssVersion version);
// The qualitative scale: "none", "low", "medium", "high", "critical". v2 has neither "none" nor "critical".
std::string_view cvss_rating(CvssVersion version, int tenths);

// All in tenths, 0 to 100.
struct CvssScores {
  int base = 0;
  // Only when a metric of the group is defined. In v4.0: base and threat metrics (CVSS-BT), base and environmental
  // metrics (CVSS-BE); in the older versions the environmental score is made of the temporal one.
  std::optional<int> temporal, environmental;
  int overall = 0;  // of all metrics given
  friend bool operator==(const CvssScores&, const CvssScores&) = default;
};

class CvssVector {
 public:
  // The values of a vector, by position in its version's table of metrics: which of the metric's values, from 0. A
  // metric that is not given has 0, which is "not defined" wherever a metric may be left out.
  static constexpr std::size_t kMostMetrics = 32;
  using Values = std::array<std::uint8_t, kMostMetrics>;

  // "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H". v2 with or without parentheses, and with "CVSS2#", "CVSS:2.0/" or
  // nothing before it. Metrics stand in any order. Refused, with the reason and with what was expected: other versions,
  // unknown or repeated metrics, values that a metric does not have, missing base metrics, lower case.
  static Result<CvssVector> parse(std::string_view text);

  [[nodiscard]] CvssVersion version() const { return version_; }
  // Whether the metrics stand in the order that the standard demands. v3 demands none.
  [[nodiscard]] bool conforming() const { return conforming_; }
  [[nodiscard]] int base_tenths() const;
  [[nodiscard]] CvssScores scores() const;
  // v4.0: which groups the overall score is made of: "CVSS-B", "CVSS-BT", "CVSS-BE", "CVSS-BTE". Else "".
  [[nodiscard]] std::string_view nomenclature() const;

 private:
  class Reader;

  CvssVersion version_ = CvssVersion::v31;
  bool conforming_ = true;
  bool temporal_ = false, environmental_ = false;  // a metric of the group is defined
  Values values_{};
};

}  // namespace gatepost::risk
