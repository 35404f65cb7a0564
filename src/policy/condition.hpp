// The conditions of a policy: typed predicates over the facts of one finding, joined by all, any and not. Three-valued:
// a predicate on something unknown is unknown, and Kleene's rules decide the rest.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/glob.hpp"
#include "base/regex.hpp"
#include "base/result.hpp"
#include "policy/facts.hpp"

namespace gatepost::policy {

enum class Truth : std::uint8_t { no, unknown, yes };

enum class FieldType : std::uint8_t { ordered, choice, number, boolean, text, set };
enum class Op : std::uint8_t { eq, ne, lt, lte, gt, gte, in, between, glob, regex, any, all, none, empty };

// A fact's value, or nothing. Ordered values and choices are positions in the field's list of names; risk is in tenths.
struct Value {
  bool known = false;
  std::int64_t number = 0;
  std::string_view text;
  std::vector<std::string_view> set;
};

// One line of the table of fields (fields.cpp).
struct Field {
  std::string_view name;
  FieldType type;
  std::span<const std::string_view> names;  // of ordered fields and choices
  Value (*get)(const Facts& facts);
  std::string_view help;
};
inline constexpr std::uint32_t kHighestCwe = 1999;  // the list is far from it; beyond it no fact is known
std::span<const Field> fields();
const Field* find_field(std::string_view name);
// "eq", "gte" … of an operator, and the operators a type has.
std::optional<Op> parse_op(std::string_view name);
std::string_view to_string(Op op);
std::span<const Op> ops_of(FieldType type);
std::string_view describe(FieldType type);  // "a severity", for messages

// What a predicate compares with, as written in the policy: numbers are decimal ("35", "77.5").
struct Operand {
  std::string text;
};

class Condition {
 public:
  // Fails when the operator does not fit the field, or an operand is not a value of its type; the message says what
  // would be.
  static Result<Condition> leaf(const Field& field, Op op, std::vector<Operand> operands);
  static Condition all(std::vector<Condition> parts);
  static Condition any(std::vector<Condition> parts);
  static Condition negation(Condition part);

  // `unknown_severity` stands in for a severity that nobody knows.
  [[nodiscard]] Truth evaluate(const Facts& facts, SeverityLabel unknown_severity) const;

 private:
  enum class Shape : std::uint8_t { leaf, all, any, negation };
  Condition() = default;
  [[nodiscard]] Truth evaluate_leaf(const Value& value) const;
  [[nodiscard]] bool compare_number(std::int64_t number) const;
  [[nodiscard]] bool compare_text(std::string_view text) const;
  [[nodiscard]] bool compare_set(const std::vector<std::string_view>& set) const;

  Shape shape_ = Shape::leaf;
  std::vector<Condition> parts_;
  const Field* field_ = nullptr;
  Op op_ = Op::eq;
  std::vector<std::int64_t> numbers_;
  std::vector<std::string> texts_;
  std::shared_ptr<const Glob> glob_;  // shared: conditions are copied, compiled patterns are not
  std::shared_ptr<const Regex> regex_;
};

}  // namespace gatepost::policy
