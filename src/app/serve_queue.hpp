// The queue as several threads use it.
#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "app/ports.hpp"
#include "base/result.hpp"
#include "store/queue.hpp"

namespace gatepost::app {

using OpenQueue = std::function<Result<std::unique_ptr<store::Queue>>()>;

// The file of sqlite:FILE, which may be relative to the current directory; nothing for other places.
std::optional<std::string> queue_file(const Ports& ports, std::string_view place);

// `place` is sqlite:FILE, the file relative to the current directory, an address postgresql://…, or "postgresql", whose
// address is in GATEPOST_QUEUE_URL or in the file that GATEPOST_QUEUE_URL_FILE names.
Result<OpenQueue> queue_opener(const Ports& ports, const std::string& place);

// One connection, used by one thread at a time; made anew when it broke. Opened with the first question.
class SharedQueue {
 public:
  explicit SharedQueue(OpenQueue open) : open_(std::move(open)) {}

  // What `call` says of the queue; asked again when what failed may pass.
  template <class Call>
  auto ask(const Call& call) -> decltype(call(std::declval<store::Queue&>())) {
    const std::lock_guard lock(mutex_);
    for (int attempt = 1;; ++attempt) {
      if (!queue_) {
        GP_TRY(queue_, open_());
      }
      auto result = call(*queue_);
      if (result.ok() || attempt == kAttempts) return result;
      if (result.error().kind == ErrorKind::unavailable)
        queue_.reset();
      else if (result.error().kind != ErrorKind::conflict)
        return result;
    }
  }

 private:
  static constexpr int kAttempts = 3;
  OpenQueue open_;
  std::mutex mutex_;
  std::unique_ptr<store::Queue> queue_;
};

// Takes deliveries over, all that wait at a moment in one transaction: many of them cost little more than one.
class Inbox {
 public:
  Inbox(SharedQueue& queue, std::function<Timestamp()> now, std::function<void()> when_there_are_jobs);
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;
  ~Inbox();  // what was given is taken over first

  // Comes back when it is durable; whether it is new. May be called by several threads at once.
  Result<bool> take_over(store::Arrival arrival);

 private:
  struct Waiting {
    store::Arrival arrival;
    std::promise<Result<bool>> taken;
  };
  void work();
  void take_over_all(std::vector<Waiting>& batch);

  SharedQueue& queue_;
  std::function<Timestamp()> now_;
  std::function<void()> when_there_are_jobs_;
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<Waiting> waiting_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace gatepost::app
