#include "config/condition_reader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace gatepost::config {
namespace {

using policy::Condition;
using policy::Field;
using policy::FieldType;
using policy::Op;
using policy::Operand;

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

 private:
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

  // {field: value} is eq, {field: [values]} is in; of a set both are any, and true or false tells whether it has
  // members.
  std::optional<Condition> read_short(const Field& field, doc::View value) {
    if (field.type == FieldType::set && value.boolean()) {
      auto none = Condition::leaf(field, Op::empty, {{*value.boolean() ? "false" : "true"}});
      if (none) return std::move(*none);
    }
    const Op op = field.type == FieldType::set ? Op::any : value.is_array() ? Op::in : Op::eq;
    return leaf(field, op, value);
  }

  std::optional<Condition> read_operators(const Field& field, doc::View value) {
    std::vector<Condition> parts;
    if (value.size() == 0) {
      problems_.add(value, fmt::format("{}: an empty mapping; expected an operator", field.name));
      return std::nullopt;
    }
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

struct ScopeKey {
  std::string_view key, field;
  Op op;
};
constexpr std::array kScopeKeys = {ScopeKey{"paths", "path", Op::glob},
                                   ScopeKey{"owners", "owner", Op::glob},
                                   ScopeKey{"teams", "team", Op::glob},
                                   ScopeKey{"services", "service", Op::glob},
                                   ScopeKey{"repos", "repo", Op::glob},
                                   ScopeKey{"branches", "branch", Op::glob},
                                   ScopeKey{"criticality", "criticality", Op::in},
                                   ScopeKey{"tags", "tags", Op::glob}};

}  // namespace

std::optional<Condition> read_condition(doc::View view, Problems& problems) {
  return ConditionReader(problems).read(view);
}

std::vector<Condition> read_members(doc::View view, Problems& problems) {
  ConditionReader reader(problems);
  std::vector<Condition> conditions;
  for (const auto& [key, value] : view.members()) {
    if (auto condition = reader.read_member(key, value)) conditions.push_back(std::move(*condition));
  }
  return conditions;
}

std::optional<Condition> read_scope(Section& section, bool excluding, Problems& problems) {
  std::vector<Condition> parts;
  for (const ScopeKey& it : kScopeKeys) {
    const doc::View view = section.get(it.key);
    std::vector<Operand> operands;
    for (std::string& text : section.texts(it.key)) operands.push_back({std::move(text)});
    if (operands.empty()) continue;
    auto part = Condition::leaf(*policy::find_field(it.field), it.op, std::move(operands));
    if (part) {
      parts.push_back(std::move(*part));
    } else {
      problems.add(view, part.error().message);
    }
  }
  if (parts.empty()) return std::nullopt;
  return excluding ? Condition::any(std::move(parts)) : Condition::all(std::move(parts));
}

}  // namespace gatepost::config
