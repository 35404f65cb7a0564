// How bad a problem is here. All arithmetic is on integers, so that every machine computes the same bytes.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
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

// What SSVC's deployer table says to do about a vulnerability, in ascending order.
enum class Priority : std::uint8_t { defer, scheduled, out_of_cycle, immediate };
inline constexpr std::array<std::string_view, 4> kPriorityNames = {"defer", "scheduled", "out_of_cycle", "immediate"};
inline std::string_view to_string(Priority priority) { return kPriorityNames[static_cast<std::size_t>(priority)]; }
// What CISA's coordinator and its directive BOD 26-04 say.
inline constexpr std::array<std::string_view, 4> kCoordinatorNames = {"track", "track_closely", "attend", "act"};
inline constexpr std::array<std::string_view, 5> kTimelineNames = {"FSU", "60D", "14D", "3D", "3DF"};

// The decision of SSVC, with the values it was made of: positions in the lists of names below. docs/risk.md tells where
// the values come from.
struct Ssvc {
  std::uint8_t exploitation = 0, exposure = 0, automatable = 0, human_impact = 0, technical_impact = 0;
  Priority decision = Priority::defer;
  std::uint8_t days = 0;         // within how many to act; 0: with the next upgrade
  std::uint8_t coordinator = 0;  // in kCoordinatorNames
  std::uint8_t timeline = 0;     // in kTimelineNames
  friend auto operator<=>(const Ssvc&, const Ssvc&) = default;
};
inline constexpr std::array<std::string_view, 3> kExploitationNames = {"none", "poc", "active"};
inline constexpr std::array<std::string_view, 3> kSystemExposureNames = {"small", "controlled", "open"};
inline constexpr std::array<std::string_view, 2> kAutomatableNames = {"no", "yes"};
inline constexpr std::array<std::string_view, 4> kHumanImpactNames = {"low", "medium", "high", "very_high"};
inline constexpr std::array<std::string_view, 2> kTechnicalImpactNames = {"partial", "total"};

// Why a risk does not count, though its score is kept.
enum class Exemption : std::uint8_t { none, vex_not_affected, vex_fixed, false_positive, fixed, withdrawn };
inline constexpr std::array<std::string_view, 6> kExemptionNames = {
    "none", "vex_not_affected", "vex_fixed", "false_positive", "fixed", "withdrawn"};
inline std::string_view to_string(Exemption exemption) { return kExemptionNames[static_cast<std::size_t>(exemption)]; }

struct Risk {
  RiskFactors factors;
  std::uint16_t raw_tenths = 0;        // 0 to 1000, before floors and caps
  std::uint16_t score_tenths = 0;      // after them
  std::uint16_t effective_tenths = 0;  // 0 when something says that the problem does not apply here
  Exemption exemption = Exemption::none;
  std::optional<Ssvc> ssvc;  // of vulnerabilities of packages that count
  friend auto operator<=>(const Risk&, const Risk&) = default;
};

// What the knowledge of a factor does to the risk, compared with not knowing.
enum class Leaning : std::uint8_t { unknown, neutral, raises, lowers };

// One line of an explanation: what the factor is, how much it takes off against its best value, and why it has it.
struct Factor {
  std::string name;       // "exposure"
  std::string value;      // "unknown (75 %)"
  int effect_tenths = 0;  // risk with this factor at its highest, minus the risk: never negative
  std::string because;
  Leaning leaning = Leaning::neutral;
  std::string evidence;  // where the value was read: ".gatepost/services.yml:6:15"
  friend auto operator<=>(const Factor&, const Factor&) = default;
};

// A fact that would move the risk into another band, if it were so.
struct Move {
  std::string fact;   // "exposure"
  std::string value;  // "internal"
  std::uint16_t tenths = 0;
  Band band = Band::info;
  std::string how;  // who can say so, or make it so
  friend auto operator<=>(const Move&, const Move&) = default;
};

// What a person wants to know about a risk beside its factors.
struct RiskStory {
  std::string line;         // "77.7 high = sqrt(72.2 likelihood x 83.6 impact): data flow; internet; …"
  std::string decision;     // why SSVC decides as it does; "" without a decision
  std::vector<Move> moves;  // the cheapest facts that move the band, cheapest first
  friend auto operator<=>(const RiskStory&, const RiskStory&) = default;
};

}  // namespace gatepost
