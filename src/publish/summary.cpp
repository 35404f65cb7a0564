// The sticky comment: one for each gate and change request, kept true.
#include <algorithm>

#include "base/text.hpp"
#include "publish/marker.hpp"
#include "publish/parts.hpp"
#include "report/markdown.hpp"

namespace gatepost::publish {
namespace {

constexpr std::size_t kBudget = 60'000;  // bytes; GitHub takes 65,536 characters

// True when a change request that has no summary yet gets one.
bool deserves_comment(const Sight& sight) {
  const Outcome outcome = sight.assessment().verdict.outcome;
  const bool clean = outcome == Outcome::pass && sight.overview.news.empty() && sight.overview.fixed.empty();
  switch (sight.settings.comment) {
    case Comment::always:
      return true;
    case Comment::on_findings:
      return !clean;
    case Comment::on_failure:
      return !is_gate_open(outcome);
    case Comment::never:
      break;
  }
  return false;
}

// Ours of this gate, the oldest first.
std::vector<const ShownComment*> summaries(const Sight& sight) {
  std::vector<const ShownComment*> ours;
  for (const ShownComment& comment : sight.shown.comments) {
    if (is_summary(comment.body, sight.settings.name)) ours.push_back(&comment);
  }
  std::ranges::stable_sort(ours, [](const auto* a, const auto* b) { return is_older(a->id, b->id); });
  return ours;
}

// Takes away what a link of ours with this label leads to.
std::string without_target(std::string body, std::string_view label) {
  const std::string opening = "[" + std::string(label) + "](";
  for (std::size_t at = 0; (at = body.find(opening, at)) != std::string::npos;) {
    at += opening.size();
    const std::size_t end = body.find_first_of(")\n |`", at);
    if (end == std::string::npos) break;
    body.erase(at, end - at);
  }
  return body;
}

}  // namespace

std::string comparable(std::string_view body) {
  std::string out(body);
  std::erase(out, '\r');
  if (auto marker = parse_summary_marker(out)) {
    marker->stamp.run = marker->stamp.attempt = 0;
    out.replace(0, first_line(out).size(), summary_marker("", marker->stamp));
  }
  out = without_target(without_target(std::move(out), "The whole report"), "the whole report");
  return std::string(text::trim(out));
}

std::string markdown(const Sight& sight, std::string marker) {
  report::Input input = sight.input.report;
  input.markdown.marker = std::move(marker);
  input.markdown.budget = std::min(input.markdown.budget, kBudget);
  std::string body;
  const Status written = report::write_markdown(input, [&](std::string_view piece) -> Status {
    body += piece;
    return Done{};
  });
  GP_ASSERT(written.ok());  // only a sink can fail
  return body;
}

bool said_by_another_run(const Sight& sight) {
  const auto ours = summaries(sight);
  if (ours.empty()) return false;
  const auto marker = parse_summary_marker(ours.front()->body);
  const Stamp& now = sight.input.stamp;
  return marker->stamp.head == now.head && marker->stamp.run != now.run &&
         comparable(ours.front()->body) == comparable(markdown(sight, summary_marker(sight.settings.name, now)));
}

Part plan_summary(const Sight& sight) {
  Part part;
  const auto ours = summaries(sight);
  if (ours.empty() && !deserves_comment(sight)) return part;
  if (!sight.can(Channel::comment)) {
    part.notes.emplace_back(
        "The summary is not written as a comment: the forge does not let us. The job summary has it.");
    return part;
  }
  const std::string marker = summary_marker(sight.settings.name, sight.input.stamp);
  std::string body = markdown(sight, marker);
  if (ours.empty()) {
    part.actions.push_back({"summary", Channel::comment, CreateComment{marker, std::move(body)}});
    return part;
  }
  if (comparable(ours.front()->body) != comparable(body)) {
    part.actions.push_back({"summary", Channel::comment, UpdateComment{ours.front()->id, std::move(body)}});
  }
  for (std::size_t i = 1; i < ours.size(); ++i) {
    part.actions.push_back({"summary again " + ours[i]->id, Channel::comment, DeleteComment{ours[i]->id}});
  }
  return part;
}

}  // namespace gatepost::publish
