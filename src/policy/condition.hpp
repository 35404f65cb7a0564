// The conditions of a policy: predicates over facts, joined by all, any and not. Three-valued: a predicate on something
// unknown is unknown, and Kleene's rules decide the rest.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "policy/leaf.hpp"

namespace gatepost::policy {

class Condition {
 public:
  enum class Shape : std::uint8_t { leaf, all, any, negation };

  // As Leaf::make.
  static Result<Condition> leaf(const Field& field, Op op, std::vector<Operand> operands);
  static Condition all(std::vector<Condition> parts);
  static Condition any(std::vector<Condition> parts);
  static Condition negation(Condition part);

  [[nodiscard]] Truth evaluate(const Facts& facts, const Reading& reading) const;

  [[nodiscard]] Shape shape() const { return shape_; }
  [[nodiscard]] std::span<const Condition> parts() const { return parts_; }
  [[nodiscard]] const Leaf& predicate() const { return *leaf_; }  // of a leaf
  // Calls `see` for every leaf, from the first to the last.
  template <class See>
  void each_leaf(const See& see) const {
    if (shape_ == Shape::leaf) see(*leaf_);
    for (const Condition& part : parts_) part.each_leaf(see);
  }
  // Equal ones mean the same.
  [[nodiscard]] std::string key() const;

 private:
  Condition() = default;
  Shape shape_ = Shape::leaf;
  std::vector<Condition> parts_;
  std::shared_ptr<const Leaf> leaf_;  // shared: conditions are copied, compiled patterns are not
};

}  // namespace gatepost::policy
