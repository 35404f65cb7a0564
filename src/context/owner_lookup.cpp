#include <algorithm>
#include <array>

#include "base/hash.hpp"
#include "context/owner_index.hpp"

namespace gatepost::context::codeowners {
namespace {

constexpr std::size_t kMostPathBytes = 4096;
// What is remembered of directories is forgotten beyond this: a file made to keep thousands of states in force in every
// directory must not fill the memory.
constexpr std::size_t kMostRemembered = std::size_t{8} << 20;
constexpr std::size_t kMostDirectories = std::size_t{1} << 19;
constexpr std::size_t kFewestSlots = 64;
constexpr std::size_t kMostNameBytes = std::size_t{32} << 20;
// Directories with longer paths are not remembered, so that the cost of a path stays in proportion to its length.
constexpr std::size_t kLongestName = 256;
// A state with more globs than this has them tried once for a name.
constexpr std::size_t kManyGlobs = 16;
constexpr std::size_t kMemos = 4096;
constexpr std::size_t kMemoBytes = 256;  // longer names are not remembered

std::size_t last_slash(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? 0 : slash;
}
std::string_view last_segment(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

constexpr auto always = [](StateId) { return true; };

}  // namespace

OwnerLookup::OwnerLookup(const OwnerIndex& index)
    : index_(index),
      seen_(index.automaton().size()),
      best_(index.section_count()),
      claimed_(index.section_count() > 1 ? index.automaton().size() : 0) {
  forget();
}

// Leaves the root alone.
void OwnerLookup::forget() {
  names_.clear();
  slots_.assign(kFewestSlots, {});
  directories_.clear();
  states_.clear();
  claiming_.clear();
  last_path_.clear();
  last_directory_ = kRootDirectory;
  Directory root;
  reached_.clear();
  ++step_;
  reach_state(kRoot, root);
  states_ = reached_;
  root.state_count = static_cast<std::uint32_t>(states_.size());
  root.claim_count = static_cast<std::uint32_t>(claiming_.size());
  directories_.push_back(root);
}

OwnerLookup::Found OwnerLookup::find(std::string_view path) {
  rules_.clear();
  excluded_ = false;
  if (path.empty() || path.size() > kMostPathBytes) return {rules_, false};
  const std::string_view above = path.substr(0, last_slash(path));
  const std::size_t kept = above.size() <= kLongestName ? above.size() : last_slash(above.substr(0, kLongestName + 1));
  DirectoryId id = remembered(above.substr(0, kept));
  const std::array before = {directories_.size(), states_.size(), claiming_.size()};
  if (kept < above.size()) id = walk_down(id, above, kept, false);
  if (index_.section_count() == 1) {
    find_best(directories_[id], last_segment(path));
  } else {
    find_all(id, last_segment(path));
  }
  directories_.resize(before[0]);
  states_.resize(before[1]);
  claiming_.resize(before[2]);
  return {rules_, excluded_};
}

// The slot of `path`, or the free one where it belongs.
std::size_t OwnerLookup::slot_of(std::string_view path, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.directory == kRootDirectory) return i;
    if (slot.tag == static_cast<std::uint32_t>(hash >> 32U) && name_of(slot) == path) return i;
  }
}

// kRootDirectory also when it is not known.
OwnerLookup::DirectoryId OwnerLookup::known(std::string_view path) const {
  return path.empty() ? kRootDirectory : slots_[slot_of(path, table_hash(path))].directory;
}

void OwnerLookup::remember(DirectoryId id, std::string_view path) {
  if (directories_.size() > slots_.size() / 2) {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.directory != kRootDirectory) slots_[slot_of(name_of(slot), table_hash(name_of(slot)))] = slot;
    }
  }
  const std::uint64_t hash = table_hash(path);
  slots_[slot_of(path, hash)] = {.tag = static_cast<std::uint32_t>(hash >> 32U),
                                 .name = static_cast<std::uint32_t>(names_.size()),
                                 .name_size = static_cast<std::uint32_t>(path.size()),
                                 .directory = id};
  names_ += path;
}

OwnerLookup::DirectoryId OwnerLookup::remembered(std::string_view path) {
  if (path == last_path_) return last_directory_;
  const bool full = states_.size() + claiming_.size() > kMostRemembered || directories_.size() > kMostDirectories ||
                    names_.size() > kMostNameBytes;
  if (full) forget();
  DirectoryId id = known(path);
  if (id == kRootDirectory && !path.empty()) {
    std::size_t above = last_slash(path);  // bytes of the longest known directory
    while (above > 0 && known(path.substr(0, above)) == kRootDirectory) above = last_slash(path.substr(0, above));
    id = walk_down(known(path.substr(0, above)), path, above, true);
  }
  last_path_ = path;
  last_directory_ = id;
  return id;
}

// From directory `id`, the first `above` bytes of `path`, down to `path`.
OwnerLookup::DirectoryId OwnerLookup::walk_down(DirectoryId id, std::string_view path, std::size_t above, bool keep) {
  while (above < path.size()) {
    const std::size_t begin = above == 0 ? 0 : above + 1;
    above = std::min(path.find('/', begin), path.size());
    id = enter(id, path.substr(begin, above - begin));
    if (keep) remember(id, path.substr(0, above));
  }
  return id;
}

