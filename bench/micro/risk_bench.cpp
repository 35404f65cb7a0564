// The score of one finding, of inputs as different as those of a large report.
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <vector>

#include "risk/score.hpp"

namespace {

using namespace gatepost;

std::vector<risk::RiskInput> inputs() {
  std::mt19937 random(1);
  const auto below = [&](unsigned most) { return static_cast<unsigned>(random()) % most; };
  std::vector<risk::RiskInput> all(4096);
  for (risk::RiskInput& input : all) {
    input.kind = below(2) == 0 ? Kind::sca : Kind::sast;
    input.severity_tenths = static_cast<int>(below(101));
    input.has_cve = input.kind == Kind::sca;
    if (input.has_cve && below(4) != 0) input.epss_ppm = below(1'000'001);
    input.kev = below(50) == 0;
    if (!input.has_cve) input.cwes = {{below(1400)}};
    input.reach = static_cast<Reach>(below(kReachNames.size()));
    input.context.exposure = static_cast<Exposure>(below(kExposureNames.size()));
    input.context.environment = static_cast<Environment>(below(kEnvironmentNames.size()));
    input.context.criticality = static_cast<Criticality>(below(kCriticalityNames.size()));
    input.confidences.assign(1 + below(3), Confidence::high);
  }
  return all;
}

void score(benchmark::State& state) {
  const std::vector<risk::RiskInput> all = inputs();
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(risk::score(all[i]).score_tenths);
    i = i + 1 == all.size() ? 0 : i + 1;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(score);

// The least that a score takes: its product and the root of it, in floating point.
void bare_root(benchmark::State& state) {
  std::vector<RiskFactors> all;
  for (const risk::RiskInput& input : inputs()) all.push_back(risk::score(input).factors);
  std::size_t i = 0;
  for (auto _ : state) {
    const RiskFactors& f = all[i];
    const double product = double{1} * f.threat * f.reach * f.exposure * f.environment * f.mitigation * f.confidence *
                           f.severity * f.business;
    benchmark::DoNotOptimize(std::sqrt(product));
    i = i + 1 == all.size() ? 0 : i + 1;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bare_root);

}  // namespace
