#include "git/tree_diff.hpp"

#include <fmt/core.h>

#include "git/tree_cursor.hpp"

namespace gatepost::git {
namespace {

class Comparer {
 public:
  Comparer(const Repository& repository, std::size_t most_paths) : repository_(repository), most_paths_(most_paths) {}

  // Either side may be absent. The depth of the recursion is bounded by the length of a path.
  Status compare(const ObjectId* before, const ObjectId* after);
  TreeComparison take() { return std::move(found_); }

 private:
  Result<TreeCursor> open(const ObjectId* tree) {
    if (tree == nullptr) return TreeCursor();
    ++found_.trees_read;
    // A small object can stand for any number of nested directories.
    if (found_.trees_read > 2 * (most_paths_ + 1'000)) return too_many();
    return TreeCursor::open(repository_, *tree);
  }

  Status report(const TreeItem* before, const TreeItem* after);

  Error too_many() const {
    return error(ErrorKind::bad_input, fmt::format("the change touches more than {} paths", most_paths_),
                 "split the change, or give a base that is nearer with --base");
  }

  const Repository& repository_;
  std::size_t most_paths_;
  std::string directory_;  // where we are, with a slash at the end; "" for the root
  TreeComparison found_;
};

// Either entry may be absent; both have the same name and are both directories or both none.
Status Comparer::report(const TreeItem* before, const TreeItem* after) {
  const TreeItem& any = before != nullptr ? *before : *after;
  if (directory_.size() + any.name.size() > kLongestPath) {
    return error(ErrorKind::bad_input, fmt::format("a path in the repository is longer than {} bytes", kLongestPath));
  }
  if (any.is_tree()) {
    const std::size_t length = directory_.size();
    directory_.append(any.name).append("/");
    GP_CHECK(compare(before != nullptr ? &before->id : nullptr, after != nullptr ? &after->id : nullptr));
    directory_.resize(length);
    return Done{};
  }
  if (found_.changes.size() >= most_paths_) return too_many();
  TreeChange& change = found_.changes.emplace_back();
  change.path.reserve(directory_.size() + any.name.size());
  change.path.append(directory_).append(any.name);
  if (before != nullptr) change.old_mode = before->mode, change.old_id = before->id;
  if (after != nullptr) change.new_mode = after->mode, change.new_id = after->id;
  return Done{};
}

Status Comparer::compare(const ObjectId* before, const ObjectId* after) {
  GP_TRY(TreeCursor a, open(before));
  GP_TRY(TreeCursor b, open(after));
  while (!a.at_end() || !b.at_end()) {
    const auto order = a.at_end()   ? std::strong_ordering::greater
                       : b.at_end() ? std::strong_ordering::less
                                    : compare_items(a.item(), b.item());
    if (order < 0) {
      GP_CHECK(report(&a.item(), nullptr));
    } else if (order > 0) {
      GP_CHECK(report(nullptr, &b.item()));
    } else if (a.item().id != b.item().id || a.item().mode != b.item().mode) {
      GP_CHECK(report(&a.item(), &b.item()));
    }
    if (order <= 0) GP_CHECK(a.next());
    if (order >= 0) GP_CHECK(b.next());
  }
  return Done{};
}

}  // namespace

Result<TreeComparison> compare_trees(const Repository& repository, const ObjectId& before, const ObjectId& after,
                                     std::size_t most_paths) {
  Comparer comparer(repository, most_paths);
  if (before != after) GP_CHECK(comparer.compare(&before, &after));
  return comparer.take();
}

}  // namespace gatepost::git
