// CVSS v3.0 and v3.1: https://www.first.org/cvss/v3-1/specification-document, sections 7 and 8; for v3.0
// https://www.first.org/cvss/v3-0/specification-document, section 8.
#include <algorithm>
#include <array>

#include "risk/cvss_metrics.hpp"

namespace gatepost::risk::cvss {
namespace {

enum Position : std::uint8_t {
  kAV,
  kAC,
  kPR,
  kUI,
  kS,
  kC,
  kI,
  kA,  // base
  kE,
  kRL,
  kRC,  // temporal
  kCR,
  kIR,
  kAR,  // requirements
  kMAV,
  kMAC,
  kMPR,
  kMUI,
  kMS,
  kMC,
  kMI,
  kMA,  // base metrics modified
  kCount
};

constexpr std::array<Metric, kCount> kMetrics = {{
    {"AV", "N A L P"},
    {"AC", "L H"},
    {"PR", "N L H"},
    {"UI", "N R"},
    {"S", "U C"},
    {"C", "N L H"},
    {"I", "N L H"},
    {"A", "N L H"},
    {"E", "X U P F H", Group::temporal},
    {"RL", "X O T W U", Group::temporal},
    {"RC", "X U R C", Group::temporal},
    {"CR", "X L M H", Group::environmental},
    {"IR", "X L M H", Group::environmental},
    {"AR", "X L M H", Group::environmental},
    // A modified metric has the values of the base metric after X.
    {"MAV", "X N A L P", Group::environmental},
    {"MAC", "X L H", Group::environmental},
    {"MPR", "X N L H", Group::environmental},
    {"MUI", "X N R", Group::environmental},
    {"MS", "X U C", Group::environmental},
    {"MC", "X N L H", Group::environmental},
    {"MI", "X N L H", Group::environmental},
    {"MA", "X N L H", Group::environmental},
}};

// Weights in hundredths, by the positions of the values above.
constexpr std::array<int, 4> kAttackVector = {85, 62, 55, 20};
constexpr std::array<int, 2> kAttackComplexity = {77, 44};
constexpr std::array<int, 3> kPrivileges = {85, 62, 27};
constexpr std::array<int, 3> kPrivilegesChanged = {85, 68, 50};
constexpr std::array<int, 2> kUserInteraction = {85, 62};
constexpr std::array<int, 3> kImpact = {0, 22, 56};
constexpr std::array<int, 5> kExploitCode = {100, 91, 94, 97, 100};
constexpr std::array<int, 5> kRemediationLevel = {100, 95, 96, 97, 100};
constexpr std::array<int, 4> kReportConfidence = {100, 92, 96, 100};
constexpr std::array<int, 4> kRequirement = {100, 50, 100, 150};

// Fixed point with 18 decimals. Everything but the power of a changed scope has at most 12 and is exact. 15 truncated
// products leave the power less than 1e-16 too small. The tests go through every score there is: none with a changed
// scope comes closer than 1e-12 to where rounding turns.
__extension__ using Wide = __int128;
constexpr Wide kOne = 1'000'000'000'000'000'000;
constexpr Wide kTenth = kOne / 10;
constexpr Wide kTruncation = 1000;

Wide multiply(Wide a, Wide b) { return a * b / kOne; }

// v3.1, appendix A: to five decimals, then up to one. v3.0: up to one decimal.
int round_up(Wide value, CvssVersion version) {
  if (version == CvssVersion::v30) return static_cast<int>((value - kTruncation + kTenth - 1) / kTenth);
  const Wide unit = kOne / 100'000;
  const Wide rounded = (value + unit / 2) / unit;
  return static_cast<int>((rounded + 9'999) / 10'000);
}

// 7.52 (hurt - 0.029) - 3.25 (shrunk - 0.02)^exponent, or 6.42 hurt.
Wide impact(Wide hurt, Wide shrunk, int exponent, bool scope_changed) {
  if (!scope_changed) return multiply(kOne / 100 * 642, hurt);
  const Wide shifted = shrunk - kOne / 100 * 2;
  Wide power = kOne;
  for (int i = 0; i < exponent; ++i) power = multiply(power, shifted);
  return multiply(kOne / 100 * 752, hurt - kOne / 1000 * 29) - multiply(kOne / 100 * 325, power);
}

// A base metric, or what the environment makes of it.
struct Metrics {
  const CvssVector::Values& values;
  bool modified;

  [[nodiscard]] int of(int position) const {
    const int replaced = values[static_cast<std::size_t>(position - kAV + kMAV)];
    return modified && replaced > 0 ? replaced - 1 : values[static_cast<std::size_t>(position)];
  }
  // What is lost of confidentiality, integrity and availability together.
  [[nodiscard]] Wide lost() const {
    Wide kept = 1;
    for (int i = 0; i < 3; ++i) {
      const int requirement = modified ? kRequirement[values[static_cast<std::size_t>(kCR + i)]] : 100;
      kept *= 10'000 - kImpact[static_cast<std::size_t>(of(kC + i))] * requirement;
    }
    const Wide all = kOne - kept * (kOne / 1'000'000'000'000);
    return modified ? std::min(all, kOne / 1000 * 915) : all;
  }
  [[nodiscard]] Wide exploitability(bool scope_changed) const {
    const auto weight = [&](const auto& table, int position) { return table[static_cast<std::size_t>(of(position))]; };
    const int privileges = weight(scope_changed ? kPrivilegesChanged : kPrivileges, kPR);
    const Wide product = Wide{822} * weight(kAttackVector, kAV) * weight(kAttackComplexity, kAC) * privileges *
                         weight(kUserInteraction, kUI);
    return product * (kOne / 10'000'000'000);
  }
};

// The base score, or the inner part of the environmental score, which is the same of other metrics.
int base(const Metrics& metrics, CvssVersion version) {
  const bool changed = metrics.of(kS) == 1;
  const Wide lost = metrics.lost();
  const bool shrinks = metrics.modified && version == CvssVersion::v31;
  const Wide hurt = shrinks ? impact(lost, lost * 9731 / 10'000, 13, changed) : impact(lost, lost, 15, changed);
  if (hurt <= 0) return 0;
  Wide total = hurt + metrics.exploitability(changed);
  if (changed) total = multiply(kOne / 100 * 108, total);
  return round_up(std::min(total, 10 * kOne), version);
}

int temporal(const CvssVector::Values& v, int base_tenths, CvssVersion version) {
  const Wide product = Wide{base_tenths} * kExploitCode[v[kE]] * kRemediationLevel[v[kRL]] * kReportConfidence[v[kRC]];
  return round_up(product * (kOne / 10'000'000), version);
}

}  // namespace

std::span<const Metric> metrics_of_v3() { return kMetrics; }

CvssScores scores_of_v3(const CvssVector::Values& values, Asked asked, CvssVersion version) {
  CvssScores scores;
  scores.base = scores.overall = base({values, false}, version);
  if (asked.temporal) scores.overall = *(scores.temporal = temporal(values, scores.base, version));
  if (asked.environmental) {
    scores.overall = *(scores.environmental = temporal(values, base({values, true}, version), version));
  }
  return scores;
}

}  // namespace gatepost::risk::cvss
