// CVSS v2: https://www.first.org/cvss/v2/guide, section 3.2. Sums are exact: what is 21 decimals at most fits 128 bits.
#include <algorithm>
#include <array>

#include "risk/cvss_metrics.hpp"

namespace gatepost::risk::cvss {
namespace {

enum Position : std::uint8_t { kAV, kAC, kAu, kC, kI, kA, kE, kRL, kRC, kCDP, kTD, kCR, kIR, kAR, kCount };

constexpr std::array<Metric, kCount> kMetrics = {{
    {"AV", "L A N"},
    {"AC", "H M L"},
    {"Au", "M S N"},
    {"C", "N P C"},
    {"I", "N P C"},
    {"A", "N P C"},
    {"E", "ND U POC F H", Group::temporal},
    {"RL", "ND OF TF W U", Group::temporal},
    {"RC", "ND UC UR C", Group::temporal},
    {"CDP", "ND N L LM MH H", Group::environmental},
    {"TD", "ND N L M H", Group::environmental},
    {"CR", "ND L M H", Group::environmental},
    {"IR", "ND L M H", Group::environmental},
    {"AR", "ND L M H", Group::environmental},
}};

// Weights by the positions of the values above: of access and impact in thousandths, of the rest in hundredths.
constexpr std::array<int, 3> kAccessVector = {395, 646, 1000};
constexpr std::array<int, 3> kAccessComplexity = {350, 610, 710};
constexpr std::array<int, 3> kAuthentication = {450, 560, 704};
constexpr std::array<int, 3> kImpact = {0, 275, 660};
constexpr std::array<int, 5> kExploitability = {100, 85, 90, 95, 100};
constexpr std::array<int, 5> kRemediationLevel = {100, 87, 90, 95, 100};
constexpr std::array<int, 4> kReportConfidence = {100, 90, 95, 100};
constexpr std::array<int, 6> kCollateralDamage = {0, 0, 10, 30, 40, 50};
constexpr std::array<int, 5> kTargetDistribution = {100, 0, 25, 75, 100};
constexpr std::array<int, 4> kRequirement = {100, 50, 100, 151};

__extension__ using Wide = __int128;

constexpr Wide power_of_ten(int exponent) {
  Wide power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// Half away from zero, whatever the sign.
int divide_rounding(Wide value, Wide by) {
  const Wide half = by / 2;
  return static_cast<int>(value < 0 ? -((-value + half) / by) : (value + half) / by);
}

// The impact times 10^17. Weights have three decimals, requirements two.
Wide impact(const CvssVector::Values& v, bool adjusted) {
  const Wide one = power_of_ten(5);
  Wide kept = 1;
  for (int i = 0; i < 3; ++i) {
    const int requirement = adjusted ? kRequirement[v[kCR + i]] : 100;
    kept *= one - Wide{kImpact[v[kC + i]]} * requirement;
  }
  const Wide result = 1041 * (power_of_ten(15) - kept);
  return adjusted ? std::min(result, 10 * power_of_ten(17)) : result;
}

// (0.6 impact + 0.4 exploitability - 1.5) f(impact) in tenths. May be negative when the impact is adjusted.
int base(const CvssVector::Values& v, bool adjusted) {
  const Wide hurt = impact(v, adjusted);
  if (hurt == 0) return 0;
  const Wide reached = Wide{20} * kAccessVector[v[kAV]] * kAccessComplexity[v[kAC]] * kAuthentication[v[kAu]];
  const Wide sum = 6 * hurt + 4 * reached * power_of_ten(8) - 15 * power_of_ten(17);  // times 10^18
  return divide_rounding(sum * 1176, power_of_ten(20));                               // times 10^21
}

int temporal(const CvssVector::Values& v, int base_tenths) {
  const Wide product =
      Wide{base_tenths} * kExploitability[v[kE]] * kRemediationLevel[v[kRL]] * kReportConfidence[v[kRC]];
  return divide_rounding(product, power_of_ten(6));
}

int environmental(const CvssVector::Values& v) {
  const int adjusted = temporal(v, base(v, true));
  const Wide sum = Wide{adjusted} * 100 + Wide{100 - adjusted} * kCollateralDamage[v[kCDP]];
  return divide_rounding(sum * kTargetDistribution[v[kTD]], power_of_ten(4));
}

}  // namespace

std::span<const Metric> metrics_of_v2() { return kMetrics; }

CvssScores scores_of_v2(const CvssVector::Values& values, Asked asked) {
  CvssScores scores;
  const int unclamped = base(values, false);
  scores.base = scores.overall = std::max(unclamped, 0);
  if (asked.temporal) scores.overall = *(scores.temporal = std::max(temporal(values, unclamped), 0));
  if (asked.environmental) scores.overall = *(scores.environmental = std::max(environmental(values), 0));
  return scores;
}

}  // namespace gatepost::risk::cvss
