// GitHub's hash of the line that each finding lies on, for uploads that code scanning is to recognise.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "git/tree.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

// Of findings in the head; "" for others. The first question answers all of them, so that each file is read once.
class LineHashes {
 public:
  LineHashes(const Assessment& assessment, const git::Repository& repository);
  const std::string& operator()(std::size_t finding);

 private:
  void read_all();

  const Assessment& assessment_;
  std::optional<git::Tree> tree_;
  std::vector<std::string> hashes_;  // of each finding
};

}  // namespace gatepost::app
