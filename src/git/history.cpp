#include "git/history.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <queue>
#include <string_view>
#include <unordered_map>

#include "base/text.hpp"
#include "git/objects.hpp"

namespace gatepost::git {
namespace {

std::optional<ObjectId> id_after(std::string_view line, std::string_view keyword) {
  if (!line.starts_with(keyword)) return std::nullopt;
  return ObjectId::parse(line.substr(keyword.size()));
}

// "committer A Name <mail> 1700000000 +0000" -> 1700000000; 0 when there is no number.
std::int64_t time_of(std::string_view line) {
  const std::size_t mail = line.rfind("> ");
  std::int64_t seconds = 0;
  if (mail != std::string_view::npos) {
    std::from_chars(line.data() + mail + 2, line.data() + line.size(), seconds);
  }
  return seconds;
}

// "author A Name <mail> 1700000000 +0000" -> "mail"
std::string mail_of(std::string_view line) {
  const std::size_t end = line.rfind('>'), begin = line.rfind('<', end);
  if (end == std::string_view::npos || begin == std::string_view::npos) return {};
  return std::string(line.substr(begin + 1, end - begin - 1));
}

// "author A Name <mail> 1700000000 +0000" -> "A Name"
std::string name_of(std::string_view line) {
  line.remove_prefix(std::min(line.size(), line.find(' ') + 1));
  return std::string(text::trim(line.substr(0, line.rfind('<', line.rfind('>')))));
}

// The header: one line for the tree, one for each parent, author, committer, more that we do not need, an empty line.
std::optional<Commit> parse_commit(std::string_view bytes) {
  Commit commit;
  bool has_tree = false;
  while (!bytes.empty()) {
    const std::string_view line = bytes.substr(0, bytes.find('\n'));
    bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
    if (const auto tree = id_after(line, "tree "); tree && !has_tree) {
      commit.tree = *tree;
      has_tree = true;
    } else if (const auto parent = id_after(line, "parent ")) {
      commit.parents.push_back(*parent);
    } else if (line.starts_with("author ")) {
      commit.author = mail_of(line);
      commit.author_name = name_of(line);
    } else if (line.starts_with("committer ")) {
      commit.committed_at = time_of(line);
      break;
    } else if (line.empty()) {
      break;
    }
  }
  return has_tree ? std::optional(std::move(commit)) : std::nullopt;
}

enum Mark : std::uint8_t { kFromOne = 1, kFromTwo = 2, kStale = 4, kResult = 8 };
constexpr std::uint8_t kFromBoth = kFromOne | kFromTwo;

// How many commits older than all bases are looked at to see whether one base descends from another: a commit may claim
// to be younger than its children, but histories do not lie for long stretches.
constexpr int kCommitsBeyond = 2'000;

// A commit that a walk has met.
struct Met {
  ObjectId id;
  std::int64_t time = 0;
  std::vector<ObjectId> parents;  // those in this clone
  std::uint8_t marks = 0;
  bool cut = false;  // some parents are not in this clone
};

struct Waiting {
  std::int64_t time = 0;
  std::uint64_t turn = 0;
  std::uint32_t commit = 0;
};
// The youngest first; first come, first served among equals.
struct Later {
  bool operator()(const Waiting& a, const Waiting& b) const {
    return a.time != b.time ? a.time < b.time : a.turn > b.turn;
  }
};

// The commits met so far, and those whose turn is still to come.
class Walk {
 public:
  explicit Walk(const Repository& repository) : repository_(repository) {}

  Result<std::uint32_t> meet(const ObjectId& id);
  void push(std::uint32_t commit) { queue_.push({met_[commit].time, turn_++, commit}); }
  std::uint32_t pop() {
    const std::uint32_t commit = queue_.top().commit;
    queue_.pop();
    return commit;
  }
  void clear() { queue_ = {}; }
  [[nodiscard]] bool done() const { return queue_.empty(); }
  [[nodiscard]] std::size_t size() const { return met_.size(); }
  Met& operator[](std::uint32_t commit) { return met_[commit]; }
  [[nodiscard]] const std::vector<Met>& met() const { return met_; }

