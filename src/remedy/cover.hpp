// Which of many candidates to do first: greedy weighted set cover.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gatepost::remedy {

struct Candidate {
  std::vector<std::uint32_t> members;  // indices into the weights, each once
  std::int64_t cost = 1;               // above 0
};

struct Pick {
  std::uint32_t candidate = 0;
  std::vector<std::uint32_t> members;  // those that no earlier pick has
  std::int64_t value = 0;              // sum of their weights
};

// Always the candidate next whose members, as far as none before it has them, weigh most for its cost; of equal ones
// the one that weighs more, then the first. Candidates that bring nothing are not picked. n log n in the number of
// members.
std::vector<Pick> cover(std::span<const std::int64_t> weights, std::span<const Candidate> candidates);

}  // namespace gatepost::remedy
