#include "config/policy_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "base/time.hpp"

namespace gatepost::config {
namespace {

using policy::Condition;
using policy::Field;
using policy::Op;
using policy::Operand;
using policy::Policy;
using policy::Threshold;

constexpr std::array<std::string_view, 3> kActions = {"notify", "warn", "block"};
constexpr std::array kActionValues = {Action::notify, Action::warn, Action::block};
constexpr std::array<std::string_view, 2> kOnUnknown = {"no_match", "match"};
constexpr std::array<std::string_view, 4> kMeasures = {"count", "sum_risk", "pr_risk", "change_risk"};
constexpr std::size_t kMostPolicies = 1000;

std::vector<std::string_view> field_names() {
  std::vector<std::string_view> names = {"all", "any", "not"};
  for (const Field& field : policy::fields()) names.push_back(field.name);
  return names;
}

std::vector<Operand> operands_of(doc::View value) {
  if (!value.is_array()) return {{std::string(value.scalar())}};
  std::vector<Operand> operands;
  for (const doc::View item : value.items()) operands.push_back({std::string(item.scalar())});
  return operands;
}

class ConditionReader {
 public:
  explicit ConditionReader(Problems& problems) : problems_(problems) {}

  // A mapping with several keys means all of them.
  std::optional<Condition> read(doc::View view) {
    if (!view.is_object() || view.size() == 0) {
      problems_.add(view, fmt::format("a condition must be a mapping such as {{severity: {{gte: high}}}}, found {}",
                                      kind_text(view)));
      return std::nullopt;
    }
    std::vector<Condition> parts;
    for (const auto& [key, value] : view.members()) {
      auto part = read_member(key, value);
      if (!part) return std::nullopt;
      parts.push_back(std::move(*part));
    }
    if (parts.size() == 1) return std::move(parts[0]);
    return Condition::all(std::move(parts));
  }

 private:
  std::optional<Condition> read_member(std::string_view key, doc::View value) {
    if (key == "not") {
      auto part = read(value);
      if (!part) return std::nullopt;
      return Condition::negation(std::move(*part));
    }
    if (key == "all" || key == "any") return read_list(key, value);
    const Field* const field = policy::find_field(key);
    if (field == nullptr) {
      problems_.add_at_key(value, unknown_name("field", key, field_names()));
      return std::nullopt;
    }
    return value.is_object() ? read_operators(*field, value) : read_short(*field, value);
  }

  std::optional<Condition> read_list(std::string_view key, doc::View value) {
    if (!value.is_array() || value.size() == 0) {
      problems_.add(value, fmt::format("\"{}\" takes a list of conditions, found {}", key, kind_text(value)));
      return std::nullopt;
    }
    std::vector<Condition> parts;
    for (const doc::View item : value.items()) {
      auto part = read(item);
      if (!part) return std::nullopt;
      parts.push_back(std::move(*part));
    }
    return key == "all" ? Condition::all(std::move(parts)) : Condition::any(std::move(parts));
  }

  // {field: value} is eq, {field: [values]} is in; of a set field both are any.
  std::optional<Condition> read_short(const Field& field, doc::View value) {
    const Op op = field.type == policy::FieldType::set ? Op::any : value.is_array() ? Op::in : Op::eq;
    return leaf(field, op, value);
  }

  std::optional<Condition> read_operators(const Field& field, doc::View value) {
    std::vector<Condition> parts;
    for (const auto& [name, operand] : value.members()) {
      const auto op = policy::parse_op(name);
      if (!op) {
        std::vector<std::string_view> names;
        for (const Op known : policy::ops_of(field.type)) names.push_back(policy::to_string(known));
        problems_.add_at_key(operand, unknown_name("operator", name, names));
        return std::nullopt;
      }
      auto part = leaf(field, *op, operand);
      if (!part) return std::nullopt;
      parts.push_back(std::move(*part));
    }
    if (parts.size() == 1) return std::move(parts[0]);
    return Condition::all(std::move(parts));
  }

  std::optional<Condition> leaf(const Field& field, Op op, doc::View value) {
    auto condition = Condition::leaf(field, op, operands_of(value));
    if (condition) return std::move(*condition);
    problems_.add(value, condition.error().message);
    return std::nullopt;
  }

