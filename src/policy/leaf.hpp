// One predicate of a policy: a field, an operator, and what it is compared with.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/glob.hpp"
#include "base/regex.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/version_range.hpp"
#include "policy/field.hpp"

namespace gatepost::policy {

enum class Truth : std::uint8_t { no, unknown, yes };
inline Truth to_truth(bool truth) { return truth ? Truth::yes : Truth::no; }
inline Truth negated(Truth truth) {
  return truth == Truth::yes ? Truth::no : truth == Truth::no ? Truth::yes : Truth::unknown;
}
std::string_view to_string(Truth truth);  // "true", "unknown", "false"

// What a predicate compares with, as written in the policy: numbers are decimal ("35", "77.5").
struct Operand {
  std::string text;
};

// What predicates are judged by beside the facts.
struct Reading {
  SeverityLabel unknown_severity = SeverityLabel::medium;  // stands in for a severity that nobody knows
  Timestamp now;
};

// "35" and "77.5" counted in the field's last decimal; empty for anything else, also beyond the highest.
std::optional<std::int64_t> parse_decimal(const Field& field, std::string_view text);
// A member of a set as facts write it: "CWE-079" is "79".
Result<std::string> parse_member(const Field& field, std::string text);

class Leaf {
 public:
  // Fails when the operator does not fit the field, or an operand is not a value of its type; the message says what
  // would be.
  static Result<Leaf> make(const Field& field, Op op, std::vector<Operand> operands);

  [[nodiscard]] Truth judge(const Value& value, const Reading& reading) const;
  [[nodiscard]] Truth evaluate(const Facts& facts, const Reading& reading, Texts& room) const {
    return judge(value_of(*field_, facts, room), reading);
  }
  [[nodiscard]] const Field& field() const { return *field_; }
  // Its answer depends on one text alone, and takes longer than remembering it.
  [[nodiscard]] bool is_costly() const {
    return field_->type == FieldType::text && (op_ == Op::glob || op_ == Op::regex || texts_.size() > 4);
  }
  // "severity gte high", for people.
  [[nodiscard]] const std::string& text() const { return text_; }
  // Whatever meets `other` meets this one, as far as that can be told: names of one field are compared.
  [[nodiscard]] bool covers(const Leaf& other) const;
  // Equal ones mean the same.
  [[nodiscard]] const std::string& key() const { return key_; }

 private:
  Leaf() = default;
  Status read_operands(std::vector<Operand> operands);
  Status read_names(const std::vector<Operand>& operands);
  Status read_numbers(const std::vector<Operand>& operands);
  Status read_texts(std::vector<Operand> operands);
  Status read_time(const std::string& operand);
  Status read_range(const std::string& operand);
  [[nodiscard]] bool compare_number(std::int64_t number) const;
  [[nodiscard]] bool compare_text(std::string_view text) const;
  [[nodiscard]] bool compare_set(std::span<const std::string_view> set) const;
  [[nodiscard]] bool compare_time(std::int64_t time, std::int64_t now) const;
  [[nodiscard]] Truth judge_version(const Value& value) const;
  [[nodiscard]] Truth judge_named(const Value& value, const Reading& reading) const;

  const Field* field_ = nullptr;
  Op op_ = Op::eq;
  std::string text_, key_;
  std::uint64_t positions_ = 0;    // of ordered fields and choices: those that meet it
  bool asks_for_unknown_ = false;  // "unknown" is one of the operands: then it is a value
  std::vector<std::int64_t> numbers_;
  std::vector<std::string> texts_;
  std::vector<Glob> globs_;
  std::vector<Regex> regexes_;
  std::optional<VersionRange> range_;
};

}  // namespace gatepost::policy
