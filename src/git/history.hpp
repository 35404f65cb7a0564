// Commits and how they descend from each other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "git/object_id.hpp"
#include "git/repository.hpp"

namespace gatepost::git {

struct Commit {
  ObjectId tree;
  // As the commit itself states them: also those that a shallow clone left out.
  std::vector<ObjectId> parents;
  std::string author;  // mail address, as the commit says; "" for none
  std::string author_name;
  std::int64_t committed_at = 0;  // seconds since 1970, as its author claims
  friend bool operator==(const Commit&, const Commit&) = default;
};

// Empty when the commit is not in this clone; an error when the object is something else or damaged.
Result<std::optional<Commit>> read_commit(const Repository& repository, const ObjectId& id);

// Whether `from` or one of its ancestors was written by this mail address. Empty when that is not among the `most`
// youngest commits and there are more, or when the clone is too shallow to know.
Result<std::optional<bool>> has_commit_by(const Repository& repository, const ObjectId& from, std::string_view mail,
                                          std::size_t most);

struct MergeBases {
  // The best common ancestors, in git's order: youngest first. Empty when the two have no common ancestor.
  std::vector<ObjectId> bases;
  // False when the clone is too shallow to know: there may be better bases, or any at all, in the part not fetched.
  bool certain = true;
};

// The best common ancestors of two commits. At the end of a shallow clone the walk goes on where a parent happens to be
// there, and stops elsewhere; unlike git we tell whether what was cut off could have changed the answer.
Result<MergeBases> merge_bases(const Repository& repository, const ObjectId& one, const ObjectId& two);

}  // namespace gatepost::git
