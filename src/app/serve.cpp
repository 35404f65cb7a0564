#include "app/serve.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>

#include "app/serve_folder.hpp"
#include "app/serve_job.hpp"
#include "app/serve_metrics.hpp"
#include "app/serve_queue.hpp"
#include "app/serve_run.hpp"
#include "app/serve_secrets.hpp"
#include "app/serve_work.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "bot/job.hpp"
#include "bot/webhook.hpp"
#include "git/library.hpp"
#include "net/listener.hpp"
#include "report/escape.hpp"

namespace gatepost::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLongestId = 500;
constexpr const char* kSenders[] = {"github", "gitlab", "jira", "linear"};

struct Place {
  std::string host;
  int port = 0;
};

// "127.0.0.1:8080", "[::1]:8080", ":8080" for every address.
Result<Place> parse_place(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : text::parse_number(text.substr(colon + 1));
  if (!port || *port > 65'535) {
    return error(ErrorKind::usage, fmt::format("--listen is \"{}\"", text::printable(text, 60)),
                 "expected ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080");
  }
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return Place{host.empty() ? "0.0.0.0" : host, static_cast<int>(*port)};
}

Status check_tickets_of(const std::vector<std::string>& places) {
  for (const std::string& place : places) {
    const bool known = place.starts_with("github:") || place.starts_with("gitlab:");
    const std::string rest = place.substr(std::min(place.size(), place.find(':') + 1));
    if (known && rest.find('/') != std::string::npos) continue;
    return error(ErrorKind::usage, fmt::format("--tickets-of is \"{}\"", text::printable(place, 60)),
                 "expected github:OWNER/NAME or gitlab:GROUP/PROJECT");
  }
  return Done{};
}

// Answers webhooks. A delivery that is not refused is durable before it is answered.
class Reception {
 public:
  Reception(const Ports& ports, const ServeRequest& request, bot::WebhookSecrets secrets, Inbox& inbox,
            BotMetrics& metrics)
      : ports_(ports), request_(request), secrets_(std::move(secrets)), inbox_(inbox), metrics_(metrics) {}

  net::Answer receive(net::Incoming&& incoming) {
    const Clock::time_point begun = Clock::now();
    const std::string sender = incoming.path.substr(1);
    std::string why;
    const auto [status, result] = judge(std::move(incoming), why);
    metrics_.count_delivery(sender, result, Clock::now() - begun);
    const std::string line = fmt::format("webhook of {}: {}{}{}", sender, result, why.empty() ? "" : ": ", why);
    if (status < 300)
      log::info(line);
    else
      log::warning(line);
    return {.status = status, .body = std::string(result) + "\n"};
  }

 private:
  struct Outcome {
    int status;
    std::string_view result;
  };

  Outcome judge(net::Incoming&& incoming, std::string& why) {
    const bot::WebhookRequest request{std::move(incoming.path), std::move(incoming.headers), std::move(incoming.body)};
    const auto proven = bot::authenticate(request, secrets_, ports_.clock());
    if (const auto* const refusal = std::get_if<bot::Refusal>(&proven)) {
      why = refusal->why;
      return {refusal->status, "refused"};
    }
    const auto& delivery = std::get<bot::Delivery>(proven);
    const auto reading = bot::read_delivery(delivery, request.body, request_.accounts);
    if (!reading) {
      why = reading.error().message;
      return {400, "unreadable"};
    }
    store::Arrival arrival{.sender = std::string(bot::to_string(delivery.sender)),
                           .id = text::printable(delivery.id, kLongestId),
                           .jobs = {}};
    for (const bot::Job& job : reading->jobs) {
      auto queued_jobs = queued(job, request_.tickets_of);
      std::ranges::move(queued_jobs, std::back_inserter(arrival.jobs));
    }
    why = delivery.event + (reading->ignored.empty() ? "" : ", " + reading->ignored);
    if (arrival.jobs.empty()) return {202, "ignored"};
    const auto taken = inbox_.take_over(std::move(arrival));
    if (taken) return *taken ? Outcome{202, "accepted"} : Outcome{200, "known"};
    why = taken.error().message;
    return {503, "failed"};
  }

  const Ports& ports_;
  const ServeRequest& request_;
  bot::WebhookSecrets secrets_;
  Inbox& inbox_;
  BotMetrics& metrics_;
};

std::vector<net::Route> routes(const Ports& ports, Reception& reception, SharedQueue& queue, BotMetrics& metrics) {
  constexpr const char* kPrometheus = "text/plain; version=0.0.4; charset=utf-8";
  std::vector<net::Route> all;
  for (const char* const sender : kSenders)
    all.push_back({fmt::format("/{}", sender), true,
                   [&reception](net::Incoming&& it) { return reception.receive(std::move(it)); }});
  all.push_back({"/healthz", false, [](net::Incoming&&) -> net::Answer { return {.body = "ok\n"}; }});
  const auto counts = [&queue] { return queue.ask([](store::Queue& it) { return it.counts(); }); };
  all.push_back({"/readyz", false, [counts](net::Incoming&&) -> net::Answer {
                   if (counts()) return {.body = "ready\n"};
                   return {.status = 503, .body = "the queue does not answer\n"};
                 }});
  all.push_back({"/metrics", false, [&ports, &metrics, counts](net::Incoming&&) -> net::Answer {
                   const auto now = counts();
                   if (!now) return {.status = 503, .body = "the queue does not answer\n"};
                   return {.body = metrics.text(*now, ports.clock()), .content_type = kPrometheus};
                 }});
  return all;
}