 private:
  const Repository& repository_;
  std::vector<Met> met_;
  std::unordered_map<ObjectId, std::uint32_t, ObjectIdHash> index_;
  std::priority_queue<Waiting, std::vector<Waiting>, Later> queue_;
  std::uint64_t turn_ = 0;
};

Result<std::uint32_t> Walk::meet(const ObjectId& id) {
  const auto number = static_cast<std::uint32_t>(met_.size());
  const auto [known, is_new] = index_.try_emplace(id, number);
  if (!is_new) return known->second;
  GP_TRY(auto commit, read_commit(repository_, id));
  if (!commit) return error(ErrorKind::bad_input, fmt::format("commit {} is missing from this clone", id.hex()));
  const bool at_end = std::ranges::binary_search(repository_.shallow_commits(), id);
  const auto absent = [&](const ObjectId& parent) { return !has_object(repository_, parent); };
  const bool cut = at_end && std::erase_if(commit->parents, absent) > 0;
  met_.push_back({.id = id, .time = commit->committed_at, .parents = std::move(commit->parents), .cut = cut});
  return number;
}

// Colours what each of two commits descends from, youngest first, as git does.
class Painter {
 public:
  explicit Painter(const Repository& repository) : walk_(repository), to_the_end_(repository.is_shallow()) {}

  Result<MergeBases> paint(const ObjectId& one, const ObjectId& two) {
    GP_TRY(const std::uint32_t first, walk_.meet(one));
    GP_TRY(const std::uint32_t second, walk_.meet(two));
    mark(first, kFromOne);
    mark(second, kFromTwo);
    while (to_the_end_ ? !walk_.done() : undecided_ > 0) GP_CHECK(step());
    std::erase_if(results_, [&](auto commit) { return (walk_[commit].marks & kStale) != 0; });
    if (results_.size() > 1) GP_CHECK(remove_ancestors());
    std::ranges::stable_sort(results_, [&](auto a, auto b) { return walk_[a].time > walk_[b].time; });
    MergeBases answer;
    for (const std::uint32_t commit : results_) answer.bases.push_back(walk_[commit].id);
    // Nothing is better than one of the two itself.
    const bool descends = std::ranges::any_of(answer.bases, [&](const auto& id) { return id == one || id == two; });
    answer.certain = descends || is_certain();
    return answer;
  }

 private:
  [[nodiscard]] bool is_stale(std::uint32_t commit) { return (walk_[commit].marks & kStale) != 0; }

  void mark(std::uint32_t commit, unsigned marks) {
    waiting_.resize(walk_.size());
    if (!is_stale(commit) && (marks & kStale) != 0) undecided_ -= waiting_[commit];
    walk_[commit].marks = static_cast<std::uint8_t>(walk_[commit].marks | marks);
    walk_.push(commit);
    ++waiting_[commit];
    if (!is_stale(commit)) ++undecided_;
  }

  Status step() {
    const std::uint32_t commit = walk_.pop();
    --waiting_[commit];
    if (!is_stale(commit)) --undecided_;
    unsigned inherited = walk_[commit].marks & (kFromBoth | kStale);
    if (inherited == kFromBoth) {
      if ((walk_[commit].marks & kResult) == 0) results_.push_back(commit);
      walk_[commit].marks |= kResult;
      inherited |= kStale;  // what lies below a common ancestor is common, but not the best
    }
    const std::vector<ObjectId> parents = walk_[commit].parents;
    for (const ObjectId& id : parents) {
      GP_TRY(const std::uint32_t parent, walk_.meet(id));
      if ((walk_[parent].marks & inherited) != inherited) mark(parent, inherited);
    }
    return Done{};
  }

