// What a webhook asks for. A job says what to look at, never what to believe: whoever does it asks the forge or the
// tracker for the present state, and nothing of a change is ever checked out or run for it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bot/webhook.hpp"

namespace gatepost::bot {

enum class JobKind : std::uint8_t {
  command,   // a comment speaks to us
  evaluate,  // a change is to be judged again
  tickets,   // a ticket was changed by somebody
};
std::string_view to_string(JobKind kind);

struct Job {
  JobKind kind = JobKind::command;
  Sender sender = Sender::github;
  std::string repository;  // "acme/shop", "acme/web/shop"; of tickets "": all of them
  // Number of the change request. 0: of tickets; on GitHub also the one out of a fork whose newest commit is `head`.
  std::uint64_t change = 0;
  // Jobs of one key take each other's place: the newest is done. Each command has its own.
  std::string key;
  std::string head;          // the commit that it was told of; "" when it told none. The change may be further by now
  std::string installation;  // number of the installation of our GitHub App; "" when it came another way
  std::string event;         // of commands: "issue_comment", "pull_request_review_comment", "note"
  std::string event_body;    // of commands: the event, for `gatepost command --event`
  friend bool operator==(const Job&, const Job&) = default;
};

struct Reading {
  std::vector<Job> jobs;
  std::string ignored;  // why there are none, one sentence; else ""
};

// `body` is that of the request, `own_accounts` are the names by which forges and trackers know us: what we said
// ourselves asks for nothing, and neither does a comment of any bot. What is ignored here is ignored early; what is not
// is checked again by who does the job. An error: the body is none that the sender sends.
Result<Reading> read_delivery(const Delivery& delivery, std::string_view body,
                              std::span<const std::string> own_accounts);

}  // namespace gatepost::bot
