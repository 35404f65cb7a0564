#include "context/path_coverage.hpp"

#include <algorithm>

namespace gatepost::context::codeowners {
namespace {

constexpr auto always = [](StateId) { return true; };

}  // namespace

PathCoverage::PathCoverage(const SegmentAutomaton& automaton, const std::vector<std::string_view>& sorted)
    : automaton_(automaton),
      file_(automaton.size(), kNothing),
      directory_(automaton.size(), kNothing),
      seen_(automaton.size()) {
  if (sorted.empty()) return;
  Level root{.path_bytes = 0, .states = {}};
  ++step_;
  reach(kRoot, root.states, 0);
  levels_.push_back(std::move(root));
  std::string_view before;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const std::string_view path = sorted[i];
    // Go up to the deepest directory that the two paths share.
    const auto same = static_cast<std::size_t>(std::ranges::mismatch(before, path).in1 - before.begin());
    while (levels_.back().path_bytes > 0 &&
           (levels_.back().path_bytes > same || path.size() <= levels_.back().path_bytes ||
            path[levels_.back().path_bytes] != '/')) {
      levels_.pop_back();
    }
    add(path, i);
    before = path;
  }
}

void PathCoverage::add(std::string_view path, std::size_t number) {
  std::size_t begin = levels_.back().path_bytes;
  if (begin > 0) ++begin;
  for (std::size_t slash = path.find('/', begin); slash != std::string_view::npos; slash = path.find('/', begin)) {
    enter(path.substr(begin, slash - begin), slash, number);
    begin = slash + 1;
  }
  const SegmentAutomaton::Segment segment = automaton_.look_up(path.substr(begin));
  const auto note = [&](StateId target) { file_[target] = std::min(file_[target], number); };
  for (const StateId state : levels_.back().states) {
    automaton_.each_plain_target(state, segment, note);
    automaton_.each_glob_target(state, segment, always, note);
  }
}

void PathCoverage::enter(std::string_view name, std::size_t path_bytes, std::size_t number) {
  Level below{.path_bytes = path_bytes, .states = {}};
  const SegmentAutomaton::Segment segment = automaton_.look_up(name);
  ++step_;
  const auto reached = [&](StateId target) { reach(target, below.states, number); };
  for (const StateId state : levels_.back().states) {
    if (automaton_.loops(state)) reached(state);
    automaton_.each_plain_target(state, segment, reached);
    automaton_.each_glob_target(state, segment, always, reached);
  }
  levels_.push_back(std::move(below));
}

void PathCoverage::reach(StateId state, std::vector<StateId>& states, std::size_t number) {
  if (seen_[state] == step_) return;
  seen_[state] = step_;
  directory_[state] = std::min(directory_[state], number);
  states.push_back(state);
  if (const StateId globstar = automaton_.globstar(state); globstar != kRoot) reach(globstar, states, number);
}

std::optional<std::size_t> PathCoverage::example(const OwnerIndex::End& end) const {
  if (end.never) return std::nullopt;
  const std::size_t file = end.cover == Cover::below ? kNothing : file_[end.state];
  const std::size_t directory = end.cover == Cover::exact ? kNothing : directory_[end.state];
  const std::size_t first = std::min(file, directory);
  return first == kNothing ? std::nullopt : std::optional(first);
}

}  // namespace gatepost::context::codeowners
