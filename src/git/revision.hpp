// Names of commits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "git/object_id.hpp"
#include "git/repository.hpp"

namespace gatepost::git {

// The commit that a revision names as git would: a branch, tag, "origin/main", a full or short id, "HEAD~2",
// "refs/pull/7/merge". Fails when nothing has that name, when it names something else than a commit, and when the
// commit is not in this clone; the hint then holds the command that fetches it. Nothing with a ":" is a commit.
Result<ObjectId> resolve_commit(const Repository& repository, const std::string& revision);

// The tip of a branch by its plain name, as a forge states it: the remote's view of it ("origin/main") before the local
// one. Never understood as a revision, so a branch called "HEAD~1" or "deadbeef" is just not found.
std::optional<ObjectId> find_branch(const Repository& repository, std::string_view name);

// The commit checked out; an error in a repository without a commit.
Result<ObjectId> head_commit(const Repository& repository);

// The command that brings a commit into this clone, as a hint for an error.
std::string fetch_command(const Repository& repository, const ObjectId& commit);
// The command that brings a branch of the remote; a general one when the shell would not take its name literally.
std::string fetch_branch_command(const Repository& repository, std::string_view branch);
// The command that brings a commit's contents into a clone that was made with a filter.
std::string unfilter_command();
// The command that brings the rest of the history into a shallow clone.
std::string unshallow_command();

}  // namespace gatepost::git
