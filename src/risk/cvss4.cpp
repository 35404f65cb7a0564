// CVSS v4.0: https://www.first.org/cvss/v4-0/specification-document, section 8: the score of a MacroVector, less the
// mean of how far the vector lies below the MacroVector's highest.
#include <algorithm>
#include <array>
#include <numeric>

#include "risk/cvss_metrics.hpp"

namespace gatepost::risk::cvss {
namespace {

enum Position : std::uint8_t {
  kAV,
  kAC,
  kAT,
  kPR,
  kUI,
  kVC,
  kVI,
  kVA,
  kSC,
  kSI,
  kSA,  // base
  kE,   // threat
  kCR,
  kIR,
  kAR,  // requirements
  kMAV,
  kMAC,
  kMAT,
  kMPR,
  kMUI,
  kMVC,
  kMVI,
  kMVA,
  kMSC,
  kMSI,
  kMSA,  // base metrics modified
  kS,
  kAU,
  kR,
  kV,
  kRE,
  kU,  // supplemental: without a score
  kCount
};

// Values from most to least severe: a position is how many steps lie above.
constexpr std::array<Metric, kCount> kMetrics = {{
    {"AV", "N A L P"},
    {"AC", "L H"},
    {"AT", "N P"},
    {"PR", "N L H"},
    {"UI", "N P A"},
    {"VC", "H L N"},
    {"VI", "H L N"},
    {"VA", "H L N"},
    {"SC", "H L N"},
    {"SI", "H L N"},
    {"SA", "H L N"},
    {"E", "X A P U", Group::temporal},
    {"CR", "X H M L", Group::environmental},
    {"IR", "X H M L", Group::environmental},
    {"AR", "X H M L", Group::environmental},
    {"MAV", "X N A L P", Group::environmental},
    {"MAC", "X L H", Group::environmental},
    {"MAT", "X N P", Group::environmental},
    {"MPR", "X N L H", Group::environmental},
    {"MUI", "X N P A", Group::environmental},
    {"MVC", "X H L N", Group::environmental},
    {"MVI", "X H L N", Group::environmental},
    {"MVA", "X H L N", Group::environmental},
    {"MSC", "X H L N", Group::environmental},
    {"MSI", "X S H L N", Group::environmental},
    {"MSA", "X S H L N", Group::environmental},
    {"S", "X N P", Group::supplemental},
    {"AU", "X N Y", Group::supplemental},
    {"R", "X A U I", Group::supplemental},
    {"V", "X D C", Group::supplemental},
    {"RE", "X L M H", Group::supplemental},
    {"U", "X Clear Green Amber Red", Group::supplemental},
}};

// Scores of the 270 MacroVectors in tenths, facts of the standard (FIRST publishes them with its calculator,
// https://github.com/FIRSTdotorg/cvss-v4-calculator, cvss_lookup.js). A row for each EQ1 (3), EQ2 (2) and pair of EQ3
// and EQ6 (00, 01, 10, 11, 21); in it EQ4 and EQ5 (00 to 22).
constexpr int kPairs = 5;
constexpr std::array<std::array<std::uint8_t, 9>, 30> kMacroVectors = {{
    {{100, 98, 95, 100, 93, 91, 93, 89, 81}},  // 00 00
    {{99, 95, 92, 96, 87, 81, 90, 80, 68}},    // 00 01
    {{98, 95, 90, 93, 89, 81, 88, 78, 69}},    // 00 10
    {{95, 92, 84, 92, 81, 65, 80, 70, 48}},    // 00 11
    {{92, 82, 72, 79, 69, 50, 69, 55, 27}},    // 00 21
    {{99, 95, 92, 95, 90, 84, 92, 82, 72}},    // 01 00
    {{97, 92, 85, 91, 83, 71, 81, 71, 53}},    // 01 01
    {{95, 92, 85, 92, 80, 70, 84, 71, 50}},    // 01 10
    {{93, 85, 73, 82, 72, 59, 70, 52, 30}},    // 01 11
    {{86, 75, 52, 71, 52, 29, 63, 29, 17}},    // 01 21
    {{98, 94, 91, 94, 86, 77, 87, 74, 63}},    // 10 00
    {{95, 87, 81, 89, 74, 64, 75, 63, 49}},    // 10 01
    {{94, 88, 76, 86, 74, 59, 72, 57, 52}},    // 10 10
    {{89, 77, 67, 76, 58, 50, 57, 52, 25}},    // 10 11
    {{83, 70, 54, 65, 58, 26, 53, 21, 13}},    // 10 21
    {{95, 88, 76, 90, 75, 61, 77, 68, 52}},    // 11 00
    {{90, 76, 70, 77, 62, 53, 66, 59, 30}},    // 11 01
    {{89, 76, 62, 74, 57, 47, 61, 57, 24}},    // 11 10
    {{78, 67, 58, 59, 57, 23, 52, 29, 16}},    // 11 11
    {{71, 59, 30, 58, 26, 15, 23, 13, 6}},     // 11 21
    {{93, 86, 75, 86, 74, 56, 70, 52, 40}},    // 20 00
    {{87, 72, 58, 74, 61, 34, 54, 40, 22}},    // 20 01
    {{85, 74, 62, 72, 55, 46, 53, 34, 19}},    // 20 10
    {{75, 55, 51, 57, 41, 19, 36, 19, 8}},     // 20 11
    {{64, 51, 20, 47, 21, 11, 24, 9, 4}},      // 20 21
    {{88, 73, 60, 73, 59, 41, 54, 45, 20}},    // 21 00
    {{75, 53, 50, 55, 40, 20, 43, 22, 11}},    // 21 01
    {{75, 58, 40, 61, 48, 20, 46, 17, 8}},     // 21 10
    {{55, 45, 21, 51, 18, 9, 18, 7, 2}},       // 21 11
    {{53, 24, 14, 24, 12, 5, 10, 3, 1}},       // 21 21
}};

// Within an equivalence class: how severe a vector is, as steps below the most severe value of each of its metrics.
template <std::size_t N>
using Steps = std::array<std::uint8_t, N>;

// The highest vectors of each level, and how many steps the level is deep (section 8.3 and the tables after it).
struct Eq1Level {
  int depth;
  std::array<Steps<3>, 3> highest;  // AV PR UI; the last is repeated
};
constexpr std::array<Eq1Level, 3> kEq1 = {{
    {1, {{{0, 0, 0}, {0, 0, 0}, {0, 0, 0}}}},
    {4, {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}},
    {5, {{{3, 0, 0}, {1, 1, 1}, {1, 1, 1}}}},
}};
struct Eq2Level {
  int depth;
  std::array<Steps<2>, 2> highest;  // AC AT
};
constexpr std::array<Eq2Level, 2> kEq2 = {{
    {1, {{{0, 0}, {0, 0}}}},
    {2, {{{1, 0}, {0, 1}}}},
}};
struct Eq36Level {
  int depth;
  std::array<Steps<6>, 5> highest;  // VC VI VA CR IR AR
};
constexpr Steps<6> kAllHigh = {0, 0, 0, 0, 0, 0};
constexpr Steps<6> kAllLow = {1, 1, 1, 0, 0, 0};
constexpr std::array<Eq36Level, kPairs> kEq36 = {{
    {7, {{kAllHigh, kAllHigh, kAllHigh, kAllHigh, kAllHigh}}},
    {6, {{{0, 0, 1, 1, 1, 0}, {0, 0, 0, 1, 1, 1}, {0, 0, 0, 1, 1, 1}, {0, 0, 0, 1, 1, 1}, {0, 0, 0, 1, 1, 1}}}},
    {8, {{{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}}}},
    {8, {{{1, 0, 1, 0, 1, 0}, {1, 0, 0, 0, 1, 1}, {0, 1, 0, 1, 0, 1}, {0, 1, 1, 1, 0, 0}, {1, 1, 0, 0, 0, 1}}}},
    {10, {{kAllLow, kAllLow, kAllLow, kAllLow, kAllLow}}},
}};
struct Eq4Level {
  int depth;
  std::array<Steps<3>, 1> highest;  // SC SI SA, where S is 0 and H is 1
};
constexpr std::array<Eq4Level, 3> kEq4 = {{
    {6, {{{1, 0, 0}}}},
    {5, {{{1, 1, 1}}}},
    {4, {{{2, 2, 2}}}},
}};

// Steps below the first of the level's highest vectors that is nowhere lower.
template <class Level, std::size_t N>
int steps_below(const Level& level, const Steps<N>& vector) {
  for (const Steps<N>& highest : level.highest) {
    if (!std::ranges::equal(vector, highest, std::ranges::greater_equal{})) continue;
    return std::accumulate(vector.begin(), vector.end(), 0) - std::accumulate(highest.begin(), highest.end(), 0);
  }
  return 0;
}

// What counts: a modified value before the base value, and the worst for a threat or requirement that is not defined.
struct Effective {
  const CvssVector::Values& values;
  Asked asked;

