// All patterns of a file in one automaton whose steps are whole path segments. Patterns with the same beginning share
// their states, so that a step costs what the few states in force cost, not what the rules cost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/string_pool.hpp"
#include "context/segment_glob.hpp"
#include "context/segment_pattern.hpp"

namespace gatepost::context::codeowners {

using StateId = std::uint32_t;
inline constexpr StateId kRoot = 0;

class SegmentAutomaton {
 public:
  explicit SegmentAutomaton(OwnersDialect dialect);

  // The state in which `pattern` ends; equal patterns end in the same one.
  StateId add(const SegmentPattern& pattern);
  [[nodiscard]] std::size_t size() const { return states_.size(); }
  // A state's parent; it has a smaller number.
  [[nodiscard]] StateId parent(StateId state) const { return parents_[state]; }
  // Once, after the last add(). The globs of a state will be tried in the order of their targets' `rank` (one for each
  // state), highest first.
  void finish(std::span<const std::uint32_t> rank);

  // One path segment, looked up once for all states.
  struct Segment {
    std::string_view text;
    std::string_view extension;  // from the last dot on, or ""
    TextId literal_id, extension_id;
    Letters letters;
  };
  [[nodiscard]] Segment look_up(std::string_view segment) const;

  // Calls f(target) for every state that `segment` leads to from `state` but by a glob; the loop of a globstar is not
  // among them.
  template <class F>
  void each_plain_target(StateId state, const Segment& segment, F f) const;
  // Calls f(target) for the globs of `state` that match, highest rank first, until worth(target) says that neither this
  // target nor those of lower rank are of interest.
  template <class Worth, class F>
  void each_glob_target(StateId state, const Segment& segment, Worth worth, F f) const;
  [[nodiscard]] std::size_t glob_count(StateId state) const { return states_[state].glob_count; }
  // True for the state of a `**`: it stays in force below.
  [[nodiscard]] bool loops(StateId state) const { return states_[state].loops; }
  // The state of the `**` that follows `state`, or kRoot when there is none.
  [[nodiscard]] StateId globstar(StateId state) const { return states_[state].globstar; }

 private:
  struct State {
    StateId any = kRoot, globstar = kRoot;  // kRoot: none, nothing leads back to the root
    std::uint32_t first_glob = 0, glob_count = 0;
    bool loops = false, has_literals = false, has_extensions = false;
  };
  struct GlobEdge {
    StateId from, to;
    SegmentGlobs::Id glob;
    Letters needs;
  };
  // Open addressing; `key` 0 is a free slot.
  struct Edge {
    std::uint64_t key = 0;
    StateId to = kRoot;
  };
  static std::uint64_t edge_key(StateId from, SegmentKind kind, TextId text) {
    return (std::uint64_t{from} << 34U) | (std::uint64_t{static_cast<std::uint32_t>(text)} << 2U) |
           static_cast<std::uint64_t>(kind);
  }
  [[nodiscard]] std::size_t slot_of(std::uint64_t key) const;
  [[nodiscard]] StateId follow(StateId from, SegmentKind kind, TextId text) const;
  StateId child(StateId from, const SegmentPattern::Segment& segment);
  StateId new_state(StateId parent);
  void remember(std::uint64_t key, StateId to);

  OwnersDialect dialect_;
  std::vector<State> states_;
  std::vector<StateId> parents_;
  StringPool texts_;
  SegmentGlobs globs_;
  std::vector<GlobEdge> glob_edges_;
  std::vector<Edge> edges_;
  std::size_t edge_count_ = 0;
};

template <class F>
void SegmentAutomaton::each_plain_target(StateId state, const Segment& segment, F f) const {
  const State& from = states_[state];
  if (from.has_literals && segment.literal_id != TextId::none) {
    if (const StateId to = follow(state, SegmentKind::literal, segment.literal_id)) f(to);
  }
  if (from.has_extensions && segment.extension_id != TextId::none) {
    if (const StateId to = follow(state, SegmentKind::extension, segment.extension_id)) f(to);
  }
  if (from.any != kRoot) f(from.any);
}

template <class Worth, class F>
void SegmentAutomaton::each_glob_target(StateId state, const Segment& segment, Worth worth, F f) const {
  const State& from = states_[state];
  const GlobEdge* const globs = glob_edges_.data() + from.first_glob;
  for (std::uint32_t i = 0; i < from.glob_count && worth(globs[i].to); ++i) {
    if (segment.letters.covers(globs[i].needs) && globs_.matches(globs[i].glob, segment.text)) f(globs[i].to);
  }
}

}  // namespace gatepost::context::codeowners
