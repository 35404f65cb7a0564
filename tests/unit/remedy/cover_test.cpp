#include "remedy/cover.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <random>

#include "support/processor_time.hpp"

using namespace gatepost::remedy;

namespace {

// The definition, slowly.
std::vector<std::uint32_t> by_definition(std::vector<std::int64_t> weights, const std::vector<Candidate>& candidates) {
  std::vector<std::uint32_t> order;
  while (true) {
    std::int64_t best_value = 0, best_cost = 1;
    std::uint32_t best = 0;
    for (std::uint32_t i = 0; i < candidates.size(); ++i) {
      std::int64_t value = 0;
      for (const std::uint32_t member : candidates[i].members) value += weights[member];
      const std::int64_t left = value * best_cost, right = best_value * candidates[i].cost;
      if (left > right || (left == right && value > best_value)) {
        best_value = value;
        best_cost = candidates[i].cost;
        best = i;
      }
    }
    if (best_value == 0) return order;
    order.push_back(best);
    for (const std::uint32_t member : candidates[best].members) weights[member] = 0;
  }
}

}  // namespace

TEST_CASE("cover: value for cost decides, and nothing is counted twice") {
  const std::vector<std::int64_t> weights = {500, 300, 300, 100};
  const std::vector<Candidate> candidates = {{{0, 1, 2, 3}, 5}, {{0}, 1}, {{1, 2}, 1}, {{3, 2}, 3}};
  const auto picks = cover(weights, candidates);
  REQUIRE(picks.size() == 3);
  CHECK(picks[0].candidate == 2);
  CHECK(picks[0].value == 600);
  CHECK(picks[1].candidate == 1);
  CHECK(picks[2].candidate == 3);
  CHECK(picks[2].members == std::vector<std::uint32_t>{3});
  CHECK(picks[2].value == 100);
}

TEST_CASE("cover: is what the definition of greedy says, whatever overlaps") {
  std::mt19937 chance(20261121);
  const auto below = [&](std::uint32_t end) { return static_cast<std::uint32_t>(chance() % end); };
  for (int round = 0; round < 300; ++round) {
    std::vector<std::int64_t> weights(1 + below(20));
    for (std::int64_t& weight : weights) weight = 1 + below(50);
    std::vector<Candidate> candidates(1 + below(15));
    for (Candidate& it : candidates) {
      for (std::uint32_t member = 0; member < weights.size(); ++member) {
        if (below(3) == 0) it.members.push_back(member);
      }
      it.cost = 1 + below(8);
    }
    std::vector<std::uint32_t> order;
    for (const Pick& pick : cover(weights, candidates)) order.push_back(pick.candidate);
    REQUIRE(order == by_definition(weights, candidates));
  }
}

TEST_CASE("cover: 100,000 findings of one image and as many packages take no second") {
  std::vector<std::int64_t> weights(100'000);
  std::vector<Candidate> candidates = {{std::vector<std::uint32_t>(weights.size()), 90'000}};
  std::iota(candidates[0].members.begin(), candidates[0].members.end(), 0U);
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    weights[i] = 1 + i % 997;
    candidates.push_back({{i}, 1});
  }
  const gatepost::test::ProcessorTime time;
  const auto picks = cover(weights, candidates);
  CHECK(picks.size() > 1);
  CHECK(time.seconds() < 20);  // a quadratic one takes minutes
}
