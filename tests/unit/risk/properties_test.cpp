// What must hold of every score, tried on random findings. The seed is fixed, so that a failure comes again.
// GATEPOST_LONG_TESTS in the environment: a million checks instead of fifty thousand.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <random>
#include <tuple>

#include "risk/decision.hpp"
#include "risk/explain.hpp"
#include "risk/score.hpp"

using namespace gatepost;
using risk::RiskInput;

namespace {

constexpr std::uint32_t kSeed = 20'260'704;

std::size_t checks_to_do() { return std::getenv("GATEPOST_LONG_TESTS") != nullptr ? 1'000'000 : 50'000; }

class Findings {
 public:
  RiskInput next() {
    RiskInput it{.kind = static_cast<Kind>(below(kKindNames.size())), .severity_tenths = static_cast<int>(below(101))};
    it.has_cve = chance(2);
    if (chance(2)) it.epss_ppm = below(1'000'001);
    it.kev = chance(8);
    it.ransomware = it.kev && chance(4);
    it.maturity = any<Maturity>(kMaturityNames);
    if (chance(3)) it.automatable = chance(2);
    it.malicious = chance(20);
    if (chance(2)) it.secret_verified = chance(2);
    it.visibility = any<risk::Visibility>(risk::kVisibilityNames);
    it.secret_in_history_only = chance(3);
    it.likelihood = any<risk::Likelihood>(risk::kLikelihoodNames);
    it.top_25 = chance(4);
    it.reach = any<Reach>(kReachNames);
    it.scope = any<Scope>(kScopeNames);
    for (std::uint32_t i = 1 + below(4); i > 0; --i) it.confidences.push_back(any<Confidence>(kConfidenceNames));
    it.context = {any<Exposure>(kExposureNames),
                  any<Environment>(kEnvironmentNames),
                  any<Mitigation>(kMitigationNames),
                  any<Criticality>(kCriticalityNames),
                  {}};
    for (std::size_t i = 0; i < kDataClassNames.size(); ++i) {
      if (chance(6)) it.context.data.add(static_cast<DataClass>(i));
    }
    return it;
  }

  std::uint32_t below(std::size_t most) { return static_cast<std::uint32_t>(random_() % most); }
  bool chance(std::uint32_t one_in) { return below(one_in) == 0; }
  template <class Enum, std::size_t N>
  Enum any(const std::array<std::string_view, N>&) {
    return static_cast<Enum>(below(N));
  }

 private:
  std::mt19937 random_{kSeed};
};

// Two values of a table, the first not worth more than the second.
template <class Enum, std::size_t N>
std::pair<Enum, Enum> ordered(Findings& findings, const std::array<int, N>& table) {
  auto low = static_cast<Enum>(findings.below(N)), high = static_cast<Enum>(findings.below(N));
  if (table[static_cast<std::size_t>(low)] > table[static_cast<std::size_t>(high)]) std::swap(low, high);
  return {low, high};
}

// A finding and one of which one fact is worse.
using Pair = std::pair<RiskInput, RiskInput>;

Pair worsened(Findings& findings) {
  const risk::Tables& t = risk::built_in_tables();
  RiskInput low = findings.next();
  RiskInput high = low;
  switch (findings.below(16)) {
    case 0:
      high.severity_tenths = std::min(100, low.severity_tenths + static_cast<int>(findings.below(30)));
      break;
    case 1:
      low.epss_ppm = findings.below(500'001);
      high.epss_ppm = *low.epss_ppm + findings.below(500'000);
      break;
    case 2:
      low.kev = low.ransomware = high.ransomware = false;
      high.kev = true;
      break;
    case 3:
      low.kev = high.kev = high.ransomware = true;
      low.ransomware = false;
      break;
    case 4:
      std::tie(low.maturity, high.maturity) = ordered<Maturity>(findings, t.maturity);
      break;
    case 5:
      std::tie(low.likelihood, high.likelihood) = ordered<risk::Likelihood>(findings, t.likelihood);
      break;
    case 6:
      std::tie(low.context.exposure, high.context.exposure) = ordered<Exposure>(findings, t.exposure);
      break;
    case 7:
      std::tie(low.context.environment, high.context.environment) = ordered<Environment>(findings, t.environment);
      break;
    case 8:
      std::tie(low.context.mitigation, high.context.mitigation) = ordered<Mitigation>(findings, t.mitigation);
      break;
    case 9:
      std::tie(low.context.criticality, high.context.criticality) = ordered<Criticality>(findings, t.criticality);
      break;
    case 10:
      high.context.data.add(static_cast<DataClass>(findings.below(kDataClassNames.size())));
      break;
    case 11:
      low.malicious = false;
      high.malicious = true;
      break;
    case 12:
      low.top_25 = false;
      high.top_25 = true;
      break;
    case 13:
      std::tie(low.confidences[0], high.confidences[0]) = ordered<Confidence>(findings, t.confidence);
      break;
    case 14:
      high.confidences.push_back(findings.any<Confidence>(kConfidenceNames));
      break;
    default: {
      std::tie(low.reach, high.reach) = ordered<Reach>(findings, t.reach);
      const bool fills_in = low.reach == Reach::unknown || high.reach == Reach::unknown;
      if (fills_in && !is_dependency_kind(low.kind)) low.kind = high.kind = Kind::sca;
      break;
    }
  }
  return {low, high};
}

int tenths(const RiskInput& input) { return risk::score(input).effective_tenths; }

}  // namespace

TEST_CASE("properties: what is worse never scores less (P1, P2)") {
  Findings findings;
  for (std::size_t i = 0; i < checks_to_do(); ++i) {
    const auto [low, high] = worsened(findings);
    const int less = tenths(low), more = tenths(high);
    if (less <= more && more <= 1000) continue;  // a CHECK a time would take longer than the scores
    CAPTURE(i);
    CHECK(less <= more);
    CHECK(more <= 1000);
  }
}

TEST_CASE("properties: order and repetition of evidence do not matter (P3, P4)") {
  Findings findings;
  std::mt19937 shuffler(kSeed);
  for (std::size_t i = 0; i < checks_to_do() / 10; ++i) {
    const RiskInput input = findings.next();
    RiskInput shuffled = input;
    std::ranges::shuffle(shuffled.confidences, shuffler);
    REQUIRE(risk::score(input) == risk::score(shuffled));
    REQUIRE(risk::score(input) == risk::score(input));
  }
}

TEST_CASE("properties: an exemption takes the effective risk away and keeps the score (P5)") {
  Findings findings;
  for (std::size_t i = 0; i < checks_to_do() / 10; ++i) {
    RiskInput input = findings.next();
    const Risk counted = risk::score(input);
    input.exemption = static_cast<Exemption>(1 + findings.below(kExemptionNames.size() - 1));
    const Risk exempt = risk::score(input);
    REQUIRE(exempt.effective_tenths == 0);
    REQUIRE(exempt.raw_tenths == counted.raw_tenths);
    REQUIRE(exempt.score_tenths == counted.score_tenths);
  }
}

TEST_CASE("properties: what is known to be exploited is never below 45, but in development (P6)") {
  Findings findings;
  for (std::size_t i = 0; i < checks_to_do() / 10; ++i) {
    RiskInput input = findings.next();
    input.kev = true;
    if (input.severity_tenths == 0 || input.scope == Scope::dev || input.scope == Scope::test) continue;
    REQUIRE(tenths(input) >= 450);
  }
}

TEST_CASE("properties: not knowing lies between the best and the worst (P7, P10)") {
  const risk::Tables& t = risk::built_in_tables();
  const auto check = [](const auto& table) {
    const auto [least, most] = std::ranges::minmax(table);
    CHECK(least < table[0]);
    CHECK(table[0] < most);
  };
  check(t.reach);
  check(t.exposure);
  check(t.environment);
  check(t.criticality);
  check(t.visibility);
  check(t.confidence);
  check(t.likelihood);
}

TEST_CASE("properties: the score is the real square root, rounded half up (P8)") {
  Findings findings;
  for (std::size_t i = 0; i < checks_to_do() / 10; ++i) {
    const Risk risk = risk::score(findings.next());
    const RiskFactors& f = risk.factors;
    const long double product = static_cast<long double>(f.threat) * f.reach * f.exposure * f.environment *
                                f.mitigation * f.confidence * f.severity * f.business;
    const long double exact = std::sqrt(product / 1e12L) * 10;
    REQUIRE(std::abs(static_cast<long double>(risk.raw_tenths) - exact) <= 0.5L + 1e-6L);
  }
}

TEST_CASE("properties: a sum grows with every risk and is never below the highest (P3, P9)") {
  std::mt19937 random(kSeed);
  for (std::size_t i = 0; i < checks_to_do() / 50; ++i) {
    std::vector<std::uint16_t> scores(1 + random() % 12);
    for (auto& score : scores) score = static_cast<std::uint16_t>(random() % 1001);
    const std::int64_t sum = risk::aggregate_tenths(scores);
    REQUIRE(sum >= *std::ranges::max_element(scores));
    std::ranges::shuffle(scores, random);
    REQUIRE(risk::aggregate_tenths(scores) == sum);
    scores.push_back(static_cast<std::uint16_t>(random() % 1001));
    REQUIRE(risk::aggregate_tenths(scores) >= sum);
  }
}

TEST_CASE("properties: no decision is less urgent for a worse fact (P12)") {
  Findings findings;
  for (std::size_t i = 0; i < checks_to_do() / 10; ++i) {
    const auto [low, high] = worsened(findings);
    const auto less = risk::score(low).ssvc, more = risk::score(high).ssvc;
    if (!less || !more) continue;
    const bool criticality_unlike = low.context.criticality != high.context.criticality;
    const bool exposure_unlike = low.context.exposure != high.context.exposure;
    // SSVC takes who is not known to be inside for outside, and a service of unknown worth for one of high worth.
    if (criticality_unlike || exposure_unlike) continue;
    REQUIRE(less->decision <= more->decision);
  }
}

TEST_CASE("properties: the explanation adds up to the score (P13)") {
  Findings findings;
  for (std::size_t i = 0; i < checks_to_do() / 50; ++i) {
    const RiskInput input = findings.next();
    const Risk risk = risk::score(input);
    const auto factors = risk::explain(input);
    const risk::Bounds bounds = risk::bounds_of(input, risk);
    int tenths = std::max<int>(risk::raw_tenths(risk.factors), bounds.floor_tenths);
    if (bounds.dev_scope) tenths = std::min(tenths, risk::built_in_tables().cap_dev_tenths);
    REQUIRE(tenths == risk.score_tenths);
    REQUIRE(factors.size() == 8U + (bounds.floor_tenths > 0 ? 1 : 0) + (bounds.dev_scope ? 1 : 0));
  }
}
