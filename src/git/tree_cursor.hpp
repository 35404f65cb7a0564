// Steps through the entries of one tree object. Only .cpp files of this module include this.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "git/object_id.hpp"
#include "git/objects.hpp"

namespace gatepost::git {

inline constexpr std::uint32_t kModeTree = 0040000, kModeFile = 0100644, kModeExecutable = 0100755, kModeLink = 0120000,
                               kModeSubmodule = 0160000, kModeKind = 0170000;

inline constexpr std::size_t kLongestPath = Limits{}.path_bytes;

inline bool is_regular(std::uint32_t mode) { return (mode & kModeKind) == (kModeFile & kModeKind); }

struct TreeItem {
  std::uint32_t mode = 0;  // one of the five above
  std::string_view name;
  ObjectId id;
  [[nodiscard]] bool is_tree() const { return mode == kModeTree; }
};

// The order of entries in a tree: by name, a directory's as if it ended with "/". Equal only for two directories or two
// things that are none.
std::strong_ordering compare_items(const TreeItem& a, const TreeItem& b);

class TreeCursor {
 public:
  TreeCursor() = default;  // an empty tree
  // The tree must be in this clone; the error says how to get it.
  static Result<TreeCursor> open(const Repository& repository, const ObjectId& tree);

  [[nodiscard]] bool at_end() const { return at_end_; }
  [[nodiscard]] const TreeItem& item() const { return item_; }
  // The next entry. Fails on a tree that git would not write: cut short, out of order, or with a name that is no name.
  Status next();

 private:
  Status damaged(const char* what) const;
  ObjectId id_;
  Object object_;
  std::string_view rest_;
  TreeItem item_;
  bool at_end_ = true;
};

}  // namespace gatepost::git
