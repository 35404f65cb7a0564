#include "risk/score.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gatepost::risk {
namespace {

// --- tables of risk model v1, in percent ---

// EPSS probability in parts per million -> 0 to 100, piecewise linear: the informative range spans four decades.
struct Breakpoint {
  std::uint32_t ppm, value;
};
constexpr std::array<Breakpoint, 10> kEpss = {{{0, 0},
                                               {100, 0},
                                               {300, 12},
                                               {1000, 25},
                                               {3000, 37},
                                               {10000, 50},
                                               {30000, 62},
                                               {100000, 75},
                                               {300000, 87},
                                               {1000000, 100}}};
constexpr int kThreatOfCve = 65;                       // a CVE that nobody has scored: as if EPSS were 1 %
constexpr int kThreatOfWeakness = 55;                  // no CVE, likelihood of the weakness unknown
constexpr int kThreatOfTop25 = 70;                     // at least, for the weaknesses of the CWE Top 25
constexpr int kThreatOfDast = 85, kThreatOfCspm = 80;  // at least: somebody saw it from outside
constexpr int kThreatOfKev = 95;

// CWE Top 25 of 2025, view 1435.
constexpr std::array<std::uint32_t, 25> kTop25 = {79,  89,  352, 862, 787, 22,  416, 125, 78,  94, 120, 434, 476,
                                                  121, 502, 122, 863, 20,  284, 200, 306, 918, 77, 639, 770};

int percent(Reach reach) {
  switch (reach) {
    case Reach::observed:
      return 100;
    case Reach::called:
      return 95;
    case Reach::loaded:
      return 90;
    case Reach::imported:
    case Reach::first_party:
      return 75;
    case Reach::unknown:
      return 60;
    case Reach::not_imported:
      return 35;
    case Reach::unreachable_loaded:
      return 30;
    case Reach::not_loaded:
      return 25;
    case Reach::test_only:
      return 20;
    case Reach::unreachable:
      return 15;
  }
  return 60;
}

int percent(Exposure exposure) {
  switch (exposure) {
    case Exposure::internet:
      return 100;
    case Exposure::external_restricted:
      return 85;
    case Exposure::unknown:
      return 75;
    case Exposure::internal:
      return 60;
    case Exposure::isolated:
      return 35;
  }
  return 75;
}

int percent(Environment environment) {
  switch (environment) {
    case Environment::production:
      return 100;
    case Environment::unknown:
      return 90;
    case Environment::staging:
      return 60;
    case Environment::development:
      return 40;
    case Environment::not_deployed:
      return 25;
  }
  return 90;
}

int percent(Mitigation mitigation) {
  switch (mitigation) {
    case Mitigation::none:
      return 100;
    case Mitigation::partial:
      return 75;
    case Mitigation::strong:
      return 50;
  }
  return 100;
}

int percent(Criticality criticality) {
  switch (criticality) {
    case Criticality::mission_critical:
      return 95;
    case Criticality::high:
      return 85;
    case Criticality::unknown:
      return 75;
    case Criticality::medium:
      return 65;
    case Criticality::low:
      return 50;
  }
  return 75;
}

// What the worst of them adds to the business factor.
int points(const DataClasses& data) {
  if (data.has(DataClass::payment) || data.has(DataClass::health) || data.has(DataClass::credentials)) return 15;
  if (data.has(DataClass::pii) || data.has(DataClass::financial)) return 10;
  return data.has(DataClass::confidential) || data.has(DataClass::internal) ? 5 : 0;
}

int percent(Confidence confidence) {
  switch (confidence) {
    case Confidence::confirmed:
      return 100;
    case Confidence::high:
      return 95;
    case Confidence::medium:
      return 80;
    case Confidence::unknown:
      return 75;
    case Confidence::low:
      return 50;
  }
  return 75;
}

constexpr int kSecretEnvironment = 100;  // a key works wherever the code runs
constexpr int kFloorMalicious = 950, kFloorVerifiedSecret = 850;
constexpr int kFloorKev = 450, kFloorKevReachable = 750, kFloorKevExposed = 900, kFloorKevElsewhere = 600;
constexpr int kReachableFrom = 60;
constexpr int kCapDevelopment = 400;

// --- factors ---

int epss_value(std::uint32_t ppm) {
  for (std::size_t i = 1; i < kEpss.size(); ++i) {
    if (ppm > kEpss[i].ppm) continue;
    const Breakpoint &from = kEpss[i - 1], &to = kEpss[i];
    return static_cast<int>(from.value + (to.value - from.value) * (ppm - from.ppm) / (to.ppm - from.ppm));
  }
  return 100;
}

int threat(const RiskInput& input) {
  if (input.malicious) return 100;
  if (input.kind == Kind::secret) return !input.secret_verified ? 70 : *input.secret_verified ? 100 : 10;
  int value = 0;
  if (input.epss_ppm) {
    value = 30 + 70 * epss_value(*input.epss_ppm) / 100;
  } else if (input.has_cve || is_dependency_kind(input.kind)) {
    value = kThreatOfCve;
  } else {
    const bool top =
        std::ranges::any_of(input.cwes, [](Cwe cwe) { return std::ranges::find(kTop25, cwe.number) != kTop25.end(); });
    value = top ? kThreatOfTop25 : kThreatOfWeakness;
  }
  if (input.kind == Kind::dast) value = std::max(value, kThreatOfDast);
  if (input.kind == Kind::cspm) value = std::max(value, kThreatOfCspm);
  return input.kev ? std::max(value, kThreatOfKev) : value;
}

}  // namespace

