#include "remedy/cover.hpp"

#include <queue>

namespace gatepost::remedy {
namespace {

// A candidate as it stood when it was put on the heap; its value may have fallen since.
struct Entry {
  std::int64_t value = 0, cost = 1;
  std::uint32_t candidate = 0;
  // Of a heap, whose greatest comes first.
  friend bool operator<(const Entry& a, const Entry& b) {
    const std::int64_t left = a.value * b.cost, right = b.value * a.cost;
    if (left != right) return left < right;
    if (a.value != b.value) return a.value < b.value;
    return a.candidate > b.candidate;
  }
};

// Which candidates have a member: lists one behind the other.
struct Index {
  std::vector<std::uint32_t> first, candidates;

  Index(std::size_t members, std::span<const Candidate> all) : first(members + 1) {
    for (const Candidate& it : all) {
      for (const std::uint32_t member : it.members) ++first[member + 1];
    }
    for (std::size_t i = 0; i < members; ++i) first[i + 1] += first[i];
    candidates.resize(first.back());
    std::vector<std::uint32_t> next = first;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      for (const std::uint32_t member : all[i].members) candidates[next[member]++] = i;
    }
  }
  [[nodiscard]] std::span<const std::uint32_t> of(std::uint32_t member) const {
    return std::span(candidates).subspan(first[member], first[member + 1] - first[member]);
  }
};

}  // namespace

std::vector<Pick> cover(std::span<const std::int64_t> weights, std::span<const Candidate> candidates) {
  const Index index(weights.size(), candidates);
  std::vector<std::int64_t> values(candidates.size());
  std::priority_queue<Entry> heap;
  for (std::uint32_t i = 0; i < candidates.size(); ++i) {
    for (const std::uint32_t member : candidates[i].members) values[i] += weights[member];
    heap.push({values[i], candidates[i].cost, i});
  }
  std::vector<bool> covered(weights.size());
  std::vector<Pick> picks;
  while (!heap.empty()) {
    const Entry best = heap.top();
    heap.pop();
    const std::int64_t value = values[best.candidate];
    if (value <= 0) continue;
    if (value < best.value) {
      heap.push({value, best.cost, best.candidate});
      continue;
    }
    Pick pick{best.candidate, {}, value};
    for (const std::uint32_t member : candidates[best.candidate].members) {
      if (covered[member]) continue;
      covered[member] = true;
      pick.members.push_back(member);
      for (const std::uint32_t other : index.of(member)) values[other] -= weights[member];
    }
    picks.push_back(std::move(pick));
  }
  return picks;
}

}  // namespace gatepost::remedy
