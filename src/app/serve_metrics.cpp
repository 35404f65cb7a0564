#include "app/serve_metrics.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace gatepost::app {
namespace {

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

}  // namespace

void Histogram::add(double seconds) {
  for (std::size_t i = 0; i < kSeconds.size(); ++i) at_most_[i] += seconds <= kSeconds[i] ? 1 : 0;
  ++count_;
  sum_ += seconds;
}

void Histogram::write(std::string& out, std::string_view name, std::string_view labels) const {
  const std::string_view comma = labels.empty() ? "" : ",";
  for (std::size_t i = 0; i < kSeconds.size(); ++i)
    out += fmt::format("{}_bucket{{{}{}le=\"{}\"}} {}\n", name, labels, comma, kSeconds[i], at_most_[i]);
  out += fmt::format("{}_bucket{{{}{}le=\"+Inf\"}} {}\n", name, labels, comma, count_);
  const std::string braces = labels.empty() ? std::string() : fmt::format("{{{}}}", labels);
  out += fmt::format("{}_sum{} {:.6f}\n{}_count{} {}\n", name, braces, sum_, name, braces, count_);
}

void BotMetrics::count_delivery(std::string_view sender, std::string_view result, std::chrono::duration<double> took) {
  const std::lock_guard lock(mutex_);
  ++deliveries_[{std::string(sender), std::string(result)}];
  answer_seconds_.add(took.count());
}

void BotMetrics::count_job(std::string_view kind, std::string_view result, std::chrono::duration<double> took) {
  const std::lock_guard lock(mutex_);
  ++jobs_[{std::string(kind), std::string(result)}];
  job_seconds_[std::string(kind)].add(took.count());
}

std::string BotMetrics::text(const store::QueueCounts& queue, Timestamp now) const {
  const std::lock_guard lock(mutex_);
  std::string out;
  head(out, "gatepost_deliveries_total", "counter", "Webhooks by sender and by what became of them.");
  for (const auto& [labels, count] : deliveries_)
    out += fmt::format("gatepost_deliveries_total{{sender=\"{}\",result=\"{}\"}} {}\n", labels.first, labels.second,
                       count);
  head(out, "gatepost_answer_seconds", "histogram", "Time from a webhook's last byte to its answer.");
  answer_seconds_.write(out, "gatepost_answer_seconds", "");
  head(out, "gatepost_jobs_total", "counter", "Runs of jobs by kind and by how they ended.");
  for (const auto& [labels, count] : jobs_)
    out += fmt::format("gatepost_jobs_total{{kind=\"{}\",result=\"{}\"}} {}\n", labels.first, labels.second, count);
  head(out, "gatepost_job_seconds", "histogram", "Time that a run of a job took.");
  for (const auto& [kind, histogram] : job_seconds_)
    histogram.write(out, "gatepost_job_seconds", fmt::format("kind=\"{}\"", kind));
  head(out, "gatepost_queue_jobs", "gauge", "Jobs in the queue, of all bots that share it.");
  out += fmt::format("gatepost_queue_jobs{{state=\"waiting\"}} {}\n", queue.waiting);
  out += fmt::format("gatepost_queue_jobs{{state=\"running\"}} {}\n", queue.running);
  out += fmt::format("gatepost_queue_jobs{{state=\"dead\"}} {}\n", queue.dead);
  head(out, "gatepost_queue_oldest_seconds", "gauge", "How long the oldest job that is due waits; 0 when none does.");
  const std::int64_t age = queue.oldest ? std::max<std::int64_t>(0, now.unix_ms - queue.oldest->unix_ms) : 0;
  out += fmt::format("gatepost_queue_oldest_seconds {:.3f}\n", static_cast<double>(age) / 1000);
  return out;
}

}  // namespace gatepost::app
