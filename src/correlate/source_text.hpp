// A file of the repository as lines, and what identity needs of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "model/location.hpp"
#include "model/observation.hpp"

namespace gatepost::correlate {

class SourceText {
 public:
  // Lines end with LF, CRLF or CR; a byte order mark is no part of the first. A binary file (a NUL byte in it) has no
  // lines.
  explicit SourceText(std::string bytes);
  SourceText(const SourceText&) = delete;
  SourceText& operator=(const SourceText&) = delete;

  [[nodiscard]] std::uint32_t line_count() const { return static_cast<std::uint32_t>(lines_.size()); }
  // Without its line end; `number` starts at 1, lines that do not exist are "".
  [[nodiscard]] std::string_view line(std::uint32_t number) const;
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  // A CR without LF ends a line for some tools and not for others (git): nobody can tell which line a number means.
  [[nodiscard]] bool has_lone_cr() const { return has_lone_cr_; }

 private:
  std::string bytes_;
  std::vector<std::string_view> lines_;
  bool has_lone_cr_ = false;
};

// Hash of the code around a place, the same after lines were moved, reindented or rewrapped at their ends: the lines of
// the range and the nearest line of code before and after it, white space folded, comment lines and blank lines left
// out. Of a range of more than 40 lines the first and last three and their number. Empty when the file has no such
// line.
Digest128 context_digest(const SourceText& source, const Range& range);
// The same without the lines of the range itself: the neighbours of a secret, for a hash that does not give it away.
Digest128 neighbour_digest(const SourceText& source, const Range& range);

// The lines of a manifest or lock file that declare this package in this version (its name and its version number);
// empty when it is not found. How package managers write them: config-independent rules in package_lines.cpp.
std::vector<std::uint32_t> package_lines(const SourceText& manifest, const Component& component);

}  // namespace gatepost::correlate
