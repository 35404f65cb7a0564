#include "git/rename.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <unordered_map>

#include "base/hash.hpp"
#include "git/tree_cursor.hpp"

namespace gatepost::git {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
constexpr int kAlternatives = 100;  // how many identical sources are looked at for one with the same name

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// What makes two files interchangeable: the content, and for all but regular files the mode.
struct Content {
  ObjectId id;
  std::uint32_t mode = 0;
  friend bool operator==(const Content&, const Content&) = default;
};
struct ContentHash {
  std::size_t operator()(const Content& it) const { return ObjectIdHash()(it.id) ^ it.mode; }
};
Content content_of(const LoneFile& file) { return {file.id, is_regular(file.mode) ? 0 : file.mode}; }

struct NameHash {
  std::size_t operator()(std::string_view name) const { return table_hash(name); }
};

// Sources by content, in their order, each list linked so that taking one out is cheap however many are alike.
class SourcesByContent {
 public:
  explicit SourcesByContent(const std::vector<LoneFile>& sources) : sources_(sources), next_(sources.size(), kNone) {
    for (std::size_t i = sources.size(); i-- > 0;) {
      std::uint32_t& first = first_.try_emplace(content_of(sources[i]), kNone).first->second;
      next_[i] = first;
      first = static_cast<std::uint32_t>(i);
    }
  }

  std::optional<std::uint32_t> take(const LoneFile& target) {
    const auto list = first_.find(content_of(target));
    if (list == first_.end() || list->second == kNone) return std::nullopt;
    std::uint32_t* chosen = &list->second;
    std::uint32_t* link = &list->second;
    for (int i = 0; i < kAlternatives && *link != kNone; ++i, link = &next_[*link]) {
      if (file_name(sources_[*link].path) != file_name(target.path)) continue;
      chosen = link;
      break;
    }
    const std::uint32_t source = *chosen;
    *chosen = next_[source];
    return source;
  }

 private:
  const std::vector<LoneFile>& sources_;
  std::unordered_map<Content, std::uint32_t, ContentHash> first_;
  std::vector<std::uint32_t> next_;
};

// A possible rename; better ones have a higher score, among equals the same file name.
struct Candidate {
  std::uint32_t source = kNone, target = kNone;
  std::uint32_t score = 0;
  bool same_name = false;
};

// Negative when `a` is better, positive when it is worse. A free place is worse than anything.
int compare(const Candidate& a, const Candidate& b) {
  if (a.target == kNone || b.target == kNone) return static_cast<int>(a.target == kNone) - (b.target == kNone ? 1 : 0);
  if (a.score != b.score) return a.score > b.score ? -1 : 1;
  return static_cast<int>(b.same_name) - static_cast<int>(a.same_name);
}

// The best sources of one target. Ties are decided by place, so how places are filled is part of git's answer: a new
// candidate takes the first of the worst places, if it is better than what stands there.
class Shortlist {
 public:
  void offer(const Candidate& candidate) {
    const auto worst = std::ranges::max_element(places_, [](auto& a, auto& b) { return compare(a, b) < 0; });
    if (compare(*worst, candidate) > 0) *worst = candidate;
  }
  [[nodiscard]] const std::array<Candidate, 4>& places() const { return places_; }

 private:
  std::array<Candidate, 4> places_;
};

// Which sources have a piece: a list for each hash.
class PieceIndex {
 public:
  struct Entry {
    std::uint32_t source, bytes;
  };
  PieceIndex(const std::vector<LoneFile>& sources, const std::vector<std::uint32_t>& chosen)
      : begin_(kPieceHashes + 1) {
    const auto each = [&](auto action) {
      for (const std::uint32_t source : chosen) {
        if (sources[source].pieces == nullptr) continue;
        for (const Piece& piece : *sources[source].pieces) action(source, piece);
      }
    };
    each([&](std::uint32_t, const Piece& piece) { ++begin_[piece.hash + 1]; });
    for (std::size_t i = 1; i < begin_.size(); ++i) begin_[i] += begin_[i - 1];
    entries_.resize(begin_.back());
    std::vector<std::size_t> end(begin_.begin(), begin_.end() - 1);
    each([&](std::uint32_t source, const Piece& piece) { entries_[end[piece.hash]++] = {source, piece.bytes}; });
  }
  [[nodiscard]] std::span<const Entry> of(std::uint32_t hash) const {
    return std::span(entries_).subspan(begin_[hash], begin_[hash + 1] - begin_[hash]);
  }

