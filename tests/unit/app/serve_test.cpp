#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "app/serve_job.hpp"
#include "app/serve_metrics.hpp"
#include "app/serve_work.hpp"

namespace gatepost::app {
namespace {

using namespace std::chrono_literals;

bot::Job command_on(std::uint64_t change, const std::string& key) {
  return {.kind = bot::JobKind::command,
          .sender = bot::Sender::github,
          .repository = "acme/shop",
          .change = change,
          .key = key,
          .head = "abc",
          .event = "issue_comment",
          .event_body = "{\"body\":\"\\u0000 \xc3\xa4\"}"};
}

TEST_CASE("a job is read from the queue as it was put there") {
  const auto jobs = queued(command_on(7, "command github acme/shop issue_comment 12"), {});
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].kind == "command");
  CHECK(jobs[0].about == "github acme/shop#7");
  const auto order = read_order(jobs[0].payload);
  REQUIRE(order.ok());
  CHECK(order->forge == "github");
  CHECK(order->repository == "acme/shop");
  CHECK(order->change == 7);
  CHECK(order->event == "issue_comment");
  CHECK(order->event_body == "{\"body\":\"\\u0000 \xc3\xa4\"}");
  CHECK_FALSE(read_order("{\"kind\":\"dance\"}").ok());
  CHECK_FALSE(read_order("no json").ok());
}

TEST_CASE("jobs of one change share a lane, whatever they are; those of others do not") {
  const auto one = queued(command_on(7, "a"), {}), other = queued(command_on(8, "b"), {});
  bot::Job evaluate = command_on(7, "c");
  evaluate.kind = bot::JobKind::evaluate;
  CHECK(one[0].lane == queued(evaluate, {})[0].lane);
  CHECK(one[0].lane != other[0].lane);
  CHECK(one[0].key != queued(evaluate, {})[0].key);
}

TEST_CASE("a ticket of a board is synced for every repository that is named") {
  const bot::Job job{.kind = bot::JobKind::tickets, .sender = bot::Sender::jira, .key = "tickets jira PAY"};
  const std::vector<std::string> places = {"github:acme/shop", "gitlab:acme/web/cart"};
  const auto jobs = queued(job, places);
  REQUIRE(jobs.size() == 2);
  CHECK(jobs[1].about == "gitlab acme/web/cart");
  CHECK(jobs[0].key != jobs[1].key);
  CHECK(read_order(jobs[1].payload)->forge == "gitlab");
  CHECK(queued(job, {}).empty());
}

TEST_CASE("the pause after a failure grows to an hour") {
  CHECK(pause_after(1) == 15s);
  CHECK(pause_after(2) == 60s);
  CHECK(pause_after(4) == 960s);
  CHECK(pause_after(5) == 3600s);
  CHECK(pause_after(20) == 3600s);
}

TEST_CASE("metrics are in the text format of Prometheus") {
  BotMetrics metrics;
  metrics.count_delivery("github", "accepted", 3ms);
  metrics.count_delivery("github", "accepted", 700ms);
  metrics.count_job("command", "done", 2s);
  const store::QueueCounts queue{.waiting = 2, .running = 1, .dead = 3, .oldest = Timestamp{1'000}};
  const std::string text = metrics.text(queue, {3'500});
  for (const char* line :
       {"gatepost_deliveries_total{sender=\"github\",result=\"accepted\"} 2\n",
        "gatepost_answer_seconds_bucket{le=\"0.0025\"} 0\n", "gatepost_answer_seconds_bucket{le=\"0.005\"} 1\n",
        "gatepost_answer_seconds_bucket{le=\"+Inf\"} 2\n", "gatepost_answer_seconds_sum 0.703000\n",
        "gatepost_jobs_total{kind=\"command\",result=\"done\"} 1\n",
        "gatepost_job_seconds_bucket{kind=\"command\",le=\"10\"} 1\n",
        "gatepost_job_seconds_count{kind=\"command\"} 1\n", "gatepost_queue_jobs{state=\"dead\"} 3\n",
        "gatepost_queue_oldest_seconds 2.500\n"}) {
    CAPTURE(line);
    CHECK(text.find(line) != std::string::npos);
  }
}

}  // namespace
}  // namespace gatepost::app
