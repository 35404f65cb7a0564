#include "app/serve_job.hpp"

#include <fmt/core.h>

#include <utility>

#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/json_writer.hpp"

namespace gatepost::app {
namespace {

constexpr std::size_t kLongestName = 1500;  // of keys and lanes: they are indexed

using bot::JobKind;

constexpr JobKind kKinds[] = {JobKind::command, JobKind::evaluate, JobKind::tickets};

std::string payload_of(const WorkOrder& order) {
  doc::JsonWriter json;
  json.begin_object()
      .field("kind", bot::to_string(order.kind))
      .field("forge", order.forge)
      .field("repository", order.repository)
      .field("change", order.change)
      .optional_field("head", order.head)
      .optional_field("event", order.event)
      .optional_field("event_body", order.event_body)
      .end_object();
  return json.take();
}

store::QueuedJob queued_order(const WorkOrder& order, const std::string& key) {
  const std::string place = order.change != 0 ? fmt::format("#{}", order.change) : text::printable(order.head, 12);
  const std::string about =
      fmt::format("{} {}{}{}", order.forge, order.repository, order.change != 0 || place.empty() ? "" : "@", place);
  const std::string lane = order.kind == JobKind::tickets ? "tickets " + about : about;
  return {.key = text::printable(key, kLongestName),
          .lane = text::printable(lane, kLongestName),
          .kind = std::string(bot::to_string(order.kind)),
          .about = text::printable(about, kLongestName),
          .payload = payload_of(order)};
}

}  // namespace

std::vector<store::QueuedJob> queued(const bot::Job& job, std::span<const std::string> tickets_of) {
  WorkOrder order{.kind = job.kind,
                  .forge = std::string(bot::to_string(job.sender)),
                  .repository = job.repository,
                  .change = job.change,
                  .head = job.head,
                  .event = job.event,
                  .event_body = job.event_body};
  if (!job.repository.empty()) return {queued_order(order, job.key)};
  std::vector<store::QueuedJob> all;
  for (const std::string& place : tickets_of) {
    const std::size_t colon = place.find(':');
    order.forge = place.substr(0, colon);
    order.repository = place.substr(colon + 1);
    // Whatever was changed on which board: all of the repository's tickets are looked at.
    all.push_back(queued_order(order, fmt::format("tickets {} {}", order.forge, order.repository)));
  }
  return all;
}

Result<WorkOrder> read_order(const std::string& payload) {
  GP_TRY(const doc::Document document, doc::parse_json(payload, "the job"));
  const doc::View root = document.root();
  WorkOrder order{.forge = std::string(root.at("forge").text()),
                  .repository = std::string(root.at("repository").text()),
                  .change = static_cast<std::uint64_t>(root.at("change").integer().value_or(0)),
                  .head = std::string(root.at("head").text()),
                  .event = std::string(root.at("event").text()),
                  .event_body = std::string(root.at("event_body").text())};
  for (const JobKind kind : kKinds) {
    if (bot::to_string(kind) != root.at("kind").text()) continue;
    order.kind = kind;
    return order;
  }
  return error(ErrorKind::bad_input, "the job is of a kind that this gatepost does not know",
               "a newer gatepost took it over: let that one run");
}

}  // namespace gatepost::app
