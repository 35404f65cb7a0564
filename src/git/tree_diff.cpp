#include "git/tree_diff.hpp"

#include <fmt/core.h>

#include "git/tree_cursor.hpp"

namespace gatepost::git {
namespace {

// Walks two trees side by side, with a stack of its own: a stranger's directories may be nested deeply.
class Comparer {
 public:
  Comparer(const Repository& repository, std::size_t most_paths) : repository_(repository), most_paths_(most_paths) {}

  Status compare(const ObjectId& before, const ObjectId& after) {
    GP_CHECK(enter(&before, &after));
    while (!open_.empty()) {
      Level& level = open_.back();
      if (level.before.at_end() && level.after.at_end()) {
        open_.pop_back();
        directory_.resize(open_.empty() ? 0 : open_.back().path_length);
      } else {
        GP_CHECK(step(level));
      }
    }
    return Done{};
  }
  TreeComparison take() { return std::move(found_); }

 private:
  // A directory that is being compared; either side may be an empty cursor.
  struct Level {
    TreeCursor before, after;
    std::size_t path_length = 0;
  };

  Result<TreeCursor> open(const ObjectId* tree);
  Status enter(const ObjectId* before, const ObjectId* after);
  Status step(Level& level);
  Status report(const TreeItem* before, const TreeItem* after);

  [[nodiscard]] Error too_many() const {
    return error(ErrorKind::bad_input, fmt::format("the change touches more than {} paths", most_paths_),
                 "split the change, or give a base that is nearer with --base");
  }

  const Repository& repository_;
  std::size_t most_paths_;
  std::vector<Level> open_;
  std::string directory_;  // where we are, with a slash at the end; "" for the root
  TreeComparison found_;
};

Result<TreeCursor> Comparer::open(const ObjectId* tree) {
  if (tree == nullptr) return TreeCursor();
  // A small object can stand for any number of directories.
  if (++found_.trees_read > 2 * (most_paths_ + 1'000)) return too_many();
  return TreeCursor::open(repository_, *tree);
}

Status Comparer::enter(const ObjectId* before, const ObjectId* after) {
  GP_TRY(TreeCursor old_cursor, open(before));
  GP_TRY(TreeCursor new_cursor, open(after));
  open_.push_back({std::move(old_cursor), std::move(new_cursor), directory_.size()});
  return Done{};
}

// Takes the next entry, or the next two of the same name.
Status Comparer::step(Level& level) {
  const auto order = level.before.at_end()  ? std::strong_ordering::greater
                     : level.after.at_end() ? std::strong_ordering::less
                                            : compare_items(level.before.item(), level.after.item());
  const TreeItem before = level.before.item(), after = level.after.item();
  if (order <= 0) GP_CHECK(level.before.next());
  if (order >= 0) GP_CHECK(level.after.next());
  if (order < 0) return report(&before, nullptr);
  if (order > 0) return report(nullptr, &after);
  if (before.id == after.id && before.mode == after.mode) return Done{};
  return report(&before, &after);
}

// Either entry may be absent; both have the same name and are both directories or both none.
Status Comparer::report(const TreeItem* before, const TreeItem* after) {
  const TreeItem& any = before != nullptr ? *before : *after;
  if (directory_.size() + any.name.size() > kLongestPath) {
    return error(ErrorKind::bad_input, fmt::format("a path in the repository is longer than {} bytes", kLongestPath));
  }
  if (any.is_tree()) {
    directory_.append(any.name).append("/");
    return enter(before != nullptr ? &before->id : nullptr, after != nullptr ? &after->id : nullptr);
  }
  if (found_.changes.size() >= most_paths_) return too_many();
  TreeChange& change = found_.changes.emplace_back();
  change.path.reserve(directory_.size() + any.name.size());
  change.path.append(directory_).append(any.name);
  if (before != nullptr) change.old_mode = before->mode, change.old_id = before->id;
  if (after != nullptr) change.new_mode = after->mode, change.new_id = after->id;
  return Done{};
}

}  // namespace

Result<TreeComparison> compare_trees(const Repository& repository, const ObjectId& before, const ObjectId& after,
                                     std::size_t most_paths) {
  Comparer comparer(repository, most_paths);
  if (before != after) GP_CHECK(comparer.compare(before, after));
  return comparer.take();
}

}  // namespace gatepost::git
