// Files that are a row of values, of which some may be damaged: JSON lines, JSON documents one after the other, CSV.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "doc/document.hpp"

namespace gatepost::doc {

struct Records {
  static constexpr std::size_t kMostRejected = 20;

  Document document;                  // a list of the values that can be read
  std::vector<std::string> rejected;  // the others, "line 3: why"; the first kMostRejected
  std::size_t rejected_count = 0;
  bool truncated = false;  // the file ends in the middle of a value, which is in neither
};

// Counts what cannot be read; a stranger's file cannot make the sentences many.
struct Rejections {
  std::vector<std::string> rejected;
  std::size_t count = 0;

  // `why` makes the sentence, and is called while sentences are kept.
  template <class Why>
  void add(Why&& why) {
    if (++count <= Records::kMostRejected) rejected.push_back(std::forward<Why>(why)());
  }
};

}  // namespace gatepost::doc
