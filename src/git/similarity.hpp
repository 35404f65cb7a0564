// How much of one file is found in another, by git's own measure, so that our renames are git's renames.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace gatepost::git {

inline constexpr std::uint32_t kFullScore = 60'000;      // identical
inline constexpr std::uint32_t kRenameScore = 30'000;    // at least half is the same: may be a rename
inline constexpr std::uint32_t kSameNameScore = 45'000;  // enough when nothing else has the same file name

// A file is cut into pieces that end with a line feed or after 64 bytes. Pieces are known by a hash, which takes one of
// kPieceHashes values: pieces that collide count as equal, for git as for us.
inline constexpr std::uint32_t kPieceHashes = 107'927;

// All pieces of a file with one hash.
struct Piece {
  std::uint32_t hash = 0;
  std::uint32_t bytes = 0;  // of all of them together
  friend bool operator==(const Piece&, const Piece&) = default;
};

// True when git takes the content for binary: a NUL among the first 8000 bytes.
bool is_binary(std::string_view content);

// Counts by hash, reusable without clearing all of it. 431 KB; one for each thread.
class PieceCounter {
 public:
  PieceCounter() : bytes_(kPieceHashes) {}

  // The pieces of a file, each hash once, in no particular order. In text, a CR before a LF is not counted.
  std::vector<Piece> pieces(std::string_view content);

  // Bytes that both have in common.
  std::uint64_t common(const std::vector<Piece>& a, const std::vector<Piece>& b);

 private:
  void add(std::uint32_t hash, std::uint32_t bytes, std::vector<Piece>& seen);
  std::vector<std::uint32_t> bytes_;  // by hash; zero between calls
};

// From 0 to kFullScore: the common part of the larger file. 0 when the sizes alone rule out `least`.
std::uint32_t similarity_score(std::uint64_t common, std::uint64_t old_size, std::uint64_t new_size,
                               std::uint32_t least);

}  // namespace gatepost::git
