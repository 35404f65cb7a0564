// How much correlation merged, and whether that looks right.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string_view>

#include "correlate/across.hpp"

namespace gatepost::correlate {

struct MergeMetrics {
  std::size_t statements = 0, issues = 0, links = 0;
  std::size_t merged = 0;  // issues of several statements
  std::map<std::string_view, std::size_t> merges_by_rule;
  std::size_t largest = 0, largest_files = 0;  // statements and files of the largest issue
  // The largest issue but those of secrets has so many statements in so many files that something may be wrong.
  bool suspicious = false;
};
MergeMetrics metrics_of(std::span<const Statement> statements, const Correlated& correlated);

}  // namespace gatepost::correlate