 private:
  std::vector<std::size_t> begin_;  // of each hash's entries
  std::vector<Entry> entries_;
};

class Matcher {
 public:
  Matcher(const std::vector<LoneFile>& sources, const std::vector<LoneFile>& targets, const SimilarLimits& limits)
      : sources_(sources),
        targets_(targets),
        limits_(limits),
        open_sources_(sources.size(), true),
        open_targets_(targets.size(), true) {}

  SimilarFiles match() {
    pair_unique_names();
    sources_left_ = open_of(open_sources_);
    targets_left_ = open_of(open_targets_);
    const std::uint64_t pairs = std::uint64_t{sources_left_.size()} * targets_left_.size();
    if (pairs == 0) return std::move(found_);
    shared_.assign(sources_.size(), 0);
    const PieceIndex index(sources_, sources_left_);
    const bool all = pairs <= limits_.all_pairs_side * limits_.all_pairs_side;
    if (all ? score_all(index) : score_likely(index)) {
      choose();
    } else {
      found_.cut = true;
    }
    return std::move(found_);
  }

 private:
  static std::vector<std::uint32_t> open_of(const std::vector<bool>& open) {
    std::vector<std::uint32_t> indices;
    for (std::uint32_t i = 0; i < open.size(); ++i) {
      if (open[i]) indices.push_back(i);
    }
    return indices;
  }

  [[nodiscard]] static bool comparable(const LoneFile& file) { return file.pieces != nullptr; }

  void take(std::uint32_t source, std::uint32_t target, std::uint32_t score) {
    found_.renames.push_back({source, target, score});
    open_sources_[source] = false;
    open_targets_[target] = false;
  }

  void pair_unique_names();
  bool score_all(const PieceIndex& index);
  bool score_likely(const PieceIndex& index);
  bool score_likely(const PieceIndex& index, std::uint32_t target);
  void choose();

