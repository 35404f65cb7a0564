// Correlation against sorting the same keys: nothing that looks at every statement can be faster than ordering them.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "correlate/across.hpp"
#include "model/alias_graph.hpp"

namespace {

using gatepost::Kind;
using gatepost::correlate::Statement;

// Two tools over a thousand files; every third statement has a counterpart.
struct Data {
  std::vector<std::string> files;
  std::vector<Statement> statements;
};

Data data(std::uint32_t count) {
  Data all;
  for (int i = 0; i < 1000; ++i) all.files.push_back("src/module" + std::to_string(i * 7919 % 1000) + "/file.py");
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool first = i % 2 == 0;
    const std::uint32_t pair = i / 2;
    all.statements.push_back({.kind = Kind::sast,
                              .engine = first ? "bandit" : "codeql",
                              .rule = first ? "B608" : "py/sql-injection",
                              .report = first ? 0U : 1U,
                              .path = all.files[pair % 1000],
                              .first_line = pair / 1000 * 10 + (pair % 3 == 0 || first ? 1 : 5),
                              .last_line = pair / 1000 * 10 + (pair % 3 == 0 || first ? 1 : 5),
                              .cwes = {{89}}});
  }
  return all;
}

void sort_keys(benchmark::State& state) {
  const Data all = data(static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) {
    std::vector<std::uint32_t> order(all.statements.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, {}, [&](std::uint32_t i) {
      const Statement& it = all.statements[i];
      return std::tuple(it.path, it.first_line, it.engine, i);
    });
    benchmark::DoNotOptimize(order.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(sort_keys)->Arg(100'000)->Arg(200'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void correlate_code(benchmark::State& state) {
  const Data all = data(static_cast<std::uint32_t>(state.range(0)));
  std::size_t issues = 0;
  for (auto _ : state) issues = gatepost::correlate::correlate(all.statements).issues.size();
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["issues"] = static_cast<double>(issues);
}
BENCHMARK(correlate_code)->Arg(100'000)->Arg(200'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

// 300,000 advisories with three names each.
std::vector<std::string> names_of_advisories() {
  std::vector<std::string> names;
  for (int i = 0; i < 300'000; ++i)
    for (const char* prefix : {"CVE-2024-", "GHSA-", "SNYK-"}) names.push_back(prefix + std::to_string(i));
  return names;
}

void alias_graph(benchmark::State& state) {
  const std::vector<std::string> names = names_of_advisories();
  for (auto _ : state) {
    gatepost::AliasGraph graph;
    for (std::size_t i = 0; i < names.size(); i += 3) {
      const std::string_view ids[] = {names[i], names[i + 1], names[i + 2]};
      graph.declare(ids);
    }
    graph.build();
    benchmark::DoNotOptimize(graph.conflicts().data());
  }
}
BENCHMARK(alias_graph)->Unit(benchmark::kMillisecond);

// Telling names apart with the table that everybody has: each name once.
void number_names(benchmark::State& state) {
  const std::vector<std::string> names = names_of_advisories();
  for (auto _ : state) {
    std::unordered_map<std::string, std::uint32_t> numbers;
    for (const std::string& name : names) numbers.try_emplace(name, static_cast<std::uint32_t>(numbers.size()));
    benchmark::DoNotOptimize(numbers.size());
  }
}
BENCHMARK(number_names)->Unit(benchmark::kMillisecond);

}  // namespace
