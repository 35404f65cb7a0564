// Parts of CODEOWNERS matching; acceptance/codeowners_acceptance.cpp measures whole runs.
#include <benchmark/benchmark.h>

#include <string>

#include "context/owners.hpp"
#include "support/codeowners_data.hpp"

namespace {

using namespace gatepost;
using namespace gatepost::bench;

context::CodeOwners compiled(std::string text, OwnersDialect dialect = OwnersDialect::github) {
  return {{.path = "CODEOWNERS", .text = std::move(text)}, dialect};
}

void parse(benchmark::State& state, OwnersDialect dialect) {
  const std::string text = codeowners_of_monorepo();
  for (auto _ : state) {
    benchmark::DoNotOptimize(context::codeowners::parse({.path = "CODEOWNERS", .text = text}, dialect));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK_CAPTURE(parse, github, OwnersDialect::github)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parse, gitlab, OwnersDialect::gitlab)->Unit(benchmark::kMillisecond);

void compile(benchmark::State& state) {
  const auto file =
      context::codeowners::parse({.path = "CODEOWNERS", .text = codeowners_of_monorepo()}, OwnersDialect::github);
  for (auto _ : state) benchmark::DoNotOptimize(context::codeowners::OwnerIndex(file));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * file.rules.size()));
}
BENCHMARK(compile)->Unit(benchmark::kMillisecond);

// One path after the other, directories remembered from the first time round.
void find(benchmark::State& state, const std::string& text, OwnersDialect dialect) {
  const Paths paths = paths_of_monorepo(20'000).sorted();
  const context::CodeOwners owners = compiled(text, dialect);
  context::OwnershipLookup lookup(owners);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(lookup.find(paths[i]).rules.size());
    i = i + 1 == paths.size() ? 0 : i + 1;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(find, monorepo, codeowners_of_monorepo(), OwnersDialect::github);
BENCHMARK_CAPTURE(find, monorepo_gitlab, codeowners_of_monorepo(), OwnersDialect::gitlab);
BENCHMARK_CAPTURE(find, floating_globs, floating_globs(5000), OwnersDialect::github);

void owners_for(benchmark::State& state) {
  const Paths paths = paths_of_monorepo(20'000).sorted();
  const context::CodeOwners owners = compiled(codeowners_of_monorepo());
  context::OwnershipLookup lookup(owners);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(lookup.owners_for(paths[i]).size());
    i = i + 1 == paths.size() ? 0 : i + 1;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(owners_for);

}  // namespace
