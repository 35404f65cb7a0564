// Conditions compiled for many findings: what several policies ask in the same words is asked once for each finding,
// and only when the answer can matter.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "policy/condition.hpp"

namespace gatepost::policy {

// True when all that the condition asks is known without looking at any finding.
bool is_about_run(const Condition& condition);

class Program {
 public:
  using Root = std::uint32_t;
  // The condition and `program` must both outlive the leaves: they are pointed at.
  Root add(const Condition& condition);
  // From here on about this finding; `facts` must live until the next, its texts as long as the program.
  void look_at(const Facts& facts);
  Truth truth(Root root, const Reading& reading);

 private:
  struct Node {
    Condition::Shape shape = Condition::Shape::leaf;
    const Leaf* leaf = nullptr;
    std::uint32_t first = 0, count = 0;  // into parts_; of a costly leaf `first` is into memories_
  };
  // What a costly leaf said about texts: findings share them, and equal ones lie at one place.
  static constexpr std::size_t kRemembered = 1024;
  struct Remembered {
    const char* text = nullptr;
    std::size_t size = 0;
    Truth truth = Truth::unknown;
  };
  static constexpr std::uint8_t kNotAsked = 255;
  Truth answer(const Node& node, const Reading& reading);
  Truth remembered(const Node& node, const Reading& reading);

  std::vector<Node> nodes_;
  std::vector<Root> parts_;
  std::vector<std::uint8_t> answers_;  // by node
  std::map<std::string, Root> known_;  // by what the node is
  std::vector<std::vector<Remembered>> memories_;
  const Facts* facts_ = nullptr;
  Texts room_;
};

}  // namespace gatepost::policy
