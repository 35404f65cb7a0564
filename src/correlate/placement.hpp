// Which file of the repository a path in a report means. Reports come from other machines: their paths are absolute, or
// relative to some directory inside or outside of the repository.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/note.hpp"
#include "base/string_pool.hpp"
#include "model/observation_table.hpp"

namespace gatepost::correlate {

// All files of one tree.
class FileIndex {
 public:
  // `files` are repository paths, sorted.
  explicit FileIndex(std::vector<std::string> files);

  enum class Fit { exact, suffix, ambiguous, none };
  struct Match {
    Fit fit = Fit::none;
    std::uint32_t file = 0;  // index into files(), for exact and suffix
  };
  // A path means a file when they are equal, when the file's whole path is the end of it ("/build/x/src/a.c" and
  // "src/a.c"; the longest such file), or when it is the end of exactly one file's path ("a.c" run in "src"). When
  // several files fit equally well, it means none of them.
  [[nodiscard]] Match match(std::string_view path) const;
  [[nodiscard]] const std::vector<std::string>& files() const { return files_; }

 private:
  [[nodiscard]] std::size_t slot_of(std::string_view name) const;
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::string> files_;
  // Files by their last segment: the first of each slot of a hash table, and of each file the next in its slot.
  std::vector<std::uint32_t> first_, next_;
};

// The files that the paths of one table mean.
struct Placement {
  static constexpr std::uint32_t kNoFile = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> file_of_text;  // by TextId, up to the last that means a file; kNoFile for the others
  std::vector<Note> notes;                  // what could not be placed, at most one note for each reason

  [[nodiscard]] std::uint32_t file_of(TextId path) const {
    const auto id = static_cast<std::uint32_t>(path);
    return id < file_of_text.size() ? file_of_text[id] : kNoFile;
  }
};

// Places every path of every location in the table.
Placement place(const ObservationTable& table, const FileIndex& index);

}  // namespace gatepost::correlate