  // Dates that lie can let an ancestor of a result become a result itself.
  Status remove_ancestors() {
    std::int64_t oldest = walk_[results_.front()].time;
    walk_.clear();
    for (const std::uint32_t commit : results_) {
      oldest = std::min(oldest, walk_[commit].time);
      GP_CHECK(push_parents(commit));
    }
    std::vector<bool> seen(walk_.size());
    for (int beyond = 0; !walk_.done() && beyond < kCommitsBeyond;) {
      const std::uint32_t commit = walk_.pop();
      seen.resize(std::max(seen.size(), walk_.size()));
      if (seen[commit]) continue;
      seen[commit] = true;
      if (walk_[commit].time < oldest) ++beyond;
      GP_CHECK(push_parents(commit));
    }
    std::erase_if(results_, [&](auto commit) { return commit < seen.size() && seen[commit]; });
    return Done{};
  }

  Status push_parents(std::uint32_t commit) {
    const std::vector<ObjectId> parents = walk_[commit].parents;
    for (const ObjectId& id : parents) {
      GP_TRY(const std::uint32_t parent, walk_.meet(id));
      walk_.push(parent);
    }
    return Done{};
  }

  // A common ancestor that we cannot see lies below a commit whose parents were cut off. If both sides descend from
  // that commit, it is itself a better common ancestor. So only a cut commit that one side alone descends from can hide
  // something better. And of several bases one may descend from another in a way that was cut off.
  [[nodiscard]] bool is_certain() const {
    const auto met_cut = [&](auto accept) {
      return std::ranges::any_of(walk_.met(), [&](const Met& it) { return it.cut && accept(it.marks & kFromBoth); });
    };
    if (met_cut([](int marks) { return marks != kFromBoth; })) return false;
    return results_.size() <= 1 || !met_cut([](int) { return true; });
  }

  Walk walk_;
  bool to_the_end_;                     // the whole of a shallow clone is walked, so that we know what was cut off
  std::vector<std::uint32_t> waiting_;  // times each commit stands in the queue
  std::size_t undecided_ = 0;           // places in the queue of commits that are not stale
  std::vector<std::uint32_t> results_;
};

}  // namespace

Result<std::optional<Commit>> read_commit(const Repository& repository, const ObjectId& id) {
  GP_TRY(const auto object, find_object(repository, id));
  if (!object) return std::optional<Commit>{};
  auto commit = object->type() == ObjectType::commit ? parse_commit(object->bytes()) : std::nullopt;
  if (!commit) return error(ErrorKind::bad_input, fmt::format("git object {} is not a commit", id.hex()));
  return commit;
}

Result<MergeBases> merge_bases(const Repository& repository, const ObjectId& one, const ObjectId& two) {
  return Painter(repository).paint(one, two);
}

Result<std::optional<bool>> has_commit_by(const Repository& repository, const ObjectId& from, std::string_view mail,
                                          std::size_t most) {
  const auto later = [](const auto& a, const auto& b) { return a.first < b.first; };
  using Entry = std::pair<std::int64_t, Commit>;
  std::priority_queue<Entry, std::vector<Entry>, decltype(later)> waiting(later);
  std::unordered_map<ObjectId, bool, ObjectIdHash> met;
  bool cut = false;
  const auto meet = [&](const ObjectId& id) -> Status {
    if (!met.try_emplace(id, true).second) return Done{};
    GP_TRY(auto commit, read_commit(repository, id));
    cut |= !commit;
    if (commit) waiting.emplace(commit->committed_at, std::move(*commit));
    return Done{};
  };
  GP_CHECK(meet(from));
  for (std::size_t seen = 0; !waiting.empty(); ++seen) {
    if (seen >= most) return std::optional<bool>{};
    const Commit commit = waiting.top().second;
    waiting.pop();
    if (commit.author == mail) return std::optional(true);
    for (const ObjectId& parent : commit.parents) GP_CHECK(meet(parent));
  }
  return cut ? std::optional<bool>{} : std::optional(false);
}

}  // namespace gatepost::git
