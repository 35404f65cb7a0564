#include "app/serve_work.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "app/exit_code.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "bot/job.hpp"

namespace gatepost::app {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kLookAgain{1'000};  // for what other bots took over, and what is due by now
constexpr std::chrono::milliseconds kAfterTrouble{2'000};
constexpr std::chrono::milliseconds kHousekeeping{5'000};
constexpr std::chrono::minutes kPlanned{61};  // that a sync leaves a ticket to the run that planned it, and a minute
constexpr int kForgetEvery = 720;             // rounds of housekeeping: an hour

std::string last_lines(const std::string& said) {
  const std::string_view all = text::trim(said);
  constexpr std::size_t kShown = 600;
  return text::printable(text::fold_whitespace(all.size() > kShown ? all.substr(all.size() - kShown) : all), kShown);
}

// Renews a lease for as long as it lives, also while the job's token and settings are fetched.
class LeaseKeeper {
 public:
  using Renew = std::function<Result<bool>()>;
  LeaseKeeper(std::chrono::milliseconds lease, Renew renew)
      : lease_(lease), renew_(std::move(renew)), thread_([this] { work(); }) {}
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;
  ~LeaseKeeper() {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    end_.notify_all();
    thread_.join();
  }
  // Somebody else may have the job by now.
  [[nodiscard]] bool is_lost() const { return lost_; }

 private:
  using Clock = std::chrono::steady_clock;

  void work() {
    Clock::time_point renewed = Clock::now();
    std::unique_lock lock(mutex_);
    while (!lost_ && !end_.wait_for(lock, lease_ / 3, [this] { return ends_; })) {
      lock.unlock();
      const auto ours = renew_();
      const Clock::time_point now = Clock::now();
      if (ours) renewed = now;
      lost_ = ours ? !*ours : now - renewed > lease_;
      lock.lock();
    }
  }

  std::chrono::milliseconds lease_;
  Renew renew_;
  std::mutex mutex_;
  std::condition_variable end_;
  bool ends_ = false;
  std::atomic<bool> lost_ = false;
  std::thread thread_;
};

}  // namespace

std::chrono::seconds pause_after(int attempt) {
  std::chrono::seconds pause = 15s;
  for (int i = 1; i < attempt && pause < 1h; ++i) pause *= 4;
  return std::min<std::chrono::seconds>(pause, 1h);
}

Workforce::Workforce(const Ports& ports, SharedQueue& queue, const JobRunner& runner, BotMetrics& metrics,
                     const WorkRules& rules)
    : ports_(ports), queue_(queue), runner_(runner), metrics_(metrics), rules_(rules) {
  for (unsigned i = 0; i < rules_.workers; ++i) threads_.emplace_back([this] { work(); });
  threads_.emplace_back([this] { keep_house(); });
}

void Workforce::wake() {
  {
    const std::lock_guard lock(mutex_);
    ++calls_;
  }
  changed_.notify_all();
}

void Workforce::stop() {
  if (threads_.empty()) return;
  last_moment_ = (Clock::now() + rules_.drain).time_since_epoch().count();
  stops_ = true;
  wake();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Workforce::work() {
  while (!stops_) {
    if (!work_once()) rest(kLookAgain);
  }
}

// Until the time is over, or something happens.
void Workforce::rest(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  const unsigned before = calls_;
  changed_.wait_for(lock, time, [&] { return stops_ || calls_ != before; });
}

Timestamp Workforce::later(std::chrono::milliseconds time) const { return {ports_.clock().unix_ms + time.count()}; }

bool Workforce::must_end() const { return stops_ && Clock::now().time_since_epoch().count() > last_moment_; }

// False when there was nothing to do.
bool Workforce::work_once() {
  const std::string lease = ports_.nonce();
  const auto taken =
      queue_.ask([&](store::Queue& queue) { return queue.take(lease, later(rules_.lease), later(0ms)); });
  if (!taken) {
    log::error("the queue: " + taken.error().message);
    rest(kAfterTrouble);
    return false;
  }
  if (!*taken) return false;
  do_job(**taken);
  return true;
}

void Workforce::do_job(const store::TakenJob& job) {
  const Clock::time_point begun = Clock::now();
  log::info(fmt::format("{} of {}: attempt {}", job.job.kind, job.job.about, job.attempt));
  bool lost = false, late = false;
  const Result<ChildEnd> end = run(job, lost, late);
  const Clock::duration took = Clock::now() - begun;
  if (lost) {
    log::warning(fmt::format("{} of {}: somebody else has it by now", job.job.kind, job.job.about));
    metrics_.count_job(job.job.kind, "lost", took);
    return;
  }
  conclude(job, end, late, took);
}

Result<ChildEnd> Workforce::run(const store::TakenJob& job, bool& lost, bool& late) {
  GP_TRY(const WorkOrder order, read_order(job.job.payload));
  const LeaseKeeper keeper(rules_.lease, [&] {
    return queue_.ask([&](store::Queue& queue) { return queue.renew(job, later(rules_.lease)); });
  });
  const Clock::time_point begun = Clock::now();
  return runner_.run(order, job.lease, [&] {
    late = Clock::now() - begun > rules_.job_limit;
    lost = keeper.is_lost();
    return !lost && !late && !must_end();
  });
}

void Workforce::conclude(const store::TakenJob& job, const Result<ChildEnd>& end, bool late, Clock::duration took) {
  if (!end) {
    const bool hopeless = end.error().kind == ErrorKind::bad_input || end.error().kind == ErrorKind::config;
    return fail(job, end.error().message, hopeless, took);
  }
  const std::string said = last_lines(end->said);
  if (late) return fail(job, fmt::format("it took longer than {} s; {}", rules_.job_limit.count(), said), false, took);
  if (end->stopped && end->exit_code != 0) {
    const auto back =
        queue_.ask([&](store::Queue& queue) { return queue.postpone(job, later(0ms), "the bot ended", false); });
    if (!back) log::error("the queue: " + back.error().message);
    return metrics_.count_job(job.job.kind, "released", took);
  }
  const bool not_all_made =
      end->exit_code == static_cast<int>(ExitCode::failed) && job.job.kind == bot::to_string(bot::JobKind::tickets);
  if (not_all_made) return come_back(job, said, took);
  // What the command line or the settings have wrong, another run has wrong as well.
  if (end->exit_code != 0)
    return fail(job, fmt::format("exit code {}: {}", end->exit_code, said), end->exit_code == 2, took);
  const auto done = queue_.ask([&](store::Queue& queue) { return queue.finish(job); });
  if (!done) log::error("the queue: " + done.error().message);
  metrics_.count_job(job.job.kind, "done", took);
  log::info(fmt::format("{} of {}: done", job.job.kind, job.job.about));
}

// Another run has planned a ticket. Should that run be no more, one that comes when it is late enough makes the ticket.
void Workforce::come_back(const store::TakenJob& job, const std::string& said, Clock::duration took) {
  const Timestamp due = later(kPlanned);
  const auto kept = queue_.ask([&](store::Queue& queue) { return queue.postpone(job, due, said, false); });
  if (!kept) log::error("the queue: " + kept.error().message);
  metrics_.count_job(job.job.kind, "retried", took);
  log::info(fmt::format("{} of {}: not all is made; it comes back at {}", job.job.kind, job.job.about, to_string(due)));
}

void Workforce::fail(const store::TakenJob& job, const std::string& reason, bool hopeless, Clock::duration took) {
  const bool dies = hopeless || job.attempt >= rules_.attempts;
  const Timestamp due = later(pause_after(job.attempt));
  const auto kept = queue_.ask([&](store::Queue& queue) {
    return dies ? queue.bury(job, reason, later(0ms)) : queue.postpone(job, due, reason, true);
  });
  if (!kept) log::error("the queue: " + kept.error().message);
  metrics_.count_job(job.job.kind, dies ? "dead" : "retried", took);
  const std::string next = dies ? "given up; gatepost serve dead lists it" : "next attempt at " + to_string(due);
  log::warning(
      fmt::format("{} of {}: attempt {} failed: {}; {}", job.job.kind, job.job.about, job.attempt, reason, next));
}

// Jobs of bots that were ended; deliveries that nobody sends again.
void Workforce::keep_house() {
  for (int round = 0; !stops_; ++round) {
    const auto swept = queue_.ask([&](store::Queue& queue) { return queue.sweep(rules_.attempts, later(0ms)); });
    if (!swept) log::error("the queue: " + swept.error().message);
    if (swept && *swept > 0) {
      log::warning(text::count_of(*swept, "job") + " had been left behind");
      wake();
    }
    if (round % kForgetEvery == 0) {
      const auto forgotten =
          queue_.ask([&](store::Queue& queue) { return queue.forget_deliveries(later(-rules_.keep_deliveries)); });
      if (!forgotten) log::error("the queue: " + forgotten.error().message);
    }
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kHousekeeping, [&] { return stops_.load(); });
  }
}

}  // namespace gatepost::app
