// Vectors of CVSS read and all of their scores computed, a second.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "risk/cvss.hpp"

namespace {

using gatepost::risk::CvssVector;

constexpr std::string_view kV31 =
    "CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:H/I:L/A:N/E:P/RL:O/RC:C/CR:L/IR:H/AR:M/MAV:A/MAC:H/MPR:N/MUI:N/"
    "MS:C/MC:L/MI:H/MA:H";
constexpr std::string_view kV40 =
    "CVSS:4.0/AV:N/AC:L/AT:P/PR:L/UI:A/VC:H/VI:L/VA:N/SC:L/SI:N/SA:H/E:P/CR:M/IR:L/AR:H/MAV:L/MAC:H/MAT:"
    "N/MPR:N/MUI:P/MVC:L/MVI:H/MVA:L/MSC:L/MSI:S/MSA:H/S:P/AU:Y/R:I/V:C/RE:H/U:Amber";

void score(benchmark::State& state, std::string_view vector) {
  for (auto _ : state) benchmark::DoNotOptimize(CvssVector::parse(vector)->scores().overall);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(score, v2, "AV:N/AC:M/Au:S/C:P/I:C/A:P/E:POC/RL:TF/RC:UR/CDP:LM/TD:M/CR:H/IR:L/AR:M");
BENCHMARK_CAPTURE(score, v31_base, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
BENCHMARK_CAPTURE(score, v31, kV31);
BENCHMARK_CAPTURE(score, v40_base, "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N");
BENCHMARK_CAPTURE(score, v40, kV40);

// Reading a vector as everybody does first: its metrics in a table, by name.
void split_metrics(benchmark::State& state, std::string_view vector) {
  for (auto _ : state) {
    std::unordered_map<std::string_view, std::string_view> metrics;
    for (std::string_view rest = vector; !rest.empty();) {
      const std::string_view metric = rest.substr(0, rest.find('/'));
      const std::size_t colon = metric.find(':');
      metrics.emplace(metric.substr(0, colon), metric.substr(colon + 1));
      rest.remove_prefix(std::min(rest.size(), metric.size() + 1));
    }
    benchmark::DoNotOptimize(metrics.size());
  }
}
BENCHMARK_CAPTURE(split_metrics, v31, kV31);
BENCHMARK_CAPTURE(split_metrics, v40, kV40);

}  // namespace
