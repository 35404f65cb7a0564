#include "report/fix_first.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "report/facts.hpp"

namespace gatepost::report {
namespace {

using Way = FixAction::Way;
using Choice = FixAction::Choice;

constexpr std::size_t kMostNamed = 3;  // versions and parents in a sentence

std::string first_of(const std::vector<std::string>& all) {
  std::vector<std::string> some(all.begin(),
                                all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kMostNamed)));
  return text::join(some, ", ") + (all.size() > kMostNamed ? ", …" : "");
}

std::string finding_count(std::size_t count) { return grouped(count) + (count == 1 ? " finding" : " findings"); }

void write_ids(doc::JsonWriter& json, std::string_view key, const Assessment& assessment,
               const std::vector<std::uint32_t>& findings) {
  if (findings.empty()) return;
  json.key(key).begin_array();
  for (const std::uint32_t finding : findings) json.value(to_string(assessment.findings.all[finding].id));
  json.end_array();
}

void write_names(doc::JsonWriter& json, std::string_view key, const std::vector<std::string>& names) {
  if (names.empty()) return;
  json.key(key).begin_array();
  for (const std::string& name : names) json.value(name);
  json.end_array();
}

void write_steps(doc::JsonWriter& json, const FixAction& it) {
  if (it.manifests > 0) json.field("manifests", it.manifests);
  if (it.steps.empty()) return;
  json.key("steps").begin_array();
  for (const FixStep& step : it.steps) {
    json.begin_object().optional_field("manifest", step.manifest).optional_field("edit", step.edit);
    json.optional_field("command", step.command).optional_field("hint", step.hint).end_object();
  }
  json.end_array();
}

void write_action(doc::JsonWriter& json, const Assessment& assessment, const FixAction& it) {
  json.line_break().begin_object().field("title", title_of(it)).field("way", to_string(it.way));
  if (it.way != Way::base_image) json.field("choice", to_string(it.choice)).field("breaking", it.breaking);
  json.key("owners").begin_array();
  for (const Owner& owner : assessment.owner_sets[it.owners]) json.value(owner.team.value);
  json.end_array().field("owner_rank", it.owner_rank);
  json.optional_field("package", it.package).optional_field("from", it.from).optional_field("to", it.to);
  write_names(json, "stated_versions", it.stated);
  json.optional_field("image", it.image);
  write_names(json, "brought_by", it.parents);
  write_steps(json, it);
  json.key("value").tenths(it.value_tenths).field("cost", it.cost);
  json.key("risk_before").tenths(it.before_tenths).key("risk_after").tenths(it.after_tenths);
  write_ids(json, "closes", assessment, it.closes);
  write_ids(json, "may_close", assessment, it.may_close);
  if (it.leaves > 0) json.field("leaves", it.leaves);
  json.end_object();
}

}  // namespace

std::string title_of(const FixAction& action) {
  if (action.way == Way::base_image) return "build image " + action.image + " on a newer base";
  std::string title = (action.way == Way::pin ? "pin " : "upgrade ") + action.package;
  if (!action.from.empty()) title += " " + action.from;
  title += " to " + (action.to.empty() ? "one of " + first_of(action.stated) : action.to);
  if (!action.parents.empty())
    title += ", which " + first_of(action.parents) + (action.parents.size() == 1 ? " brings" : " bring");
  return title;
}

std::string extent_of(const FixAction& action) {
  return action.manifests > 1 ? "in " + grouped(action.manifests) + " files" : "";
}

std::vector<std::string> effects_of(const FixAction& action) {
  std::vector<std::string> effects = {"closes " + finding_count(action.closes.size()) + " (risk " +
                                      points(action.before_tenths) + " → " + points(action.after_tenths) + ")"};
  if (action.leaves > 0) effects.push_back("leaves " + grouped(action.leaves) + " of this version");
  if (!action.may_close.empty())
    effects.push_back("may close " + grouped(action.may_close.size()) + " more in what it brings");
  if (action.way == Way::base_image) {
    effects.emplace_back("its distribution has the fixes");
  } else if (action.choice == Choice::stated) {
    effects.emplace_back("as the tool states it: these versions cannot be compared");
  } else if (action.breaking) {
    effects.emplace_back("another major version");
  }
  return effects;
}

HowTo how_to(const FixAction& action) {
  if (action.steps.empty()) return {};
  const FixStep& first = action.steps.front();
  return {first.edit, first.command, first.hint};
}

std::vector<FixIndex> actions_for(const Assessment& assessment, std::span<const FindingIndex> findings) {
  std::vector<FixIndex> actions;
  const auto& action_of = assessment.fixes.action_of;
  for (const FindingIndex finding : findings) {
    if (finding < action_of.size() && action_of[finding] != FixPlan::kNone) actions.push_back(action_of[finding]);
  }
  std::ranges::sort(actions);
  const auto rest = std::ranges::unique(actions);
  actions.erase(rest.begin(), rest.end());
  return actions;
}

std::vector<OwnerFixes> fixes_by_owner(const Assessment& assessment) {
  std::vector<OwnerFixes> groups;
  std::map<std::uint32_t, std::size_t> index;
  const auto& actions = assessment.fixes.actions;
  for (FixIndex i = 0; i < actions.size(); ++i) {
    const auto [place, fresh] = index.try_emplace(actions[i].owners, groups.size());
    if (fresh) groups.push_back({teams(assessment.owner_sets[actions[i].owners]), {}});
    groups[place->second].actions.push_back(i);
  }
  return groups;
}

void write_fix_first(doc::JsonWriter& json, const Assessment& assessment) {
  json.key("fix_first").begin_array();
  for (const FixAction& action : assessment.fixes.actions) write_action(json, assessment, action);
  json.end_array();
}

}  // namespace gatepost::report
