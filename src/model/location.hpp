// A place in a file.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "model/repo_path.hpp"

namespace gatepost {

// Lines and columns start at 1; 0 means that the report did not say. The end is inclusive.
struct Range {
  std::uint32_t first_line = 0, first_column = 0, last_line = 0, last_column = 0;
  friend auto operator<=>(const Range&, const Range&) = default;
};

// `path` as the report gives it, normalised (normalise_reported_path); which file of the repository that is gets
// decided in correlate/placement.hpp.
struct Location {
  std::string path;
  Range range;
  std::string symbol;  // the enclosing function or class, fully qualified, or ""
  friend auto operator<=>(const Location&, const Location&) = default;
};

}  // namespace gatepost
