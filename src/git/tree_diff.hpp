// Which paths differ between two trees. Only .cpp files of this module include this.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "git/object_id.hpp"
#include "git/repository.hpp"

namespace gatepost::git {

// One path of which the two trees say something different.
struct TreeChange {
  std::string path;
  std::uint32_t old_mode = 0, new_mode = 0;  // 0: not there
  ObjectId old_id, new_id;
  friend bool operator==(const TreeChange&, const TreeChange&) = default;
};

struct TreeComparison {
  std::vector<TreeChange> changes;  // sorted by path
  std::uint64_t trees_read = 0;
};

// Reads only directories that differ. Fails beyond `most_paths` changes.
Result<TreeComparison> compare_trees(const Repository& repository, const ObjectId& before, const ObjectId& after,
                                     std::size_t most_paths);

}  // namespace gatepost::git
