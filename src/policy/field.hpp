// The table of what policies can ask, and the operators that each type of value has.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/facts.hpp"

namespace gatepost::policy {

enum class FieldType : std::uint8_t { ordered, choice, number, boolean, text, set, time, version, licence };
enum class Op : std::uint8_t {
  eq,
  ne,
  lt,
  lte,
  gt,
  gte,
  in,
  between,
  glob,
  regex,
  any,
  all,
  none,
  empty,
  older_than,
  newer_than,
  before,
  after,
  vers,
  allow,
  deny
};

// A fact's value, or nothing. Ordered values and choices are positions in the field's list of names, times
// milliseconds, numbers whole ones of the field's last decimal.
struct Value {
  bool known = false;
  std::int64_t number = 0;
  std::string_view text;
  std::span<const std::string_view> set;
};
using Texts = std::vector<std::string_view>;  // where a getter puts a list that is nowhere yet

// One line of the table.
struct Field {
  std::string_view name;
  FieldType type = FieldType::text;
  std::span<const std::string_view> names = {};             // of ordered fields and choices
  Value (*get)(const Facts& facts, Texts& room) = nullptr;  // nullptr: this build never knows it
  std::string_view help;
  Subject level = Subject::finding;  // what must be looked at to know it
  bool descending = false;           // of ordered fields: the strongest name comes first
  bool may_be_unknown = false;       // the first name is "unknown", and is no value but when it is asked for
  int decimals = 0;                  // of numbers
  std::int64_t highest = 0;          // of numbers, counted in the last decimal
};
inline constexpr std::uint32_t kHighestCwe = 1999;  // the list is far from it; beyond it no fact is known
std::span<const Field> fields();
const Field* find_field(std::string_view name);
// What the facts say; `room` must outlive the value.
Value value_of(const Field& field, const Facts& facts, Texts& room);
// As people write it: "high", "77.5", "2026-11-21"; "unknown" for nothing.
std::string shown(const Field& field, const Value& value);

// "eq", "gte" … of an operator, and the operators a type has.
std::optional<Op> parse_op(std::string_view name);
using gatepost::to_string;
std::string_view to_string(Op op);
std::span<const Op> ops_of(FieldType type);

}  // namespace gatepost::policy
