// The threads that do the queue's jobs.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "app/ports.hpp"
#include "app/serve_metrics.hpp"
#include "app/serve_queue.hpp"
#include "app/serve_run.hpp"
#include "store/queue.hpp"

namespace gatepost::app {

struct WorkRules {
  unsigned workers = 2;
  int attempts = 5;
  std::chrono::seconds lease{30}, job_limit{600}, drain{25};
  std::chrono::days keep_deliveries{30};
};

// When a job is tried again after its nth attempt failed: 15 s, 1 min, 4 min … an hour at most.
std::chrono::seconds pause_after(int attempt);

class Workforce {
 public:
  Workforce(const Ports& ports, SharedQueue& queue, const JobRunner& runner, BotMetrics& metrics,
            const WorkRules& rules);
  Workforce(const Workforce&) = delete;
  Workforce& operator=(const Workforce&) = delete;
  ~Workforce() { stop(); }

  // There may be something to do.
  void wake();
  // No more jobs are taken. Those that run may end for `drain`, and are given back then.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  void work();
  void keep_house();
  bool work_once();
  void do_job(const store::TakenJob& job);
  Result<ChildEnd> run(const store::TakenJob& job, bool& lost, bool& late);
  void conclude(const store::TakenJob& job, const Result<ChildEnd>& end, bool late, Clock::duration took);
  void come_back(const store::TakenJob& job, const std::string& said, Clock::duration took);
  void fail(const store::TakenJob& job, const std::string& reason, bool hopeless, Clock::duration took);
  void rest(std::chrono::milliseconds time);
  [[nodiscard]] Timestamp later(std::chrono::milliseconds time) const;
  [[nodiscard]] bool must_end() const;

  const Ports& ports_;
  SharedQueue& queue_;
  const JobRunner& runner_;
  BotMetrics& metrics_;
  WorkRules rules_;
  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned calls_ = 0;  // of wake()
  std::atomic<bool> stops_ = false;
  std::atomic<Clock::rep> last_moment_ = 0;  // of jobs, once it stops
  std::vector<std::thread> threads_;
};

}  // namespace gatepost::app
