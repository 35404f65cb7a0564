// What a forge tells of itself: the event file of a CI run, and webhooks. Everything in it may have been written by a
// stranger; here it only becomes facts, and who may do what is decided elsewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace gatepost::forge {

// Unknown is "" or 0 everywhere below.

struct EventAccount {
  std::uint64_t id = 0;
  std::string login;
  bool is_bot = false;
};

// A pull or merge request. Texts that a stranger chooses freely (title, description) are left where they are.
struct EventRequest {
  std::uint64_t number = 0;  // GitLab: iid
  std::string head, base;    // full commits; GitLab does not tell the base
  std::string merge_commit;  // GitHub's commit of target and change
  std::string head_branch, target_branch;
  std::string head_repository;  // "stranger/shop"; "" when the fork is gone
  EventAccount author;          // GitLab tells the number only
  bool open = true, draft = false;
  bool from_fork = false;  // also when the fork is gone
  std::uint64_t target_repository = 0;
  // What this very event changed, as far as the forge tells.
  std::string former_head, former_target;  // commit and branch
  bool left_draft = false;
};

struct EventComment {
  std::uint64_t id = 0;
  std::string body;
  EventAccount author;
  std::string association;      // GitHub: "MEMBER"; a hint, no proof
  std::string thread;           // GitHub: the comment it replies to; GitLab: the discussion
  std::string position_path;    // of a note on a line
  std::string created, edited;  // as the forge writes the times
};

struct EventPush {
  std::string ref;            // "refs/heads/main"
  std::string before, after;  // "" for nothing: the ref was made or removed
};

struct EventQueue {  // GitHub's merge queue
  std::string head, base;
  std::string head_ref, target_branch;
};

// A run that has ended, and that ours follows. What it judged is known by its commit alone.
struct EventRun {
  std::uint64_t id = 0;
  std::uint64_t attempt = 0;
  std::string trigger;     // "pull_request"
  std::string conclusion;  // "success"; "" while it runs
  std::string head, head_branch, head_repository;
  std::vector<std::uint64_t> requests;  // GitHub: those of this repository that are at `head`; of forks it tells none
};

struct EventCheck {  // somebody asked for a check or for all of them again, or pressed one of its buttons
  std::uint64_t id = 0;
  std::string name, head, external_id, button;  // of all of them together no name
  std::string head_branch;                      // "" when it is one of a fork
  std::vector<std::uint64_t> requests;          // as in EventRun
};

struct EventIssue {
  std::uint64_t number = 0;
  std::vector<std::string> labels;
  std::string label;  // GitHub: that was put on or taken off
};

struct ForgeEvent {
  enum class Kind : std::uint8_t { other, ping, request, comment, push, queue, run, check, issue };
  Kind kind = Kind::other;
  std::string name;                        // "pull_request", "merge_request"
  std::string action;                      // "synchronize", "open"
  std::string repository, default_branch;  // "acme/shop"
  std::uint64_t repository_id = 0;
  std::uint64_t installation = 0;  // of our GitHub App
  EventAccount sender;
  std::optional<EventRequest> request;  // also of a comment on one, as far as the event tells
  std::optional<EventComment> comment;
  std::optional<EventPush> push;
  std::optional<EventQueue> queue;
  std::optional<EventRun> run;
  std::optional<EventCheck> check;
  std::optional<EventIssue> issue;
};

// `name` is X-GitHub-Event or GITHUB_EVENT_NAME; what it is about is told from what it holds.
Result<ForgeEvent> parse_github_event(std::string_view name, std::string body);
// `name` is X-Gitlab-Event: "Merge Request Hook"; the body says the same once more, and counts.
Result<ForgeEvent> parse_gitlab_event(std::string_view name, std::string body);

// What GitLab's own bots are called: project_1_bot_2f…, group_1_bot_….
bool is_gitlab_bot(std::string_view name);

}  // namespace gatepost::forge
