#include "context/segment_automaton.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/hash.hpp"

namespace gatepost::context::codeowners {
namespace {

std::size_t hash_of(std::uint64_t key) {
  const auto bytes = std::bit_cast<std::array<char, sizeof key>>(key);
  return static_cast<std::size_t>(table_hash({bytes.data(), bytes.size()}));
}

}  // namespace

SegmentAutomaton::SegmentAutomaton(OwnersDialect dialect) : dialect_(dialect), edges_(64) { new_state(kRoot); }

StateId SegmentAutomaton::new_state(StateId parent) {
  states_.emplace_back();
  parents_.push_back(parent);
  return static_cast<StateId>(states_.size() - 1);
}

std::size_t SegmentAutomaton::slot_of(std::uint64_t key) const {
  const std::size_t mask = edges_.size() - 1;
  std::size_t slot = hash_of(key) & mask;
  while (edges_[slot].key != 0 && edges_[slot].key != key) slot = (slot + 1) & mask;
  return slot;
}

StateId SegmentAutomaton::follow(StateId from, SegmentKind kind, TextId text) const {
  return edges_[slot_of(edge_key(from, kind, text))].to;
}

void SegmentAutomaton::remember(std::uint64_t key, StateId to) {
  if (2 * ++edge_count_ > edges_.size()) {
    std::vector<Edge> old(2 * edges_.size());
    old.swap(edges_);
    for (const Edge& edge : old) {
      if (edge.key != 0) edges_[slot_of(edge.key)] = edge;
    }
  }
  edges_[slot_of(key)] = {key, to};
}

StateId SegmentAutomaton::child(StateId from, const SegmentPattern::Segment& segment) {
  if (segment.kind == SegmentKind::globstar) {
    if (states_[from].globstar == kRoot) {
      const StateId made = new_state(from);
      states_[made].loops = true;
      states_[from].globstar = made;
    }
    return states_[from].globstar;
  }
  if (segment.kind == SegmentKind::any) {
    if (states_[from].any == kRoot) {
      const StateId made = new_state(from);
      states_[from].any = made;
    }
    return states_[from].any;
  }
  const std::uint64_t key = edge_key(from, segment.kind, texts_.intern(segment.text));
  if (const StateId known = edges_[slot_of(key)].to; known != kRoot) return known;
  const StateId made = new_state(from);
  remember(key, made);
  if (segment.kind == SegmentKind::literal) states_[from].has_literals = true;
  if (segment.kind == SegmentKind::extension) states_[from].has_extensions = true;
  if (segment.kind == SegmentKind::glob) {
    const SegmentGlobs::Id glob = globs_.add(segment.text, dialect_);
    glob_edges_.push_back({from, made, glob, globs_.needs(glob)});
  }
  return made;
}

StateId SegmentAutomaton::add(const SegmentPattern& pattern) {
  StateId state = kRoot;
  for (std::size_t i = 0; i < pattern.size(); ++i) state = child(state, pattern.segment(i));
  return state;
}

void SegmentAutomaton::finish(std::span<const std::uint32_t> rank) {
  std::ranges::stable_sort(glob_edges_, [&](const GlobEdge& a, const GlobEdge& b) {
    return a.from != b.from ? a.from < b.from : rank[a.to] > rank[b.to];
  });
  for (std::uint32_t i = 0; i < glob_edges_.size(); ++i) {
    State& from = states_[glob_edges_[i].from];
    if (from.glob_count++ == 0) from.first_glob = i;
  }
}

SegmentAutomaton::Segment SegmentAutomaton::look_up(std::string_view segment) const {
  Segment found{
      .text = segment, .extension = {}, .literal_id = texts_.find(segment), .extension_id = {}, .letters = {}};
  if (const std::size_t dot = segment.rfind('.'); dot != std::string_view::npos) {
    found.extension = segment.substr(dot);
    found.extension_id = texts_.find(found.extension);
  }
  if (!glob_edges_.empty()) found.letters = letters_of(segment);
  return found;
}

}  // namespace gatepost::context::codeowners