Reach known_reach(const RiskInput& input) {
  if (input.malicious || input.kind == Kind::secret) return Reach::observed;
  if (input.reach != Reach::unknown) return input.reach;
  if (input.kind == Kind::dast || input.kind == Kind::cspm) return Reach::observed;
  if (is_dependency_kind(input.kind)) return Reach::unknown;
  return input.has_flow ? Reach::called : Reach::first_party;
}

bool in_top_25(std::span<const Cwe> cwes) {
  return std::ranges::any_of(cwes, [](Cwe cwe) { return std::ranges::find(kTop25, cwe.number) != kTop25.end(); });
}

namespace {

// Engines are independent witnesses: noisy-or in parts per million, strongest first, floor at each step.
int confidence(const RiskInput& input) {
  std::vector<int> witnesses;
  bool confirmed = false;
  for (Confidence seen : input.confidences) {
    if (seen == Confidence::unknown && input.exact_package) seen = Confidence::high;
    confirmed |= seen == Confidence::confirmed;
    witnesses.push_back(percent(seen));
  }
  if (input.secret_verified == true || confirmed) return 100;
  if (witnesses.empty()) return percent(Confidence::unknown);
  std::ranges::sort(witnesses, std::greater{});
  std::int64_t doubt = 1'000'000;
  for (const int witness : witnesses) doubt = doubt * (100 - witness) / 100;
  return static_cast<int>(std::min<std::int64_t>(99, (1'000'000 - doubt) / 10'000));
}

RiskFactors factors_of(const RiskInput& input) {
  const bool secret = input.kind == Kind::secret;
  const auto byte = [](int value) { return static_cast<std::uint8_t>(value); };
  return {.threat = byte(threat(input)),
          .reach = byte(percent(known_reach(input))),
          .exposure = byte(percent(input.context.exposure)),
          .environment = byte(secret ? kSecretEnvironment : percent(input.context.environment)),
          .mitigation = byte(percent(input.context.mitigation)),
          .confidence = byte(confidence(input)),
          .severity = byte(input.severity_tenths),
          .business = byte(std::min(100, percent(input.context.criticality) + points(input.context.data)))};
}

int floor_tenths(const RiskInput& input, const RiskFactors& factors) {
  int floor = 0;
  if (input.malicious) floor = kFloorMalicious;
  if (input.kind == Kind::secret && input.secret_verified == true) floor = std::max(floor, kFloorVerifiedSecret);
  if (!input.kev) return floor;
  const bool elsewhere = input.context.environment == Environment::staging ||
                         input.context.environment == Environment::development ||
                         input.context.environment == Environment::not_deployed;
  const bool exposed =
      input.context.exposure == Exposure::internet || input.context.exposure == Exposure::external_restricted;
  const int kev = factors.reach < kReachableFrom ? kFloorKev
                  : elsewhere                    ? kFloorKevElsewhere
                  : exposed                      ? kFloorKevExposed
                                                 : kFloorKevReachable;
  return std::max(floor, kev);
}

bool is_capped(const RiskInput& input) {
  const bool development = input.scope == Scope::dev || input.scope == Scope::test;
  return development && !input.malicious && input.kind != Kind::secret;
}

std::uint64_t integer_root(std::uint64_t value) {
  auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(value)));
  while (root > 0 && root > value / root) --root;
  while ((root + 1) <= value / (root + 1)) ++root;
  return root;
}

Risk finish(const RiskInput& input, const RiskFactors& factors) {
  Risk risk{.factors = factors, .raw_tenths = raw_tenths(factors)};
  int tenths = risk.raw_tenths;
  if (factors.severity > 0) tenths = std::max(tenths, floor_tenths(input, factors));
  if (is_capped(input)) tenths = std::min(tenths, kCapDevelopment);
  risk.score_tenths = risk.effective_tenths = static_cast<std::uint16_t>(tenths);
  return risk;
}

}  // namespace

std::uint16_t raw_tenths(const RiskFactors& f) {
  // k/10 = sqrt(L × I) rounded half up: the largest k with (2k - 1)² × 10^10 <= 4 × product.
  const std::int64_t product = std::int64_t{f.threat} * f.reach * f.exposure * f.environment * f.mitigation *
                               f.confidence * f.severity * f.business;
  constexpr std::int64_t kScale = 10'000'000'000;
  std::int64_t low = 0, high = 1000;
  while (low < high) {
    const std::int64_t k = (low + high + 1) / 2;
    if ((2 * k - 1) * (2 * k - 1) * kScale <= 4 * product) {
      low = k;
    } else {
      high = k - 1;
    }
  }
  return static_cast<std::uint16_t>(low);
}

Risk score(const RiskInput& input) { return finish(input, factors_of(input)); }

std::int64_t aggregate_tenths(std::span<const std::uint16_t> scores) {
  std::uint64_t sum = 0;
  for (const std::uint64_t score : scores) {
    const std::uint64_t fourth = score * score * score * score;
    sum = sum > UINT64_MAX - fourth ? UINT64_MAX : sum + fourth;
  }
  return static_cast<std::int64_t>(std::min<std::uint64_t>(1000, integer_root(integer_root(sum))));
}

}  // namespace gatepost::risk