  [[nodiscard]] std::uint8_t at(int position) const { return values[static_cast<std::size_t>(position)]; }
  [[nodiscard]] std::uint8_t of(int position) const {
    const std::uint8_t modified = asked.environmental ? at(position - kAV + kMAV) : 0;
    return modified > 0 ? static_cast<std::uint8_t>(modified - 1) : at(position);
  }
  [[nodiscard]] std::uint8_t requirement(int position) const {
    const std::uint8_t value = asked.environmental ? at(position) : 0;
    return value > 0 ? static_cast<std::uint8_t>(value - 1) : 0;
  }
  // On the scale S H L N. Only a modified value may be S, and SC never is.
  [[nodiscard]] std::uint8_t subsequent(int position) const {
    const std::uint8_t modified = asked.environmental ? at(position - kAV + kMAV) : 0;
    if (modified == 0) return static_cast<std::uint8_t>(at(position) + 1);
    return static_cast<std::uint8_t>(position == kSC ? modified : modified - 1);
  }
  [[nodiscard]] int threat() const { return asked.temporal ? std::max(at(kE) - 1, 0) : 0; }
};

// A vector by its equivalence classes: the levels, and the steps in each.
struct Classes {
  int eq1, eq2, eq36, eq4, eq5;

  [[nodiscard]] int score() const {
    const int row = (eq1 * 2 + eq2) * kPairs + eq36;
    return kMacroVectors[static_cast<std::size_t>(row)][static_cast<std::size_t>(eq4 * 3 + eq5)];
  }
};

int level_of_eq1(const Steps<3>& v) {
  if (v[0] == 0 && v[1] == 0 && v[2] == 0) return 0;
  return v[0] != 3 && (v[0] == 0 || v[1] == 0 || v[2] == 0) ? 1 : 2;
}

int level_of_eq36(const Steps<6>& v) {
  const bool both = v[0] == 0 && v[1] == 0;
  const bool any = v[0] == 0 || v[1] == 0 || v[2] == 0;
  const bool matters = (v[0] == 0 && v[3] == 0) || (v[1] == 0 && v[4] == 0) || (v[2] == 0 && v[5] == 0);
  if (both) return matters ? 0 : 1;
  if (any) return matters ? 2 : 3;
  return 4;
}

int level_of_eq4(const Steps<3>& v) {
  if (v[1] == 0 || v[2] == 0) return 0;
  return v[0] == 1 || v[1] == 1 || v[2] == 1 ? 1 : 2;
}

// How much of the way to the next lower MacroVector lies behind the vector: available × steps / depth, summed as
// 840ths of a tenth. A class at its lowest level has no next one and does not count.
class Descent {
 public:
  void add(int available, int steps, int depth) {
    total_ += available * steps * (kDenominator / depth);
    ++count_;
  }
  // `score` less the mean, rounded half up.
  [[nodiscard]] int below(int score) const {
    if (count_ == 0) return score;
    const int unit = kDenominator * count_;
    const int exact = score * unit - total_;
    return std::clamp((2 * exact + unit) / (2 * unit), 0, 100);
  }

