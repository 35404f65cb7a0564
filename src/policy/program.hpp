// Conditions compiled for many findings: what several policies ask in the same words is asked once for each finding,
// and only when the answer can matter.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "policy/condition.hpp"

namespace gatepost::policy {

class Program {
 public:
  using Root = std::uint32_t;
  // The condition and `program` must both outlive the leaves: they are pointed at.
  Root add(const Condition& condition);
  // From here on about this finding; `facts` must live until the next.
  void look_at(const Facts& facts);
  Truth truth(Root root, const Reading& reading);

 private:
  struct Node {
    Condition::Shape shape = Condition::Shape::leaf;
    const Leaf* leaf = nullptr;
    std::uint32_t first = 0, count = 0;  // into parts_
  };
  static constexpr std::uint8_t kNotAsked = 255;
  Truth answer(const Node& node, const Reading& reading);

  std::vector<Node> nodes_;
  std::vector<Root> parts_;
  std::vector<std::uint8_t> answers_;  // by node
  std::map<std::string, Root> known_;  // by what the node is
  const Facts* facts_ = nullptr;
  Texts room_;
};

}  // namespace gatepost::policy
