#include "risk/score.hpp"

#include "risk/described.hpp"
#include "risk/explain.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <random>
#include <sstream>

#include "doc/json.hpp"
#include "support/skip.hpp"

using namespace gatepost;
using risk::RiskInput;

namespace {

RiskInput sca(int severity) {
  return {.kind = Kind::sca, .severity_tenths = severity, .has_cve = true, .confidences = {Confidence::high}};
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

TEST_CASE("risk: every worked example has exactly the expected factors, score and decision") {
  const auto shared = test::shared_folder();
  if (!shared) return;
  std::ifstream file(*shared + "/vectors/risk.json");
  std::stringstream text;
  text << file.rdbuf();
  const auto document = doc::parse_json(text.str(), "risk.json");
  REQUIRE(document.ok());
  const doc::View root = document->root();
  const auto scored = [](doc::View described) {
    const auto input = risk::described_input(described.at("input"));
    REQUIRE(input.ok());
    return std::pair(*input, risk::score(*input));
  };
  const auto tenths = [](doc::View points) { return std::lround(points.number().value() * 10); };
  for (const doc::View example : root.at("examples").items()) {
    const std::string id(example.at("id").text());
    CAPTURE(id);
    const auto [input, risk] = scored(example);
    const doc::View expected = example.at("expected");
    const RiskFactors& f = risk.factors;
    const std::array<std::pair<const char*, int>, 8> factors = {{{"T", f.threat},
                                                                 {"rho", f.reach},
                                                                 {"eps", f.exposure},
                                                                 {"eta", f.environment},
                                                                 {"mu", f.mitigation},
                                                                 {"c", f.confidence},
                                                                 {"sev10", f.severity},
                                                                 {"beta", f.business}}};
    for (const auto& [name, value] : factors) CHECK_MESSAGE(expected.at(name).integer() == value, name);
    CHECK(std::abs(static_cast<double>(risk::likelihood_hundredths(f)) / 100 - *expected.at("likelihood").number()) <=
          0.01);
    CHECK(std::abs(static_cast<double>(risk::impact_hundredths(f)) / 100 - *expected.at("impact").number()) <= 0.01);
    CHECK(risk.raw_tenths == tenths(expected.at("raw")));
    CHECK(risk.score_tenths == tenths(expected.at("score")));
    CHECK(risk.effective_tenths == tenths(expected.at("effective")));
    CHECK(to_string(band_for_tenths(risk.effective_tenths)) == expected.at("band").text());
    const risk::Bounds bounds = risk::bounds_of(input, risk);
    CHECK(bounds.floor_tenths == tenths(expected.at("floor")));
    CHECK(bounds.reasons.size() == expected.at("floor_reason").size());
    CHECK(bounds.dev_scope == (expected.at("cap").text() == "dev_scope"));
    const doc::View ssvc = expected.at("ssvc");
    REQUIRE(risk.ssvc.has_value() == ssvc.is_object());
    if (risk.ssvc) CHECK(to_string(risk.ssvc->decision) == ssvc.at("decision").text());
  }
  for (const doc::View item : root.at("funnel_cohort_example").at("items").items()) {
    const auto [input, risk] = scored(item);
    CHECK(risk.score_tenths == tenths(item.at("expected").at("score")));
    CHECK(to_string(risk.ssvc.value().decision) == item.at("expected").at("decision").text());
  }
}

TEST_CASE("risk: what a vector leaves unsaid about automation is not guessed") {
  CHECK(risk::automatable_by("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H") == true);
  CHECK(risk::automatable_by("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H") == false);
  CHECK(risk::automatable_by("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N") == false);
  CHECK_FALSE(risk::automatable_by("AV:N/AC:L/Au:N/C:P/I:P/A:P").has_value());
  CHECK(risk::total_impact_by("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:H") == false);
  CHECK(risk::total_impact_by("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N") == true);
}

TEST_CASE("risk: a secret counts by who can read the repository, and less in the history alone") {
  RiskInput input{.kind = Kind::secret, .severity_tenths = 80, .visibility = risk::Visibility::private_repository};
  CHECK(risk::score(input).factors.exposure == 65);
  input.context.exposure = Exposure::internet;
  CHECK(risk::score(input).factors.exposure == 65);
  CHECK(risk::score(input).factors.reach == 100);
  input.secret_in_history_only = true;
  CHECK(risk::score(input).factors.reach == 90);
}

TEST_CASE("risk: the story names what moves the band, and it does") {
  const RiskInput input = sca(98);
  const RiskStory story = risk::story(input);
  CHECK(story.line.starts_with("42.9 medium = sqrt(25.0 likelihood x 73.5 impact)"));
  REQUIRE_FALSE(story.moves.empty());
  for (const Move& move : story.moves) {
    CAPTURE(move.fact);
    CHECK(move.band != Band::medium);
    CHECK(move.band == band_for_tenths(move.tenths));
  }
}

TEST_CASE("risk: what does not apply has no decision and nothing that would move it") {
  RiskInput input = sca(98);
  input.exemption = Exemption::vex_not_affected;
  const Risk risk = risk::score(input);
  CHECK(risk.score_tenths == 429);
  CHECK(risk.effective_tenths == 0);
  CHECK_FALSE(risk.ssvc.has_value());
  CHECK(risk::story(input).moves.empty());
}
