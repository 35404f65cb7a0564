// What a change is compared with.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/note.hpp"
#include "base/result.hpp"
#include "git/object_id.hpp"
#include "git/repository.hpp"
#include "model/change.hpp"

namespace gatepost::git {

// What the user and the CI say about the change. Empty: not said. Commits are full ids; `target_branch` is a plain
// name.
struct ChangeFacts {
  std::string base;              // --base, any revision
  std::string head;              // --head, any revision; else what is checked out
  std::string merge_commit;      // the commit the CI made of target and change, for its own use
  std::string change_head;       // tip of the change as the forge knows it
  std::string queue_base;        // what a merge queue puts the change on top of
  std::string forge_merge_base;  // merge base as computed by the forge
  std::string push_base;         // where the branch was before what was pushed to it
  std::string event_base;        // tip of the target when the CI's event was made: soon out of date
  std::string target_branch;
};

struct ChangeBase {
  std::optional<ObjectId> base;  // empty when everything is in scope
  ObjectId head;                 // the commit whose files were scanned
  // The newest commit known of what the change goes into: its rules judge the change, not those of a base long ago that
  // the change chose by where it branched off. Empty without a base.
  std::optional<ObjectId> rules;
  std::optional<ObjectId> change_head;  // tip of the change, where comments belong; need not be in this clone
  BaseSource source = BaseSource::none;
  bool confident = true;
  std::vector<Note> notes;
};

// Chooses the base by the first of these that applies:
//   given          the merge base of --base and head
//   merge queue    the queue's base as it is
//   merge parents  when the CI's merge commit is what we look at: its first parent, which is exactly what the change
//                  is added to, and known even in a clone of depth 1
//   event          the commit before a push, as it is
//   merge base     the forge's, or else our own of target branch and head
//   event          the merge base with the event's base, or that commit itself: never confident
// Fails when a commit it needs is not in this clone, with the command that fetches it, and when the commit checked out
// has nothing to do with the change that the CI tells of. A merge base that a shallow clone does not let us be sure of
// is not used, nor the parents of a merge commit that contains something else than the change's head.
Result<ChangeBase> resolve_change_base(const Repository& repository, const ChangeFacts& facts);

}  // namespace gatepost::git
