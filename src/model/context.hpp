// What is known about the surroundings of a problem. Unknown is a value with a name in every table, never the best and
// never the worst.
#pragma once

#include <array>
#include <cstdint>
#include <string>
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

// What an attacker would get at; the names are those of the service catalogue.
enum class DataClass : std::uint8_t {
  public_data,
  internal,
  confidential,
  financial,
  pii,
  credentials,
  health,
  payment
};
inline constexpr std::array<std::string_view, 8> kDataClassNames = {
    "public", "internal", "confidential", "financial", "pii", "credentials", "health", "payment"};

// A set of them; empty: nobody said.
class DataClasses {
 public:
  void add(DataClass it) { bits_ = static_cast<std::uint8_t>(bits_ | 1U << static_cast<unsigned>(it)); }
  [[nodiscard]] bool has(DataClass it) const { return (bits_ >> static_cast<unsigned>(it) & 1U) != 0; }
  [[nodiscard]] bool empty() const { return bits_ == 0; }
  friend bool operator==(const DataClasses&, const DataClasses&) = default;

 private:
  std::uint8_t bits_ = 0;
};

// "pii, payment", in the order of the table.
std::string data_class_names(const DataClasses& classes);

struct Context {
  Exposure exposure = Exposure::unknown;
  Environment environment = Environment::unknown;
  Mitigation mitigation = Mitigation::none;
  Criticality criticality = Criticality::unknown;
  DataClasses data;
  friend bool operator==(const Context&, const Context&) = default;
};

}  // namespace gatepost
