// Pairs deleted files with added ones, as `git diff -M` does. Pure: contents come in as pieces.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "git/object_id.hpp"
#include "git/similarity.hpp"

namespace gatepost::git {

// A file that only one of the two trees has. Lists of them are sorted by path.
struct LoneFile {
  std::string_view path;
  std::uint32_t mode = 0;
  ObjectId id;
  std::uint64_t size = 0;
  const std::vector<Piece>* pieces = nullptr;  // absent when the content could not be read or is no regular file
};

struct Rename {
  std::uint32_t source = 0, target = 0;  // indices into the lists given
  std::uint32_t score = kFullScore;
  friend bool operator==(const Rename&, const Rename&) = default;
};

// Files with the same content: each target in turn takes a source, one with its own file name if it can.
std::vector<Rename> pair_identical(const std::vector<LoneFile>& sources, const std::vector<LoneFile>& targets);

struct SimilarLimits {
  // Up to the square of this many pairs we look at all of them and choose exactly as git does, which gives up beyond.
  // Beyond it, we look at pairs that share a piece which is not everywhere.
  std::uint64_t all_pairs_side = 1'000;
  std::uint64_t pairs = 2'000'000;        // compared one by one
  std::uint64_t steps = 1'000'000'000;    // shared pieces counted
  std::uint32_t common_piece_files = 64;  // a piece in so many sources says nothing
};

struct SimilarFiles {
  std::vector<Rename> renames;
  std::uint64_t pairs_scored = 0;
  bool cut = false;  // over a limit: only files that keep their name were paired
};

// Files of which at least half is the same; to be called with what pair_identical left over. First files whose name is
// unique on both sides and of which three quarters are the same, then the most similar first.
SimilarFiles pair_similar(const std::vector<LoneFile>& sources, const std::vector<LoneFile>& targets,
                          const SimilarLimits& limits);

}  // namespace gatepost::git
