// What a forge shows of a change request: everything that a plan is compared with. Pure data; src/forge fills it in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/finding.hpp"
#include "publish/patch.hpp"

namespace gatepost::publish {

// Which run wrote something. A newer run's words are never overwritten by those of an older one.
struct Stamp {
  std::string head;           // commit that was judged
  std::uint64_t run = 0;      // GITHUB_RUN_ID, CI_PIPELINE_ID; 0 outside a CI
  std::uint64_t attempt = 0;  // GITHUB_RUN_ATTEMPT, CI_JOB_ID
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

// A file of the change as the forge renders it.
struct ShownFile {
  std::string old_path, new_path;  // equal unless renamed; as the forge says for added and deleted files
  bool added = false, deleted = false;
  bool lines_known = true;   // false: binary, too large, collapsed; notes then go to the file as a whole
  std::vector<Patch> hunks;  // in the order of the file
};

struct ChangeRequest {
  // Of the pull request; iid of the merge request. 0: there is none, a push or a merge queue is judged.
  std::uint64_t number = 0;
  std::string head;  // commit at the moment of asking
  // GitHub: the tip of the target branch. GitLab: base_sha and start_sha of the newest version.
  std::string base, start;
  std::string target_branch;
  std::string author;  // login
  bool open = true;
  bool from_fork = false;
  std::vector<ShownFile> files;  // sorted by new path
  bool files_complete = true;    // false: the forge lists no more
};

// Only what carries our marker *and* was written by ourselves: whoever copies the marker gets nothing.
struct ShownComment {
  std::string id;  // decimal; lower is older
  std::string body;
};

// A thread on the lines of the change that one of our notes began.
struct ShownThread {
  std::string thread;   // node id of GitHub, discussion of GitLab; "" when it could not be asked for
  std::string comment;  // id of our note
  std::string body;     // of our note
  std::string path;
  std::uint32_t line = 0;  // of the new side, now; 0: outdated, or a note about the file
  bool resolved = false;
  bool resolved_by_us = false;  // false: a person closed it, or nobody says who
  bool outdated = false;
  bool has_replies = false;  // anybody else's
};

struct ShownCheck {
  std::string id;
  std::string external_id;  // what we gave it
  bool completed = false;
};

struct ShownStatus {
  std::string state, description, target_url;
};

// What the token may do, as far as the forge tells before it is tried.
struct Abilities {
  bool comment = true, review = true, resolve = false, check = true, status = true, label = true, request_review = true,
       upload_sarif = true;
  bool request_team = true;  // for a review; with request_review
  // Findings are worth a check run of their own only for an app: those of a workflow's token land in an arbitrary
  // workflow's list.
  bool is_app = false;
};

struct Shown {
  ChangeRequest request;
  std::vector<ShownComment> comments;  // ours, sorted by id
  std::vector<ShownThread> threads;    // ours, sorted by comment id
  std::optional<ShownCheck> check;     // ours on this head
  std::optional<ShownStatus> status;   // ours on this head
  std::optional<bool> external_check;  // what our external status check of GitLab says of this head: passed or not
  std::vector<std::string> labels;     // sorted
  std::vector<std::string> reviewers;  // asked for or heard already: "user" and "org/team", sorted
  Abilities may;
  std::vector<std::string> notes;  // what could not be read, and why, in sentences
};

}  // namespace gatepost::publish
