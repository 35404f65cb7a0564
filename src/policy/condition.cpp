#include "policy/condition.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "model/cwe.hpp"

namespace gatepost::policy {
namespace {

std::string list_of(std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

std::string ops_text(FieldType type) {
  std::string out;
  for (const Op op : ops_of(type)) out.append(out.empty() ? "" : ", ").append(to_string(op));
  return out;
}

Error refuse(const Field& field, const std::string& why) {
  return error(ErrorKind::config, fmt::format("{}: {}", field.name, why));
}

constexpr std::int64_t kHighestTenths = 1000;

// "35" and "77.5" in tenths; empty for anything else, also beyond 100.
std::optional<std::int64_t> parse_tenths(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto whole = text::parse_number(text.substr(0, point));
  if (!whole || *whole > 100) return std::nullopt;
  std::int64_t tenths = static_cast<std::int64_t>(*whole) * 10;
  if (point != std::string_view::npos) {
    const std::string_view decimals = text.substr(point + 1);
    if (decimals.size() != 1 || !text::is_digit(decimals[0])) return std::nullopt;
    tenths += decimals[0] - '0';
  }
  return tenths <= kHighestTenths ? std::optional(tenths) : std::nullopt;
}

// The number of "79", "CWE-79" and "cwe-079" as facts write it.
std::optional<std::string> weakness(std::string_view text) {
  if (text.size() > 4 && text::equal_ignoring_case(text.substr(0, 4), "CWE-")) text.remove_prefix(4);
  if (!std::ranges::all_of(text, text::is_digit)) return std::nullopt;
  const auto cwe = parse_cwe(text);
  if (!cwe || cwe->number > kHighestCwe) return std::nullopt;
  return std::to_string(cwe->number);
}

Result<std::string> parse_text(const Field& field, Op op, std::string text) {
  if (op == Op::empty) {
    if (text == "true" || text == "false") return text;
    return refuse(field, fmt::format("\"{}\"; expected true or false", text::printable(text, 40)));
  }
  if (text.empty()) return refuse(field, "the text is empty; expected one that a finding can have");
  if (field.name != "cwe") return text;
  auto number = weakness(text);
  if (number) return std::move(*number);
  return refuse(field,
                fmt::format("\"{}\" is no weakness; expected a number like 79 or CWE-79", text::printable(text, 40)));
}

Result<std::int64_t> parse_operand(const Field& field, const std::string& text) {
  switch (field.type) {
    case FieldType::ordered:
    case FieldType::choice: {
      const auto found = std::ranges::find(field.names, std::string_view(text));
      if (found != field.names.end()) return static_cast<std::int64_t>(found - field.names.begin());
      const std::string close = text::nearest(text, field.names);
      return refuse(field,
                    close.empty()
                        ? fmt::format("\"{}\" is not one of {}", text::printable(text, 40), list_of(field.names))
                        : fmt::format("\"{}\" is not known; did you mean \"{}\"?", text::printable(text, 40), close));
    }
    case FieldType::boolean:
      if (text == "true" || text == "false") return std::int64_t{text == "true"};
      return refuse(field, fmt::format("\"{}\"; expected true or false", text::printable(text, 40)));
    case FieldType::number:
      if (const auto tenths = parse_tenths(text)) return *tenths;
      return refuse(field, fmt::format("\"{}\" is no score; expected a number from 0 to 100 with at most one decimal",
                                       text::printable(text, 40)));
    case FieldType::text:
    case FieldType::set:
      break;
  }
  return refuse(field, "expected a text");
}

// Comparisons that no value can meet are slips: refused, lest a policy never acts.
Status check_possible(const Field& field, Op op, const std::vector<std::int64_t>& numbers,
                      const std::vector<std::string>& written) {
  const std::int64_t highest =
      field.type == FieldType::number ? kHighestTenths : static_cast<std::int64_t>(field.names.size()) - 1;
  const auto never = [&](const std::string& values, std::string_view why) {
    return refuse(field, fmt::format("\"{}\" {} is never true{}", to_string(op), values, why));
  };
  if (op == Op::between && numbers[0] > numbers[1])
    return never(fmt::format("{} and {}", written[0], written[1]), "; expected the lower value first");
  if (op == Op::lt && numbers[0] == 0) return never(written[0], ": that is the lowest value");
  if (op == Op::gt && numbers[0] == highest) return never(written[0], ": that is the highest value");
  return Done{};
}

Truth negated(Truth truth) {
  return truth == Truth::yes ? Truth::no : truth == Truth::no ? Truth::yes : Truth::unknown;
}
Truth to_truth(bool truth) { return truth ? Truth::yes : Truth::no; }

}  // namespace

Result<Condition> Condition::leaf(const Field& field, Op op, std::vector<Operand> operands) {
  if (std::ranges::find(ops_of(field.type), op) == ops_of(field.type).end()) {
    return refuse(
        field, fmt::format("cannot be compared with \"{}\"; expected one of {}", to_string(op), ops_text(field.type)));
  }
  const bool takes_list = op == Op::in || op == Op::any || op == Op::all || op == Op::none;
  const std::size_t wanted = op == Op::between ? 2 : 1;
  if (!takes_list && operands.size() != wanted) {
    return refuse(
        field, fmt::format("\"{}\" takes {}, not {}", to_string(op), text::count_of(wanted, "value"), operands.size()));
  }
  if (operands.empty()) return refuse(field, fmt::format("\"{}\" has an empty list", to_string(op)));
  Condition condition;
  condition.field_ = &field;
  condition.op_ = op;
  const bool textual = field.type == FieldType::text || field.type == FieldType::set;
  std::vector<std::string> written;
  for (Operand& operand : operands) {
    if (textual) {
      GP_TRY(std::string text, parse_text(field, op, std::move(operand.text)));
      condition.texts_.push_back(std::move(text));
    } else {
      GP_TRY(const std::int64_t number, parse_operand(field, operand.text));
      condition.numbers_.push_back(number);
      written.push_back(std::move(operand.text));
    }
  }
  if (!textual) GP_CHECK(check_possible(field, op, condition.numbers_, written));
  if (op == Op::glob) {
    GP_TRY(Glob glob, Glob::compile(condition.texts_[0]));
    condition.glob_ = std::make_shared<const Glob>(std::move(glob));
  } else if (op == Op::regex) {
    GP_TRY(Regex regex, Regex::compile(condition.texts_[0]));
    condition.regex_ = std::make_shared<const Regex>(std::move(regex));
  }
  return condition;
}

Condition Condition::all(std::vector<Condition> parts) {
  Condition condition;
  condition.shape_ = Shape::all;
  condition.parts_ = std::move(parts);
  return condition;
}

Condition Condition::any(std::vector<Condition> parts) {
  Condition condition;
  condition.shape_ = Shape::any;
  condition.parts_ = std::move(parts);
  return condition;
}

Condition Condition::negation(Condition part) {
  Condition condition;
  condition.shape_ = Shape::negation;
  condition.parts_.push_back(std::move(part));
  return condition;
}

// Conditions are nested as deep as their document, which has a limit.
Truth Condition::evaluate(const Facts& facts, SeverityLabel unknown_severity) const {
  switch (shape_) {
    case Shape::leaf: {
      Value value = field_->get(facts);
      const bool severity_unknown = field_->name == "severity" && facts.severity == SeverityLabel::unknown;
      if (severity_unknown) value.number = static_cast<std::int64_t>(unknown_severity);
      return evaluate_leaf(value);
    }
    case Shape::all: {
      Truth truth = Truth::yes;
      for (const Condition& part : parts_) truth = std::min(truth, part.evaluate(facts, unknown_severity));
      return truth;
    }
    case Shape::any: {
      Truth truth = Truth::no;
      for (const Condition& part : parts_) truth = std::max(truth, part.evaluate(facts, unknown_severity));
      return truth;
    }
    case Shape::negation:
      return negated(parts_[0].evaluate(facts, unknown_severity));
  }
  return Truth::unknown;
}

Truth Condition::evaluate_leaf(const Value& value) const {
  if (!value.known) return Truth::unknown;
  switch (field_->type) {
    case FieldType::text:
      return to_truth(compare_text(value.text));
    case FieldType::set:
      return to_truth(compare_set(value.set));
    default:
      return to_truth(compare_number(value.number));
  }
}

bool Condition::compare_number(std::int64_t number) const {
  switch (op_) {
    case Op::eq:
      return number == numbers_[0];
    case Op::ne:
      return number != numbers_[0];
    case Op::lt:
      return number < numbers_[0];
    case Op::lte:
      return number <= numbers_[0];
    case Op::gt:
      return number > numbers_[0];
    case Op::gte:
      return number >= numbers_[0];
    case Op::in:
      return std::ranges::find(numbers_, number) != numbers_.end();
    case Op::between:
      return number >= numbers_[0] && number <= numbers_[1];
    default:
      return false;
  }
}

bool Condition::compare_text(std::string_view text) const {
  switch (op_) {
    case Op::eq:
      return text == texts_[0];
    case Op::ne:
      return text != texts_[0];
    case Op::in:
      return std::ranges::find(texts_, text) != texts_.end();
    case Op::glob:
      return glob_->matches(text);
    case Op::regex:
      return regex_->found_in(text);
    default:
      return false;
  }
}

bool Condition::compare_set(const std::vector<std::string_view>& set) const {
  const auto has = [&](const std::string& text) { return std::ranges::find(set, text) != set.end(); };
  switch (op_) {
    case Op::any:
      return std::ranges::any_of(texts_, has);
    case Op::all:
      return std::ranges::all_of(texts_, has);
    case Op::none:
      return std::ranges::none_of(texts_, has);
    case Op::empty:
      return set.empty() == (texts_[0] == "true");
    default:
      return false;
  }
}

}  // namespace gatepost::policy