  const std::vector<LoneFile>& sources_;
  const std::vector<LoneFile>& targets_;
  const SimilarLimits& limits_;
  std::vector<bool> open_sources_, open_targets_;
  std::vector<std::uint32_t> sources_left_, targets_left_;  // open after the names were looked at
  PieceCounter counter_;
  std::vector<Candidate> candidates_;
  std::vector<std::uint64_t> shared_;   // bytes that a source shares with the current target; 0 between targets
  std::vector<std::uint32_t> touched_;  // sources of which shared_ is not 0
  std::uint64_t steps_ = 0;
  SimilarFiles found_;
};

void Matcher::pair_unique_names() {
  using Names = std::unordered_map<std::string_view, std::uint32_t, NameHash>;
  const auto unique_names = [](const std::vector<LoneFile>& files) {
    Names names;
    for (std::uint32_t i = 0; i < files.size(); ++i) {
      const auto [known, is_new] = names.try_emplace(file_name(files[i].path), i);
      if (!is_new) known->second = kNone;
    }
    return names;
  };
  const Names source_names = unique_names(sources_), target_names = unique_names(targets_);
  for (std::uint32_t i = 0; i < sources_.size(); ++i) {
    const std::string_view name = file_name(sources_[i].path);
    const auto other = target_names.find(name);
    if (other == target_names.end() || other->second == kNone || source_names.at(name) == kNone) continue;
    const LoneFile &source = sources_[i], &target = targets_[other->second];
    if (!comparable(source) || !comparable(target)) continue;
    ++found_.pairs_scored;
    const std::uint64_t common = counter_.common(*source.pieces, *target.pieces);
    const std::uint32_t score = similarity_score(common, source.size, target.size, kSameNameScore);
    if (score >= kSameNameScore) take(i, other->second, score);
  }
}

// Scores every pair, in git's order.
bool Matcher::score_all(const PieceIndex& index) {
  for (const std::uint32_t t : targets_left_) {
    const LoneFile& target = targets_[t];
    if (comparable(target)) {
      for (const Piece& piece : *target.pieces) {
        const auto entries = index.of(piece.hash);
        steps_ += entries.size();
        for (const auto& entry : entries) shared_[entry.source] += std::min(entry.bytes, piece.bytes);
      }
    }
    if (steps_ > limits_.steps) return false;
    Shortlist best;
    for (const std::uint32_t s : sources_left_) {
      ++found_.pairs_scored;
      const LoneFile& source = sources_[s];
      const bool both = comparable(source) && comparable(target);
      best.offer({.source = s,
                  .target = t,
                  .score = both ? similarity_score(shared_[s], source.size, target.size, kRenameScore) : 0,
                  .same_name = file_name(source.path) == file_name(target.path)});
      shared_[s] = 0;
    }
    for (const Candidate& candidate : best.places()) candidates_.push_back(candidate);
  }
  return true;
}

// Scores the pairs that have a piece in common which is not everywhere.
bool Matcher::score_likely(const PieceIndex& index) {
  for (const std::uint32_t t : targets_left_) {
    if (comparable(targets_[t]) && !score_likely(index, t)) return false;
  }
  return true;
}

bool Matcher::score_likely(const PieceIndex& index, std::uint32_t t) {
  const LoneFile& target = targets_[t];
  std::uint64_t everywhere = 0;  // bytes of the target in pieces that we do not look up
  for (const Piece& piece : *target.pieces) {
    const auto entries = index.of(piece.hash);
    if (entries.size() >= limits_.common_piece_files) {
      everywhere += piece.bytes;
      continue;
    }
    steps_ += entries.size();
    for (const auto& entry : entries) {
      if (shared_[entry.source] == 0) touched_.push_back(entry.source);
      shared_[entry.source] += std::min(entry.bytes, piece.bytes);
    }
  }
  std::ranges::sort(touched_);
  Shortlist best;
  for (const std::uint32_t s : touched_) {
    const LoneFile& source = sources_[s];
    const std::uint64_t at_most = shared_[s] + everywhere;
    shared_[s] = 0;
    if (similarity_score(at_most, source.size, target.size, kRenameScore) < kRenameScore) continue;
    ++found_.pairs_scored;
    const std::uint64_t common = counter_.common(*source.pieces, *target.pieces);
    const std::uint32_t score = similarity_score(common, source.size, target.size, kRenameScore);
    if (score < kRenameScore) continue;
    best.offer({s, t, score, file_name(source.path) == file_name(target.path)});
  }
  touched_.clear();
  for (const Candidate& candidate : best.places()) candidates_.push_back(candidate);
  return steps_ <= limits_.steps && found_.pairs_scored <= limits_.pairs;
}

// The most similar first; each file once.
void Matcher::choose() {
  std::erase_if(candidates_, [](const Candidate& it) { return it.target == kNone || it.score < kRenameScore; });
  std::ranges::stable_sort(candidates_, [](const Candidate& a, const Candidate& b) { return compare(a, b) < 0; });
  for (const Candidate& it : candidates_) {
    if (open_sources_[it.source] && open_targets_[it.target]) take(it.source, it.target, it.score);
  }
}

}  // namespace

std::vector<Rename> pair_identical(const std::vector<LoneFile>& sources, const std::vector<LoneFile>& targets) {
  std::vector<Rename> pairs;
  SourcesByContent by_content(sources);
  for (std::uint32_t i = 0; i < targets.size(); ++i) {
    if (const auto source = by_content.take(targets[i])) pairs.push_back({*source, i, kFullScore});
  }
  return pairs;
}

SimilarFiles pair_similar(const std::vector<LoneFile>& sources, const std::vector<LoneFile>& targets,
                          const SimilarLimits& limits) {
  return Matcher(sources, targets, limits).match();
}

}  // namespace gatepost::git
