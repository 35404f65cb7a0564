// Where lines of the base are in the head, and which were edited: the diff of the change as matching asks it.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "correlate/match.hpp"
#include "model/change.hpp"

namespace gatepost::correlate {

class LineMap {
 public:
  // `change` must outlive the map.
  explicit LineMap(const ChangeSet& change);

  struct Place {
    LineState state = LineState::unknown;
    std::uint32_t line = 0;  // in the head; of a line that the head no longer has, where it would be
    std::uint32_t hunk = Record::kNoHunk;
  };
  // Of a line of the base, under the path that its file has there.
  [[nodiscard]] Place of_base(std::string_view path, std::uint32_t line) const;
  [[nodiscard]] Place of_head(std::string_view path, std::uint32_t line) const;
  // The path of a file of the base in the head, the same unless the change renamed it.
  [[nodiscard]] std::string_view head_path(std::string_view path) const;

 private:
  const ChangeSet& change_;
  std::unordered_map<std::string_view, const FileChange*> by_old_path_, by_new_path_;
};

}  // namespace gatepost::correlate