// One step down from `parent`. States that cannot lead to a better rule than the one inherited are left behind.
OwnerLookup::DirectoryId OwnerLookup::enter(DirectoryId parent, std::string_view name) {
  const Directory above = directories_[parent];
  Directory made{.parent = parent,
                 .inherited = above.inherited,
                 .first_state = static_cast<std::uint32_t>(states_.size()),
                 .first_claim = static_cast<std::uint32_t>(claiming_.size())};
  const SegmentAutomaton& automaton = index_.automaton();
  const SegmentAutomaton::Segment segment = automaton.look_up(name);
  reached_.clear();
  ++step_;
  for (std::uint32_t i = 0; i < above.state_count; ++i) {
    const StateId state = states_[above.first_state + i];
    if (automaton.loops(state)) reach_state(state, made);
    each_target(state, segment, always, [&](StateId target) { reach_state(target, made); });
  }
  for (const StateId state : reached_) {
    if (index_.reach(state) > made.inherited) states_.push_back(state);
  }
  made.state_count = static_cast<std::uint32_t>(states_.size()) - made.first_state;
  share_states(made, above);
  made.claim_count = static_cast<std::uint32_t>(claiming_.size()) - made.first_claim;
  directories_.push_back(made);
  return static_cast<DirectoryId>(directories_.size() - 1);
}

// Most directories keep the states of their parent in force.
void OwnerLookup::share_states(Directory& made, const Directory& above) {
  const auto states = [&](const Directory& it) { return std::span(states_).subspan(it.first_state, it.state_count); };
  if (!std::ranges::equal(states(made), states(above))) return;
  states_.resize(made.first_state);
  made.first_state = above.first_state;
}

void OwnerLookup::reach_state(StateId state, Directory& directory) {
  if (seen_[state] == step_) return;
  seen_[state] = step_;
  reached_.push_back(state);
  if (index_.section_count() == 1) {
    directory.inherited = std::max(directory.inherited, index_.directory_claim(state));
  } else if (!index_.directory_claims(state).empty()) {
    claiming_.push_back(state);
  }
  const StateId globstar = index_.automaton().globstar(state);
  if (globstar == kRoot || seen_[globstar] == step_) return;
  seen_[globstar] = step_;
  reached_.push_back(globstar);
}

template <class Worth, class F>
void OwnerLookup::each_target(StateId state, const SegmentAutomaton::Segment& segment, Worth worth, F f) {
  const SegmentAutomaton& automaton = index_.automaton();
  automaton.each_plain_target(state, segment, f);
  const std::size_t globs = automaton.glob_count(state);
  if (globs <= kManyGlobs || segment.text.size() > kMemoBytes) {
    if (globs > 0) automaton.each_glob_target(state, segment, worth, f);
    return;
  }
  if (memos_.empty()) memos_.resize(kMemos);
  Memo& memo = memos_[(table_hash(segment.text) + state) % kMemos];
  if (!memo.used || memo.state != state || memo.segment != segment.text) {
    memo.used = true;
    memo.state = state;
    memo.segment = segment.text;
    memo.targets.clear();
    automaton.each_glob_target(state, segment, always, [&](StateId target) { memo.targets.push_back(target); });
  }
  for (const StateId target : memo.targets) {
    if (!worth(target)) return;
    f(target);
  }
}

void OwnerLookup::find_best(const Directory& directory, std::string_view name) {
  Precedence best = directory.inherited;
  if (directory.state_count > 0) {
    const SegmentAutomaton::Segment segment = index_.automaton().look_up(name);
    const auto better = [&](StateId target) { return index_.file_claim(target) > best; };
    for (std::uint32_t i = 0; i < directory.state_count; ++i) {
      each_target(states_[directory.first_state + i], segment, better,
                  [&](StateId target) { best = std::max(best, index_.file_claim(target)); });
    }
  }
  excluded_ = best == kExcluded;
  if (best != kNoRule && !excluded_) rules_.push_back(best - 1);
}

void OwnerLookup::claim(std::span<const OwnerIndex::Claim> claims) {
  for (const OwnerIndex::Claim& it : claims) {
    Best& best = best_[it.section];
    if (best.look_up != look_up_) {
      best = {look_up_, it.precedence};
      touched_.push_back(it.section);
    } else {
      best.precedence = std::max(best.precedence, it.precedence);
    }
  }
}

void OwnerLookup::find_all(DirectoryId id, std::string_view name) {
  touched_.clear();
  ++look_up_;
  const Directory& directory = directories_[id];
  const SegmentAutomaton::Segment segment = index_.automaton().look_up(name);
  for (std::uint32_t i = 0; i < directory.state_count; ++i) {
    each_target(states_[directory.first_state + i], segment, always,
                [&](StateId target) { claim(index_.file_claims(target)); });
  }
  for (DirectoryId at = id;; at = directories_[at].parent) {
    const Directory& above = directories_[at];
    for (std::uint32_t i = 0; i < above.claim_count; ++i) {
      const StateId state = claiming_[above.first_claim + i];
      if (claimed_[state] == look_up_) continue;  // in a directory further down
      claimed_[state] = look_up_;
      claim(index_.directory_claims(state));
    }
    if (at == kRootDirectory) break;
  }
  std::ranges::sort(touched_);
  for (const std::uint32_t section : touched_) {
    const Precedence best = best_[section].precedence;
    excluded_ = excluded_ || best == kExcluded;
    if (best != kExcluded) rules_.push_back(best - 1);
  }
}

}  // namespace gatepost::context::codeowners
