#include "policy/program.hpp"

#include <algorithm>

namespace gatepost::policy {

bool is_about_run(const Condition& condition) {
  bool about_run = true;
  condition.each_leaf([&](const Leaf& leaf) { about_run = about_run && leaf.field().level == Subject::run; });
  return about_run;
}

Program::Root Program::add(const Condition& condition) {
  Node node{.shape = condition.shape()};
  std::string key;
  std::vector<Root> parts;
  if (node.shape == Condition::Shape::leaf) {
    node.leaf = &condition.predicate();
    key = "leaf " + node.leaf->key();
  } else {
    key = std::to_string(static_cast<int>(node.shape));
    for (const Condition& part : condition.parts()) parts.push_back(add(part));
    for (const Root part : parts) key += " " + std::to_string(part);
  }
  const auto [entry, fresh] = known_.emplace(std::move(key), static_cast<Root>(nodes_.size()));
  if (!fresh) return entry->second;
  node.first = static_cast<std::uint32_t>(parts_.size());
  node.count = static_cast<std::uint32_t>(parts.size());
  parts_.insert(parts_.end(), parts.begin(), parts.end());
  if (node.leaf != nullptr && node.leaf->is_costly()) {
    node.first = static_cast<std::uint32_t>(memories_.size());
    memories_.emplace_back(kRemembered);
  }
  nodes_.push_back(node);
  answers_.push_back(kNotAsked);
  return entry->second;
}

void Program::look_at(const Facts& facts) {
  facts_ = &facts;
  std::ranges::fill(answers_, kNotAsked);
}

Truth Program::truth(Root root, const Reading& reading) {
  std::uint8_t& known = answers_[root];
  if (known == kNotAsked) known = static_cast<std::uint8_t>(answer(nodes_[root], reading));
  return static_cast<Truth>(known);
}

Truth Program::remembered(const Node& node, const Reading& reading) {
  const Value value = value_of(node.leaf->field(), *facts_, room_);
  if (!value.known) return Truth::unknown;
  const auto place = reinterpret_cast<std::uintptr_t>(value.text.data());
  Remembered& it = memories_[node.first][(place >> 3U ^ place >> 13U) % kRemembered];
  if (it.text != value.text.data() || it.size != value.text.size())
    it = {value.text.data(), value.text.size(), node.leaf->judge(value, reading)};
  return it.truth;
}

Truth Program::answer(const Node& node, const Reading& reading) {
  switch (node.shape) {
    case Condition::Shape::leaf:
      return node.leaf->is_costly() ? remembered(node, reading) : node.leaf->evaluate(*facts_, reading, room_);
    case Condition::Shape::all: {
      Truth truth = Truth::yes;
      for (std::uint32_t i = 0; i < node.count && truth != Truth::no; ++i)
        truth = std::min(truth, this->truth(parts_[node.first + i], reading));
      return truth;
    }
    case Condition::Shape::any: {
      Truth truth = Truth::no;
      for (std::uint32_t i = 0; i < node.count && truth != Truth::yes; ++i)
        truth = std::max(truth, this->truth(parts_[node.first + i], reading));
      return truth;
    }
    case Condition::Shape::negation:
      return negated(truth(parts_[node.first], reading));
  }
  return Truth::unknown;
}

}  // namespace gatepost::policy
