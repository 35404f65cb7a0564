#include "risk/score.hpp"

#include "risk/explain.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "support/skip.hpp"

using namespace gatepost;
using risk::RiskInput;

namespace {

RiskInput sca(int severity) {
  return {.kind = Kind::sca, .severity_tenths = severity, .has_cve = true, .confidences = {Confidence::high}};
}

template <class Enum, std::size_t N>
Enum named(const std::array<std::string_view, N>& names, const std::string& name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return Enum{};
}

// The inputs of the shared vectors as far as this version of the model has them; nothing for those that need more.
std::optional<RiskInput> from_vector(const nlohmann::json& in) {
  for (const char* const later : {"vex", "state", "data_classes", "exploit_maturity", "malicious", "mitigation",
                                  "cwe_likelihood", "top25", "repo_visibility", "scope"}) {
    if (std::string(later) == "data_classes" && in.contains(later) && in[later].empty()) continue;
    if (std::string(later) == "scope" && in.contains(later) && in[later] != "dev" && in[later] != "test") continue;
    if (in.contains(later) && !in[later].is_null()) return std::nullopt;
  }
  RiskInput input{.kind = *parse_kind(in["category"].get<std::string>()), .severity_tenths = in["sev10"]};
  input.has_cve = in.contains("cve");
  if (in.contains("epss_ppm")) input.epss_ppm = in["epss_ppm"];
  input.kev = in.value("kev", false) && !in.value("kev_ransomware", false);
  if (in.value("kev_ransomware", false)) return std::nullopt;
  input.reach = named<Reach>(kReachNames, in.value("reach", "unknown"));
  input.context.exposure = named<Exposure>(kExposureNames, in.value("exposure", "unknown"));
  input.context.environment = named<Environment>(kEnvironmentNames, in.value("environment", "unknown"));
  input.context.criticality = named<Criticality>(kCriticalityNames, in.value("criticality", "unknown"));
  for (const auto& engine : in.value("engines", nlohmann::json::array())) {
    input.confidences.push_back(named<Confidence>(kConfidenceNames, engine.value("confidence", "unknown")));
  }
  return input;
}

}  // namespace

TEST_CASE("risk: a critical of which nothing else is known is a medium") {
  const Risk risk = risk::score(sca(98));
  CHECK(risk.factors.threat == 65);
  CHECK(risk.factors.reach == 60);
  CHECK(risk.factors.exposure == 75);
  CHECK(risk.factors.environment == 90);
  CHECK(risk.factors.mitigation == 100);
  CHECK(risk.factors.confidence == 95);
  CHECK(risk.factors.business == 75);
  CHECK(risk.score_tenths == 429);
  CHECK(band_for_tenths(risk.score_tenths) == Band::medium);
}

TEST_CASE("risk: the score is the exact square root, rounded half up") {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> percent(0, 100);
  const auto pick = [&] { return static_cast<std::uint8_t>(percent(random)); };
  for (int i = 0; i < 20000; ++i) {
    const RiskFactors f{pick(), pick(), pick(), pick(), pick(), pick(), pick(), pick()};
    const long double likelihood =
        static_cast<long double>(f.threat) * f.reach * f.exposure * f.environment * f.mitigation * f.confidence / 1e10L;
    const long double impact = static_cast<long double>(f.severity) * f.business / 100;
    const long double exact = std::sqrt(likelihood * impact) * 10;
    CHECK(std::abs(static_cast<long double>(risk::raw_tenths(f)) - exact) <= 0.5L + 1e-9L);
  }
}

TEST_CASE("risk: no factor lowers the score by growing") {
  std::mt19937 random(2);
  std::uniform_int_distribution<int> percent(0, 99);
  const auto pick = [&] { return static_cast<std::uint8_t>(percent(random)); };
  constexpr std::uint8_t RiskFactors::* kMembers[] = {
      &RiskFactors::threat,     &RiskFactors::reach,      &RiskFactors::exposure, &RiskFactors::environment,
      &RiskFactors::mitigation, &RiskFactors::confidence, &RiskFactors::severity, &RiskFactors::business};
  for (int i = 0; i < 5000; ++i) {
    const RiskFactors f{pick(), pick(), pick(), pick(), pick(), pick(), pick(), pick()};
    for (const auto member : kMembers) {
      RiskFactors more = f;
      ++(more.*member);
      CHECK(risk::raw_tenths(more) >= risk::raw_tenths(f));
    }
  }
}

