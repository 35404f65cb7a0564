// What the bot tells of itself, in the text format of Prometheus.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.hpp"
#include "store/queue.hpp"

namespace gatepost::app {

// Of durations; each bucket counts what took no longer.
class Histogram {
 public:
  static constexpr std::array<double, 12> kSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                      0.1,   0.5,    1,     10,   60,    600};
  void add(double seconds);
  // Lines of the metric `name`; `labels` is "" or `kind="command"`.
  void write(std::string& out, std::string_view name, std::string_view labels) const;

 private:
  std::array<std::uint64_t, kSeconds.size()> at_most_{};
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

// Since the bot began. For several threads at once.
class BotMetrics {
 public:
  // `sender` is "github" …, `result` "accepted", "known", "ignored", "refused", "unreadable", "failed".
  void count_delivery(std::string_view sender, std::string_view result, std::chrono::duration<double> took);
  // `result` is "done", "retried", "dead", "released", "lost".
  void count_job(std::string_view kind, std::string_view result, std::chrono::duration<double> took);
  [[nodiscard]] std::string text(const store::QueueCounts& queue, Timestamp now) const;

 private:
  using Labels = std::pair<std::string, std::string>;
  mutable std::mutex mutex_;
  std::map<Labels, std::uint64_t> deliveries_, jobs_;
  std::map<std::string, Histogram> job_seconds_;
  Histogram answer_seconds_;
};

}  // namespace gatepost::app
