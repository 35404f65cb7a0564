// What a webhook asks for, as the queue keeps it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "bot/job.hpp"
#include "store/queue.hpp"

namespace gatepost::app {

// What a worker is told.
struct WorkOrder {
  bot::JobKind kind = bot::JobKind::command;
  std::string forge;       // "github", "gitlab"
  std::string repository;  // "acme/shop"
  std::uint64_t change = 0;
  std::string head;  // of an evaluation without a number: the commit
  std::string event, event_body;
  friend bool operator==(const WorkOrder&, const WorkOrder&) = default;
};

// `tickets_of` as in ServeRequest: a ticket of Jira or Linear may be of any of them. Jobs of one change share a lane:
// one of them runs at a time.
std::vector<store::QueuedJob> queued(const bot::Job& job, std::span<const std::string> tickets_of);
// Of QueuedJob::payload.
Result<WorkOrder> read_order(const std::string& payload);

}  // namespace gatepost::app
