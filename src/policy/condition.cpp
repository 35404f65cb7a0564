#include "policy/condition.hpp"

#include <algorithm>
#include <utility>

namespace gatepost::policy {

Result<Condition> Condition::leaf(const Field& field, Op op, std::vector<Operand> operands) {
  GP_TRY(Leaf leaf, Leaf::make(field, op, std::move(operands)));
  Condition condition;
  condition.leaf_ = std::make_shared<const Leaf>(std::move(leaf));
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
Truth Condition::evaluate(const Facts& facts, const Reading& reading) const {
  switch (shape_) {
    case Shape::leaf: {
      Texts room;
      return leaf_->evaluate(facts, reading, room);
    }
    case Shape::all: {
      Truth truth = Truth::yes;
      for (const Condition& part : parts_) truth = std::min(truth, part.evaluate(facts, reading));
      return truth;
    }
    case Shape::any: {
      Truth truth = Truth::no;
      for (const Condition& part : parts_) truth = std::max(truth, part.evaluate(facts, reading));
      return truth;
    }
    case Shape::negation:
      return negated(parts_[0].evaluate(facts, reading));
  }
  return Truth::unknown;
}

std::string Condition::key() const {
  if (shape_ == Shape::leaf) return leaf_->key();
  std::string key = shape_ == Shape::all ? "all(" : shape_ == Shape::any ? "any(" : "not(";
  for (const Condition& part : parts_) key += part.key() + ";";
  return key + ")";
}

}  // namespace gatepost::policy
