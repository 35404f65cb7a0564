// Work that this thread comes upon piece by piece, done on several threads.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/parallel.hpp"

namespace gatepost {

// Calls `work(worker, item)` for every item that is put, on `threads` threads in all: the one that puts them, worker 0,
// helps whenever `capacity` items wait, and at the end. Items are taken up in the order in which they were put; what
// was done of them is there after finish(). `work` may not throw.
template <class Item, class Work>
class Crew {
 public:
  Crew(unsigned threads, std::size_t capacity, Work work) : capacity_(capacity), work_(std::move(work)) {
    helpers_ = start_helpers(threads, [this](unsigned worker) {
      while (std::optional<Item> item = take(true)) work_(worker, std::move(*item));
    });
  }
  ~Crew() { finish(); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  void put(Item item) {
    std::unique_lock lock(mutex_);
    waiting_.push_back(std::move(item));
    const bool full = waiting_.size() > capacity_;
    lock.unlock();
    arrived_.notify_one();
    if (!full) return;
    if (std::optional<Item> own = take(false)) work_(0U, std::move(*own));
  }

  void finish() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    arrived_.notify_all();
    while (std::optional<Item> item = take(false)) work_(0U, std::move(*item));
    helpers_.clear();  // joins them
  }

 private:
  std::optional<Item> take(bool wait) {
    std::unique_lock lock(mutex_);
    if (wait) arrived_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return std::nullopt;
    std::optional<Item> item = std::move(waiting_.front());
    waiting_.pop_front();
    return item;
  }

  const std::size_t capacity_;
  Work work_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Item> waiting_;
  bool closed_ = false;
  std::vector<std::jthread> helpers_;  // last: they use all of the others
};

}  // namespace gatepost
