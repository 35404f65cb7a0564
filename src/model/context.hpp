// What is known about the surroundings of a problem. Unknown is a value with a name in every table, never the best and
// never the worst.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gatepost {

enum class Exposure : std::uint8_t { unknown, internet, external_restricted, internal, isolated };
inline constexpr std::array<std::string_view, 5> kExposureNames = {"unknown", "internet", "external_restricted",
                                                                   "internal", "isolated"};
enum class Environment : std::uint8_t { unknown, production, staging, development, not_deployed };
inline constexpr std::array<std::string_view, 5> kEnvironmentNames = {"unknown", "production", "staging", "development",
                                                                      "not_deployed"};
enum class Mitigation : std::uint8_t { none, partial, strong };
inline constexpr std::array<std::string_view, 3> kMitigationNames = {"none", "partial", "strong"};
enum class Criticality : std::uint8_t { unknown, mission_critical, high, medium, low };
inline constexpr std::array<std::string_view, 5> kCriticalityNames = {"unknown", "mission_critical", "high", "medium",
                                                                      "low"};

struct Context {
  Exposure exposure = Exposure::unknown;
  Environment environment = Environment::unknown;
  Mitigation mitigation = Mitigation::none;
  Criticality criticality = Criticality::unknown;
  friend bool operator==(const Context&, const Context&) = default;
};

}  // namespace gatepost
