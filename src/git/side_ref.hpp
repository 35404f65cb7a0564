// A ref with files of its own beside those of the project. Neither a work tree nor an index nor a branch is touched,
// and no hook runs: it works in bare repositories and in linked work trees.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "git/object_id.hpp"
#include "git/repository.hpp"

namespace gatepost::git {

// Where the ref points to; empty when there is none.
Result<std::optional<ObjectId>> ref_target(const Repository& repository, const std::string& ref);

// The address of a remote of the repository, as its configuration has it; empty when there is none of this name.
Result<std::optional<std::string>> remote_url(const Repository& repository, const std::string& name);

// What a commit does to the files of its parent, by path. No value: the file goes, should there be one.
using FileChanges = std::map<std::string, std::optional<std::string>>;

struct CommitText {
  std::string author, email, message;
  Timestamp at;
};

// Writes the objects of a commit; no ref is moved. Fails when a path is a folder of another one.
Result<ObjectId> write_commit(const Repository& repository, const std::optional<ObjectId>& parent,
                              const FileChanges& changes, const CommitText& text);

// Moves the ref when it is still where `before` says (empty: nowhere), in one step; else ErrorKind::conflict.
Status move_ref(const Repository& repository, const std::string& ref, const std::optional<ObjectId>& before,
                const ObjectId& after);

// A pack with the objects of `commit` that its parent, when it has one, lacks.
Result<std::string> pack_of(const Repository& repository, const ObjectId& commit);

}  // namespace gatepost::git
