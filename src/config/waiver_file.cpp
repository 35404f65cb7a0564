#include "config/waiver_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "base/time.hpp"
#include "config/condition_reader.hpp"
#include "model/finding.hpp"

namespace gatepost::config {
namespace {

constexpr std::array<std::string_view, 6> kReasons = {"risk_accepted", "false_positive", "mitigated",
                                                      "test_code",     "no_fix",         "vendor_dispute"};

// What a comment can name: "W-2026-014".
bool is_reference_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         std::ranges::all_of(id, [](char c) { return text::is_alnum(c) || c == '-' || c == '_'; }) && id.back() != '-';
}

void read_match(Section& of_waiver, policy::Waiver& waiver, Problems& problems) {
  const doc::View view = of_waiver.get("match");
  if (!view.exists())
    problems.add(of_waiver.view(),
                 "\"match\" is missing; expected finding, rule, advisory, package, purl, service, engine or path");
  Section match(view, problems);
  waiver.finding = match.text("finding");
  waiver.rule = match.text("rule");
  waiver.advisory = match.text("advisory");
  waiver.package = match.text("package");
  waiver.purl = match.text("purl");
  waiver.service = match.text("service");
  waiver.engine = match.text("engine");
  const doc::View path_view = view.at("path");
  if (const std::string path = match.text("path"); !path.empty()) {
    auto glob = Glob::compile(path);
    if (glob) {
      waiver.path = std::move(*glob);
    } else {
      problems.add(path_view, glob.error().message);
    }
  }
  waiver.in_line = match.boolean("inline").value_or(false);
  match.finish();
  const bool broad = !waiver.rule.empty() || !waiver.advisory.empty() || !waiver.package.empty() ||
                     !waiver.purl.empty() || !waiver.service.empty() || !waiver.engine.empty() ||
                     waiver.path.has_value();
  if (view.is_object() && waiver.finding.empty() && !broad)
    problems.add(view, "match names nothing; expected finding, rule, advisory, package, purl, service, engine or path");
  if (!waiver.finding.empty() && (broad || waiver.in_line)) problems.add(view, "match by finding needs nothing else");
  // Whoever writes code writes comments: what they may waive is said here, or it is everything.
  const bool bound = (!waiver.rule.empty() || !waiver.advisory.empty()) && waiver.path.has_value();
  if (waiver.in_line && waiver.finding.empty() && !bound)
    problems.add(view,
                 "inline: true needs a rule (or an advisory) and a path beside it: a comment chooses among what a "
                 "waiver grants, and anybody can write one");
  if (waiver.in_line && !is_reference_id(waiver.id.value)) {
    problems.add(view, fmt::format("a comment cannot name waiver \"{}\"; expected at most 64 letters, digits, - and _",
                                   text::printable(waiver.id.value, 80)));
  }
  if (!waiver.finding.empty() && !is_finding_id(waiver.finding)) {
    problems.add(view.at("finding"),
                 fmt::format("finding \"{}\" is no id; expected GP- and 8 or 26 letters and digits from 2 to 7",
                             text::printable(waiver.finding, 40)));
  }
}

// From the day it was created a waiver may last as long as the risk allows: without that day there would be no limit.
void read_days(Section& section, policy::Waiver& waiver, Problems& problems) {
  const doc::View view = section.view();
  const auto created = section.date("created");
  const auto expires = section.date("expires");
  if (!view.at("created").exists()) problems.add(view, "\"created\" is missing: a waiver needs a first day");
  if (!view.at("expires").exists()) problems.add(view, "\"expires\" is missing: a waiver needs a last day");
  if (created && expires && *created > *expires) {
    problems.add(view.at("created"), fmt::format("created is {}; expected no later day than expires, {}",
                                                 to_string(*created), to_string(*expires)));
  }
  waiver.created = created.value_or(std::chrono::sys_days{});
  waiver.expires = expires.value_or(std::chrono::sys_days{});
}

// Each member is a reason of its own. That the surroundings changed is known by nobody yet.
std::vector<policy::Lapse> read_lapses(doc::View view, Problems& problems) {
  std::vector<policy::Lapse> lapses;
  if (!view.exists()) return lapses;
  if (!view.is_object() || view.size() == 0) {
    problems.add(view, fmt::format("lapse_if must be a mapping such as {{kev: true}}, found {}", kind_text(view)));
    return lapses;
  }
  for (policy::Condition& condition : read_members(view, problems)) {
    const bool leaf = condition.shape() == policy::Condition::Shape::leaf;
    std::string name = leaf ? condition.predicate().text() : "a condition of lapse_if";
    lapses.push_back({std::move(name), std::move(condition)});
  }
  return lapses;
}

policy::Waiver read_waiver(doc::View view, Problems& problems) {
  Section section(view, problems);
  policy::Waiver waiver;
  waiver.where = view.where();
  waiver.id = WaiverId{section.required_text("id")};
  read_match(section, waiver, problems);
  if (const auto reason = section.choice("reason", kReasons)) {
    waiver.reason = kReasons[*reason];
  } else if (!view.at("reason").exists()) {
    problems.add(view, "\"reason\" is missing");
  }
  waiver.justification = section.required_text("justification");
  waiver.requested_by = section.required_text("requested_by");
  waiver.approved_by = section.texts("approved_by");
  read_days(section, waiver, problems);
  waiver.until_fix_available = section.boolean("until_fix_available").value_or(false);
  waiver.lapse_if = read_lapses(section.get("lapse_if"), problems);
  Section scope(section.get("scope"), problems);
  waiver.scope = read_scope(scope, false, problems);
  scope.finish();
  waiver.max_findings = static_cast<std::size_t>(section.integer("max_findings", 1, 1'000'000).value_or(1));
  static_cast<void>(section.text("ticket"));
  section.finish();
  return waiver;
}

}  // namespace

WaiverFile read_waivers(doc::View root, Problems& problems) {
  Section section(root, problems);
  WaiverFile file;
  const doc::View list = section.get("waivers");
  if (list.exists() && !list.is_null() && !list.is_array())
    problems.add(list, fmt::format("waivers must be a list, not {}", doc::to_string(list.kind())));
  for (const doc::View view : list.items()) {
    Problems of_one;
    policy::Waiver waiver = read_waiver(view, of_one);
    const auto same = [&](const policy::Waiver& other) { return other.id == waiver.id; };
    if (std::ranges::any_of(file.waivers, same))
      of_one.add(view, fmt::format("waiver id \"{}\" is used twice", waiver.id.value));
    if (of_one.empty()) {
      file.waivers.push_back(std::move(waiver));
    } else {
      file.broken.push_back({waiver.id.value, view.where(), of_one.error().message});
    }
  }
  section.finish();
  return file;
}

}  // namespace gatepost::config
