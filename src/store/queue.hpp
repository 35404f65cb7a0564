// What a bot has been told and has yet to do. A delivery is taken over once; of the jobs that say the same the newest
// counts; a job that nobody finishes runs again. tests/unit/store/queue_test.cpp runs the same cases on all places.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace gatepost::store {

struct QueuedJob {
  std::string key;      // of the jobs of one key at most one waits: the newest takes its place
  std::string lane;     // of the jobs of one lane at most one runs at a time
  std::string kind;     // "command", "evaluate", "tickets": for people and figures
  std::string about;    // "github acme/shop#7": for people
  std::string payload;  // UTF-8; the queue does not look into it
  friend bool operator==(const QueuedJob&, const QueuedJob&) = default;
};

// A delivery, which is known by sender and id, and what it asks for.
struct Arrival {
  std::string sender, id;
  std::vector<QueuedJob> jobs;
};

// A job that somebody works at. Who holds the lease may end it; when the lease has lapsed, somebody else may take it.
struct TakenJob {
  std::string id, lease;
  QueuedJob job;
  int attempt = 1;
  Timestamp since;  // when it was first asked for
};

struct DeadJob {
  std::string id, kind, about;
  int attempts = 0;
  Timestamp died;
  std::string reason;
};

struct QueueCounts {
  std::uint64_t waiting = 0, running = 0, dead = 0;
  std::optional<Timestamp> oldest;  // of those that wait: since when, or when it is to run again
};

// A failure of kind conflict or unavailable may pass: try again. Not for several threads at once.
class Queue {
 public:
  Queue() = default;
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;
  virtual ~Queue() = default;

  [[nodiscard]] virtual std::string name() const = 0;  // for messages, without a password
  // All of them or none, durable when this returns. For each whether it is new; what is known already asks for nothing.
  virtual Result<std::vector<bool>> accept(std::span<const Arrival> arrivals, Timestamp now) = 0;
  // The job that is due the longest, of a lane in which none runs; empty when there is none. `lease` is a name that
  // nobody used before.
  virtual Result<std::optional<TakenJob>> take(const std::string& lease, Timestamp until, Timestamp now) = 0;

  // The next four are false, and change nothing, when the lease is no longer ours.
  virtual Result<bool> renew(const TakenJob& job, Timestamp until) = 0;
  virtual Result<bool> finish(const TakenJob& job) = 0;
  // Runs again at `due`, unless a newer one of its key waits. `counts`: the attempt was one.
  virtual Result<bool> postpone(const TakenJob& job, Timestamp due, std::string_view reason, bool counts) = 0;
  virtual Result<bool> bury(const TakenJob& job, std::string_view reason, Timestamp now) = 0;

  // Jobs whose lease has lapsed wait again, or are dead after `most_attempts`. How many there were.
  virtual Result<std::uint64_t> sweep(int most_attempts, Timestamp now) = 0;
  // Deliveries from before are no longer known.
  virtual Status forget_deliveries(Timestamp before) = 0;

  virtual Result<QueueCounts> counts() = 0;
  virtual Result<std::vector<DeadJob>> dead() = 0;  // the newest first, a thousand at most
  // Runs again as if it were new, unless a newer one of its key waits; "" revives all. How many there were.
  virtual Result<std::uint64_t> revive(const std::string& id, Timestamp now) = 0;
  virtual Result<std::uint64_t> drop(const std::string& id) = 0;  // of the dead ones
};

// The file is made; it must not lie on a network share.
Result<std::unique_ptr<Queue>> open_sqlite_queue(const std::string& path);
// `address` is what libpq takes. The tables are in a schema of their own, gatepost_bot.
Result<std::unique_ptr<Queue>> open_postgresql_queue(const Secret& address);

}  // namespace gatepost::store