 private:
  static constexpr int kDenominator = 840;  // every depth divides it
  int total_ = 0, count_ = 0;
};

// The score of the next lower level of EQ3 and EQ6 together: from 00 the higher of two.
int next_of_eq36(Classes classes) {
  const auto with = [&](int pair) {
    Classes next = classes;
    next.eq36 = pair;
    return next.score();
  };
  switch (classes.eq36) {
    case 0:
      return std::max(with(1), with(2));
    case 1:
    case 2:
      return with(3);
    default:
      return with(4);
  }
}

int score(const Effective& v) {
  const Steps<3> reach = {v.of(kAV), v.of(kPR), v.of(kUI)};
  const Steps<2> complexity = {v.of(kAC), v.of(kAT)};
  const Steps<6> vulnerable = {v.of(kVC),          v.of(kVI),          v.of(kVA),
                               v.requirement(kCR), v.requirement(kIR), v.requirement(kAR)};
  const Steps<3> subsequent = {v.subsequent(kSC), v.subsequent(kSI), v.subsequent(kSA)};
  const bool harmless = std::ranges::all_of(subsequent, [](int it) { return it == 3; }) && vulnerable[0] == 2 &&
                        vulnerable[1] == 2 && vulnerable[2] == 2;
  if (harmless) return 0;

  const Classes here = {.eq1 = level_of_eq1(reach),
                        .eq2 = complexity[0] == 0 && complexity[1] == 0 ? 0 : 1,
                        .eq36 = level_of_eq36(vulnerable),
                        .eq4 = level_of_eq4(subsequent),
                        .eq5 = v.threat()};
  const int highest = here.score();
  Descent descent;
  const auto add = [&](int Classes::* member, int lowest, int steps, int depth) {
    if (here.*member == lowest) return;
    Classes next = here;
    ++(next.*member);
    descent.add(highest - next.score(), steps, depth);
  };
  const auto& eq1 = kEq1[static_cast<std::size_t>(here.eq1)];
  const auto& eq2 = kEq2[static_cast<std::size_t>(here.eq2)];
  const auto& eq36 = kEq36[static_cast<std::size_t>(here.eq36)];
  const auto& eq4 = kEq4[static_cast<std::size_t>(here.eq4)];
  add(&Classes::eq1, 2, steps_below(eq1, reach), eq1.depth);
  add(&Classes::eq2, 1, steps_below(eq2, complexity), eq2.depth);
  add(&Classes::eq4, 2, steps_below(eq4, subsequent), eq4.depth);
  add(&Classes::eq5, 2, 0, 1);
  if (here.eq36 != kPairs - 1) {
    descent.add(highest - next_of_eq36(here), steps_below(eq36, vulnerable), eq36.depth);
  }
  return descent.below(highest);
}

}  // namespace

std::span<const Metric> metrics_of_v4() { return kMetrics; }

CvssScores scores_of_v4(const CvssVector::Values& values, Asked asked) {
  CvssScores scores;
  scores.base = score({values, {}});
  if (asked.temporal) scores.temporal = score({values, {.temporal = true}});
  if (asked.environmental) scores.environmental = score({values, {.environmental = true}});
  const bool both = asked.temporal && asked.environmental;
  scores.overall = both ? score({values, asked}) : scores.temporal.value_or(scores.environmental.value_or(scores.base));
  return scores;
}

}  // namespace gatepost::risk::cvss
