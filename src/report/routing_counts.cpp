#include "report/routing_counts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"
#include "model/severity.hpp"
#include "report/escape.hpp"

namespace gatepost::report {
namespace {

using BySeverity = std::array<std::size_t, kSeverityNames.size()>;

bool is_there(Presence presence) { return presence != Presence::fixed && presence != Presence::not_evaluated; }

// By team; "" for what no team has.
std::map<std::string, BySeverity> findings_by_team(const Assessment& assessment) {
  std::map<std::string, BySeverity> teams;
  for (std::size_t i = 0; i < assessment.findings.all.size(); ++i) {
    const Routing* const routing = assessment.routing_of(i);
    if (routing == nullptr || !is_there(assessment.assessed[i].presence)) continue;
    const auto severity = static_cast<std::size_t>(assessment.severity_of(i).label);
    for (const RoutedTeam& it : routing->assignees) ++teams[it.team][severity];
    if (routing->assignees.empty()) ++teams[""][severity];
  }
  return teams;
}

// Nobody is named but by routing.default, not even by the history.
std::size_t left_to_default(const Assessment& assessment) {
  std::size_t left = 0;
  for (std::size_t i = 0; i < assessment.findings.all.size(); ++i) {
    const Routing* const routing = assessment.routing_of(i);
    const bool is_left = routing != nullptr && routing->step == OwnershipStep::fallback && !routing->inferred;
    if (is_left && is_there(assessment.assessed[i].presence)) ++left;
  }
  return left;
}

std::string counted(const BySeverity& counts) {
  std::string out;
  for (std::size_t i = counts.size(); i-- > 0;) {
    if (counts[i] > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", counts[i], kSeverityNames[i]);
  }
  return out;
}

}  // namespace

void write_routing_counts(doc::JsonWriter& json, const Assessment& assessment) {
  const RoutingCounts& counts = assessment.routing_counts;
  json.key("routing").begin_object().field("findings", counts.findings).key("steps").begin_object();
  for (std::size_t i = 0; i < counts.steps.size(); ++i) json.field(kOwnershipStepNames[i], counts.steps[i]);
  json.end_object().key("classes").begin_object();
  for (std::size_t i = 0; i < counts.classes.size(); ++i) json.field(kUnownedClassNames[i], counts.classes[i]);
  json.field("inferred", counts.inferred).field("no-path", counts.without_path).end_object();
  json.field("left_to_default", left_to_default(assessment));
  if (counts.has_directory) json.field("without_team", counts.without_team);
  json.end_object();
}

std::string routing_text(const Assessment& assessment) {
  const RoutingCounts& counts = assessment.routing_counts;
  const auto is_or_are = [](std::size_t count) { return count == 1 ? "is" : "are"; };
  std::string out = text::count_of(counts.findings, "finding") + "\nowners by step:\n";
  for (std::size_t i = 0; i < counts.steps.size(); ++i) {
    const auto step = static_cast<OwnershipStep>(i);
    if (counts.steps[i] > 0)
      out +=
          fmt::format("  {}: {}\n", step == OwnershipStep::none ? "nobody" : kOwnershipStepNames[i], counts.steps[i]);
  }
  if (counts.inferred > 0) out += fmt::format("  of these inferred: {}\n", counts.inferred);
  out += "CODEOWNERS names nobody in particular:\n";
  std::size_t all = counts.without_path;
  for (std::size_t i = 0; i < counts.classes.size(); ++i) {
    all += counts.classes[i];
    if (counts.classes[i] > 0) out += fmt::format("  {}: {}\n", kUnownedClassNames[i], counts.classes[i]);
  }
  if (counts.without_path > 0) out += fmt::format("  no-path: {}\n", counts.without_path);
  if (all == 0) out += "  for none of them\n";
  const std::size_t fallback = left_to_default(assessment);
  out += fmt::format("{} {} left to routing.default\n", fallback, is_or_are(fallback));
  if (!counts.has_directory) return out;
  out += "by team:\n";
  for (const auto& [team, findings] : findings_by_team(assessment))
    out += fmt::format("  {}: {}\n", team.empty() ? "no team" : escape::terminal(team), counted(findings));
  return out;
}

std::string routing_json(const Assessment& assessment) {
  doc::JsonWriter json;
  json.begin_object();
  write_routing_counts(json, assessment);
  if (assessment.routing_counts.has_directory) {
    json.key("teams").begin_array();
    for (const auto& [team, findings] : findings_by_team(assessment)) {
      json.line_break().begin_object().optional_field("team", team).key("severity").begin_object();
      for (std::size_t i = findings.size(); i-- > 0;) {
        if (findings[i] > 0) json.field(kSeverityNames[i], findings[i]);
      }
      json.end_object().end_object();
    }
    json.end_array();
  }
  json.end_object();
  return json.take() + "\n";
}

}  // namespace gatepost::report