// The queue of a bot that runs or ran: looking at it makes none.
Result<OpenQueue> existing_queue(const Ports& ports, const std::string& place) {
  GP_TRY(OpenQueue open, queue_opener(ports, place));
  const auto file = queue_file(ports, place);
  std::error_code ignored;
  if (!file || std::filesystem::exists(*file, ignored)) return open;
  return error(ErrorKind::usage, fmt::format("there is no queue in {}", text::printable(*file, 200)),
               "give the --queue that gatepost serve has");
}

// For deadlines of connections: a clock that does not go back.
Timestamp steady() {
  const auto now = Clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

Result<std::uint64_t> change_dead(const Ports& ports, const DeadRequest& request, bool revive) {
  GP_TRY(const OpenQueue open, existing_queue(ports, request.queue));
  SharedQueue queue(open);
  GP_TRY(const std::uint64_t count, queue.ask([&](store::Queue& it) {
    return revive ? it.revive(request.id, ports.clock()) : it.drop(request.id);
  }));
  if (count > 0 || request.id.empty()) return count;
  return error(ErrorKind::usage, fmt::format("there is no dead job \"{}\"", text::printable(request.id, 40)),
               "gatepost serve dead list tells which there are");
}

}  // namespace

Result<ExitCode> serve(const Ports& ports, const ServeRequest& request) {
  GP_TRY(const Place place, parse_place(request.listen));
  GP_CHECK(check_tickets_of(request.tickets_of));
  GP_TRY(bot::WebhookSecrets secrets, webhook_secrets(ports));
  GP_TRY(BotAccess access, bot_access(ports));
  GP_TRY(const OpenQueue open, queue_opener(ports, request.queue));
  GP_TRY(const git::Library library, git::Library::start());
  GP_TRY(const WorkFolder folder, WorkFolder::make());

  // In PostgreSQL deliveries need not wait for jobs; two connections to one file would wait for each other.
  SharedQueue queue(open), of_deliveries(open);
  const bool is_file = request.queue.starts_with("sqlite:");
  GP_TRY(const store::QueueCounts before, queue.ask([](store::Queue& it) { return it.counts(); }));
  BotMetrics metrics;
  const JobRunner runner(ports, std::move(access), folder.path(), request.store, request.version);
  Workforce workforce(ports, queue, runner, metrics,
                      {.workers = request.workers,
                       .attempts = request.attempts,
                       .lease = request.lease,
                       .job_limit = request.job_limit,
                       .drain = request.drain,
                       .keep_deliveries = request.keep_deliveries});
  Inbox inbox(is_file ? queue : of_deliveries, ports.clock, [&workforce] { workforce.wake(); });
  Reception reception(ports, request, std::move(secrets), inbox, metrics);
  const net::ListenerLimits limits{.body = request.body_megabytes << 20, .connections = request.connections};
  GP_TRY(const auto listener,
         net::listen(place.host, place.port, routes(ports, reception, queue, metrics), limits, steady));
  GP_CHECK(ports.narration(fmt::format("gatepost: listening on {}:{}, {} waiting\n", place.host, listener->port(),
                                       text::count_of(before.waiting, "job"))));
  std::thread answers([&listener] { listener->serve(); });
  request.wait_for_stop();
  log::info("told to end: nothing more is accepted");
  listener->stop();
  answers.join();
  workforce.stop();
  return ExitCode::done;
}

Result<ExitCode> serve_dead(const Ports& ports, const DeadRequest& request) {
  GP_TRY(const OpenQueue open, existing_queue(ports, request.queue));
  SharedQueue queue(open);
  GP_TRY(const auto dead, queue.ask([](store::Queue& it) { return it.dead(); }));
  if (dead.empty()) GP_CHECK(ports.narration("gatepost: no job is dead\n"));
  for (const store::DeadJob& it : dead) {
    const std::string line = fmt::format("{}\t{}\t{}\t{}\t{}\t{}", it.id, to_string(it.died), it.kind, it.about,
                                         text::count_of(static_cast<std::size_t>(it.attempts), "attempt"), it.reason);
    std::string row;
    for (const std::string_view cell : text::split(line, '\t'))
      row += (row.empty() ? "" : "\t") + report::escape::terminal(cell);
    GP_CHECK(ports.output(row + "\n"));
  }
  return ExitCode::done;
}

Result<ExitCode> serve_retry(const Ports& ports, const DeadRequest& request) {
  GP_TRY(const std::uint64_t count, change_dead(ports, request, true));
  GP_CHECK(ports.narration(fmt::format("gatepost: {} will run again\n", text::count_of(count, "job"))));
  return ExitCode::done;
}

Result<ExitCode> serve_drop(const Ports& ports, const DeadRequest& request) {
  GP_TRY(const std::uint64_t count, change_dead(ports, request, false));
  GP_CHECK(ports.narration(fmt::format("gatepost: {} forgotten\n", text::count_of(count, "job"))));
  return ExitCode::done;
}

}  // namespace gatepost::app