  Problems& problems_;
};

void read_threshold(doc::View view, Threshold& threshold, Problems& problems) {
  if (!view.exists()) return;
  Section section(view, problems);
  for (std::size_t i = 0; i < kMeasures.size(); ++i) {
    const doc::View measure = section.get(kMeasures[i]);
    if (!measure.exists()) continue;
    Section bounds(measure, problems);
    const auto kind = static_cast<Threshold::Measure>(i);
    const bool is_score = kind == Threshold::Measure::pr_risk || kind == Threshold::Measure::change_risk;
    const std::int64_t highest = is_score ? 100 : 1'000'000'000;
    const auto above = bounds.integer("gt", 0, highest - 1);  // nothing is above the highest
    const auto from = bounds.integer("gte", 0, highest);
    bounds.finish();
    if (measure.at("gt").exists() == measure.at("gte").exists())
      problems.add(measure, "a threshold takes either gt or gte");
    const bool in_tenths = kind == Threshold::Measure::sum_risk || kind == Threshold::Measure::pr_risk;
    threshold = {kind, from.has_value(), (from ? *from : above.value_or(0)) * (in_tenths ? 10 : 1)};
  }
  section.finish();
}

std::vector<Glob> read_globs(Section& section, std::string_view key, Problems& problems) {
  std::vector<Glob> globs;
  for (const std::string& pattern : section.texts(key)) {
    auto glob = Glob::compile(pattern);
    if (glob) {
      globs.push_back(std::move(*glob));
    } else {
      problems.add(section.view().at(key), glob.error().message);
    }
  }
  return globs;
}

policy::Coverage read_scope(doc::View view, Problems& problems) {
  Section section(view, problems);
  policy::Coverage scope;
  scope.paths = read_globs(section, "paths", problems);
  scope.owners = section.texts("owners");
  Section excluded(section.get("exclude"), problems);
  scope.excluded_paths = read_globs(excluded, "paths", problems);
  excluded.finish();
  section.finish();
  return scope;
}

std::vector<policy::Event> read_events(Section& section, Problems& problems) {
  std::vector<policy::Event> events;
  for (const std::string& name : section.texts("on")) {
    const auto found = std::ranges::find(policy::kEventNames, std::string_view(name));
    if (found == policy::kEventNames.end()) {
      problems.add(section.view().at("on"), unknown_name("event", name, policy::kEventNames));
    } else {
      events.push_back(static_cast<policy::Event>(found - policy::kEventNames.begin()));
    }
  }
  return events;
}

Policy read_policy(doc::View view, bool match_unknown, Problems& problems) {
  Section section(view, problems);
  Policy policy;
  policy.id = PolicyId{section.required_text("id")};
  policy.title = section.text("title");
  policy.message = section.text("message");
  policy.match_unknown = match_unknown;
  if (const auto mode = section.choice("mode", policy::kModeNames)) policy.mode = static_cast<policy::Mode>(*mode);
  if (const auto unknown = section.choice("on_unknown", kOnUnknown)) policy.match_unknown = *unknown == 1;
  policy.on = read_events(section, problems);
  policy.scope = read_scope(section.get("scope"), problems);
  const doc::View action = section.get("action");
  if (!action.exists()) problems.add(view, "\"action\" is missing; expected block, warn or notify");
  if (const auto chosen = section.choice("action", kActions)) policy.action = kActionValues[*chosen];
  policy.valid_from = section.date("valid_from");
  policy.valid_until = section.date("valid_until");
  if (policy.valid_from && policy.valid_until && *policy.valid_from > *policy.valid_until) {
    problems.add(view.at("valid_from"), fmt::format("valid_from is {}; expected no later day than valid_until, {}",
                                                    to_string(*policy.valid_from), to_string(*policy.valid_until)));
  }
  const doc::View match = section.get("match");
  if (match.exists()) policy.match = ConditionReader(problems).read(match);
  read_threshold(section.get("threshold"), policy.threshold, problems);
  section.finish();
  return policy;
}

}  // namespace

void read_policies(doc::View root, policy::Rules& rules, policy::Evidence& evidence, Problems& problems) {
  Section section(root, problems);
  const auto version = section.integer("gatepost", 1, 1);
  if (!version && root.exists() && !root.at("gatepost").exists())
    problems.add(root, "\"gatepost: 1\" is missing: the version of the policy language");
  if (const auto mode = section.choice("mode", policy::kModeNames)) rules.mode = static_cast<policy::Mode>(*mode);
  Section defaults(section.get("defaults"), problems);
  if (const auto label = defaults.choice("unknown_severity", kSeverityNames))
    rules.unknown_severity = static_cast<SeverityLabel>(*label);
  const bool match_unknown = defaults.choice("on_unknown", kOnUnknown) == std::optional<std::size_t>(1);
  constexpr std::array<std::string_view, 2> kMissing = {"inconclusive", "warn"};
  if (const auto missing = defaults.choice("missing_evidence", kMissing)) evidence.tolerate_incomplete = *missing == 1;
  defaults.finish();
  const doc::View policies = section.get("policies");
  if (!policies.exists()) problems.add(root, "\"policies\" is missing: a list of policies");
  if (policies.exists() && !policies.is_array())
    problems.add(policies, fmt::format("policies must be a list, not {}", doc::to_string(policies.kind())));
  std::vector<std::string> ids;
  for (const doc::View view : policies.items()) {
    if (rules.policies.size() >= kMostPolicies) {
      problems.add(view, fmt::format("more than the limit of {} policies", kMostPolicies));
      break;
    }
    Policy policy = read_policy(view, match_unknown, problems);
    if (std::ranges::find(ids, policy.id.value) != ids.end())
      problems.add(view, fmt::format("policy id \"{}\" is used twice", policy.id.value));
    ids.push_back(policy.id.value);
    rules.policies.push_back(std::move(policy));
  }
  section.finish();
}

}  // namespace gatepost::config
