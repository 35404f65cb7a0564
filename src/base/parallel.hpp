// Work on several threads with results that do not depend on their number.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace gatepost {

// The number of threads to use when nobody said: as many as the machine has, at most 8.
unsigned default_threads();

// Starts `run(worker)` for the workers 1 to `threads` - 1, or as many of them as the system lets us have.
std::vector<std::jthread> start_helpers(unsigned threads, const std::function<void(unsigned)>& run);

// Calls `produce` on this thread until it returns nothing, and `work(worker, item)` for every item, on `threads`
// threads in all: this one helps whenever `capacity` items wait. `worker` is below `threads`, so work may keep state
// per worker. Items are taken up in the order in which they were produced. Neither function may throw.
template <class Item, class Produce, class Work>
void produce_and_work(unsigned threads, std::size_t capacity, Produce produce, Work work) {
  if (threads <= 1) {
    while (std::optional<Item> item = produce()) work(0U, std::move(*item));
    return;
  }
  std::mutex mutex;
  std::condition_variable arrived;
  std::deque<Item> waiting;
  bool closed = false;
  const auto take = [&](bool wait) -> std::optional<Item> {
    std::unique_lock lock(mutex);
    if (wait) arrived.wait(lock, [&] { return closed || !waiting.empty(); });
    if (waiting.empty()) return std::nullopt;
    Item item = std::move(waiting.front());
    waiting.pop_front();
    return item;
  };
  const std::vector<std::jthread> helpers = start_helpers(threads, [&](unsigned worker) {
    while (std::optional<Item> item = take(true)) work(worker, std::move(*item));
  });
  while (std::optional<Item> item = produce()) {
    std::unique_lock lock(mutex);
    waiting.push_back(std::move(*item));
    const bool full = waiting.size() > capacity;
    lock.unlock();
    arrived.notify_one();
    if (!full) continue;
    if (std::optional<Item> own = take(false)) work(0U, std::move(*own));
  }
  {
    const std::lock_guard lock(mutex);
    closed = true;
  }
  arrived.notify_all();
  while (std::optional<Item> item = take(false)) work(0U, std::move(*item));
}

// Calls `work(worker, first, end)` for the numbers below `count` in pieces of at most `piece`, on `threads` threads.
// Pieces are taken up in order.
template <class Work>
void work_in_pieces(unsigned threads, std::size_t count, std::size_t piece, Work work) {
  std::size_t next = 0;
  produce_and_work<std::size_t>(
      count > piece ? threads : 1, count / piece + 1,
      [&]() -> std::optional<std::size_t> {
        return next < count ? std::optional(std::exchange(next, next + piece)) : std::nullopt;
      },
      [&](unsigned worker, std::size_t first) { work(worker, first, std::min(first + piece, count)); });
}

}  // namespace gatepost
