// Which patterns match anything at all among the files of a repository, and an example for each.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "context/owner_index.hpp"
#include "context/segment_automaton.hpp"

namespace gatepost::context::codeowners {

// Walks all files through an automaton without leaving anything out, unlike OwnerLookup, which stops looking for rules
// that cannot win.
class PathCoverage {
 public:
  // `sorted` are the paths of the files in byte order; they and the automaton must outlive this.
  PathCoverage(const SegmentAutomaton& automaton, const std::vector<std::string_view>& sorted);

  // The number, in `sorted`, of a path that a pattern with this end matches; empty when it matches none.
  [[nodiscard]] std::optional<std::size_t> example(const OwnerIndex::End& end) const;

 private:
  struct Level {
    std::size_t path_bytes;  // of the directory
    std::vector<StateId> states;
  };
  static constexpr std::size_t kNothing = static_cast<std::size_t>(-1);

  void add(std::string_view path, std::size_t number);
  void enter(std::string_view name, std::size_t path_bytes, std::size_t number);
  void reach(StateId state, std::vector<StateId>& states, std::size_t number);

  const SegmentAutomaton& automaton_;
  std::vector<std::size_t> file_, directory_;  // by state: the first path that reached it as file, as directory
  std::vector<Level> levels_;                  // the directories of the path that is looked at, the root first
  std::vector<std::uint64_t> seen_;
  std::uint64_t step_ = 0;
};

}  // namespace gatepost::context::codeowners