TEST_CASE("risk: no severity means no risk, whatever else there is") {
  RiskInput input = sca(0);
  input.kev = true;
  CHECK(risk::score(input).score_tenths == 0);
}

TEST_CASE("risk: what is known to be exploited never falls below its floor") {
  RiskInput input = sca(30);
  input.kev = true;
  CHECK(risk::score(input).score_tenths == 750);
  input.reach = Reach::not_loaded;
  CHECK(risk::score(input).score_tenths == 450);
  input.reach = Reach::called;
  input.context.exposure = Exposure::internet;
  CHECK(risk::score(input).score_tenths == 900);
  input.context.environment = Environment::staging;
  CHECK(risk::score(input).score_tenths == 600);
}

TEST_CASE("risk: a dependency of tests is capped, a malicious one is not") {
  RiskInput input = sca(98);
  input.scope = Scope::dev;
  input.reach = Reach::called;
  input.context = {Exposure::internet, Environment::production, Mitigation::none, Criticality::mission_critical};
  CHECK(risk::score(input).score_tenths == 400);
  CHECK(risk::score(input).raw_tenths > 400);
  input.malicious = true;
  CHECK(risk::score(input).score_tenths >= 950);
}

TEST_CASE("risk: a secret that works is critical, one that was revoked is hardly a risk") {
  RiskInput input{.kind = Kind::secret, .severity_tenths = 80};
  const int untried = risk::score(input).score_tenths;
  input.secret_verified = true;
  CHECK(risk::score(input).score_tenths >= 850);
  input.secret_verified = false;
  CHECK(risk::score(input).score_tenths < untried);
}

TEST_CASE("risk: a second engine makes surer, in any order") {
  RiskInput one = sca(80), two = sca(80), reversed = sca(80);
  one.confidences = {Confidence::medium};
  two.confidences = {Confidence::medium, Confidence::low};
  reversed.confidences = {Confidence::low, Confidence::medium};
  CHECK(risk::score(one).factors.confidence == 80);
  CHECK(risk::score(two).factors.confidence == 90);
  CHECK(risk::score(two) == risk::score(reversed));
}

TEST_CASE("risk: the explanation names every factor, and none of them adds risk by being known") {
  const auto factors = risk::explain(sca(98));
  REQUIRE(factors.size() == 8);
  CHECK(factors[0].name == "severity");
  for (const Factor& factor : factors) {
    CAPTURE(factor.name);
    CHECK(factor.effect_tenths >= 0);
    CHECK_FALSE(factor.because.empty());
  }
  CHECK(factors[3].value == "unknown (75 %)");
}

TEST_CASE("risk: sums of fourth powers grow with every score and never fall below the highest") {
  CHECK(risk::aggregate_tenths({}) == 0);
  CHECK(risk::aggregate_tenths(std::vector<std::uint16_t>{777}) == 777);
  CHECK(risk::aggregate_tenths(std::vector<std::uint16_t>(10, 400)) == 711);
  std::vector<std::uint16_t> scores(10, 400);
  scores.push_back(900);
  CHECK(risk::aggregate_tenths(scores) == 977);
  CHECK(risk::aggregate_tenths(std::vector<std::uint16_t>(10, 200)) < 360);
  CHECK(risk::aggregate_tenths(std::vector<std::uint16_t>(1000, 1000)) == 1000);
}

TEST_CASE("risk: the worked examples that this version of the model covers") {
  const auto shared = test::shared_folder();
  if (!shared) return;
  std::ifstream file(*shared + "/vectors/risk.json");
  const auto vectors = nlohmann::json::parse(file);
  int checked = 0;
  const auto check = [&](const nlohmann::json& in, double score) {
    const auto input = from_vector(in);
    if (!input) return;
    CAPTURE(in.dump());
    CHECK(risk::score(*input).score_tenths == std::lround(score * 10));
    ++checked;
  };
  for (const auto& example : vectors["examples"]) check(example["input"], example["expected"]["score"]);
  for (const auto& item : vectors["funnel_cohort_example"]["items"]) check(item["input"], item["expected"]["score"]);
  CHECK(checked >= 1);
  MESSAGE(checked, " examples checked");
}
