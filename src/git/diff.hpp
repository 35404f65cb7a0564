// The change set between two commits.
#pragma once

#include <cstdint>
#include <vector>

#include "base/limits.hpp"
#include "base/note.hpp"
#include "base/result.hpp"
#include "git/change_base.hpp"
#include "git/object_id.hpp"
#include "git/repository.hpp"
#include "model/change.hpp"

namespace gatepost::git {

struct DiffLimits {
  std::size_t paths = 1'000'000;                       // more is an error
  std::size_t paths_by_line = Limits{}.changed_paths;  // with more, no file is compared by line
  std::uint64_t blob_bytes = std::uint64_t{8} << 20;   // a larger file is not compared by line, nor by similarity
  std::uint32_t blob_lines = 500'000;                  // nor is one with more lines
  std::uint64_t total_bytes = std::uint64_t{4} << 30;  // contents read; beyond, no file is compared by line
  std::uint64_t similarity_bytes = std::uint64_t{256} << 20;  // contents of added and deleted files; beyond, only
                                                              // identical files are renames
  std::uint64_t rename_pairs = 2'000'000;
};

struct DiffOptions {
  DiffLimits limits;
  unsigned threads = 0;  // 0: as many as the machine has, at most 8; the result never depends on it
};

struct DiffStatistics {
  std::uint64_t trees_read = 0;
  std::uint64_t blobs_read = 0;
  std::uint64_t bytes_read = 0;  // of blobs
  std::uint64_t pairs_scored = 0;
};

struct Difference {
  ChangeSet change;
  std::vector<Note> notes;  // what could not be compared as it should be, each kind once
  DiffStatistics statistics;
};

// What `git diff -M -U0 base head` says of files and lines; attributes and drivers of the repository are not consulted.
// A file counts as binary when git finds a NUL in its first 8000 bytes. Added and deleted files have one hunk with all
// their lines, a submodule counts as one line. Contents that a partial clone left out leave lines_known false.
Result<Difference> diff(const Repository& repository, const ObjectId& base, const ObjectId& head,
                        const DiffOptions& options = {});

// The change of a resolved base, with its source, certainty and notes. Without a base there are no files.
Result<Difference> diff(const Repository& repository, const ChangeBase& base, const DiffOptions& options = {});

}  // namespace gatepost::git
