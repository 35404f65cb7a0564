// How bad a problem is here. All arithmetic is on integers, so that every machine computes the same bytes.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost {

enum class Band : std::uint8_t { info, low, medium, high, critical };  // from 0, 10, 35, 60 and 80 points
inline constexpr std::array<std::string_view, 5> kBandNames = {"info", "low", "medium", "high", "critical"};
inline std::string_view to_string(Band band) { return kBandNames[static_cast<std::size_t>(band)]; }
Band band_for_tenths(int tenths);

// The numbers that make a risk, in percent but for the severity. What they mean: docs/risk.md.
struct RiskFactors {
  std::uint8_t threat = 0;       // T
  std::uint8_t reach = 0;        // rho
  std::uint8_t exposure = 0;     // eps
  std::uint8_t environment = 0;  // eta
  std::uint8_t mitigation = 0;   // mu
  std::uint8_t confidence = 0;   // c
  std::uint8_t severity = 0;     // sev10, in tenths
  std::uint8_t business = 0;     // beta
  friend auto operator<=>(const RiskFactors&, const RiskFactors&) = default;
};

struct Risk {
  RiskFactors factors;
  std::uint16_t raw_tenths = 0;        // 0 to 1000, before floors and caps
  std::uint16_t score_tenths = 0;      // after them
  std::uint16_t effective_tenths = 0;  // 0 when something says that the problem does not apply here
  friend auto operator<=>(const Risk&, const Risk&) = default;
};

// One line of an explanation: what the factor is, how much it takes off against its best value, and why it has it.
// What the knowledge of a factor does to the risk, compared with not knowing.
enum class Leaning : std::uint8_t { unknown, neutral, raises, lowers };

struct Factor {
  std::string name;       // "exposure"
  std::string value;      // "unknown (75 %)"
  int effect_tenths = 0;  // risk with this factor at its highest, minus the risk: never negative
  std::string because;
  Leaning leaning = Leaning::neutral;
  std::string evidence;  // where the value was read: ".gatepost/services.yml:6:15"
  friend auto operator<=>(const Factor&, const Factor&) = default;
};

}  // namespace gatepost
