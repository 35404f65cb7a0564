// Globs over one path segment, compiled: `*`, `?`, and in GitLab's language `[…]`.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "model/ownership.hpp"

namespace gatepost::context::codeowners {

// Which characters occur in a text, as bits: a cheap test that refuses most globs before they are tried. A text that
// matches a glob has every bit of the glob.
struct Letters {
  std::uint64_t single = 0;
  std::uint64_t pairs = 0;  // of neighbouring bytes
  [[nodiscard]] bool covers(const Letters& needed) const {
    return ((needed.single & ~single) | (needed.pairs & ~pairs)) == 0;
  }
};
Letters letters_of(std::string_view segment);

// Where a bracket expression that starts at `text[begin]` ends: one past its `]`, or npos when it is never closed.
std::size_t bracket_end(std::string_view text, std::size_t begin);

// Many globs in one array. `?` is one character (of UTF-8; a byte that is not UTF-8 counts as one), `\x` is x.
class SegmentGlobs {
 public:
  using Id = std::uint32_t;
  Id add(std::string_view glob, OwnersDialect dialect);
  // Costs O(glob × segment) at worst.
  [[nodiscard]] bool matches(Id id, std::string_view segment) const;
  [[nodiscard]] const Letters& needs(Id id) const { return globs_[id].needs; }

 private:
  using Code = std::uint32_t;  // a byte, or one of:
  static constexpr Code kOne = 256, kStar = 257, kFirstSet = 258;
  struct Set {
    bool negated = false;
    std::vector<std::pair<char32_t, char32_t>> ranges;
  };
  struct Glob {
    std::uint32_t first, count;
    std::uint32_t least_bytes;  // no shorter segment matches
    Letters needs;
  };
  Code add_set(std::string_view inside);
  // Length of the character at `segment[at]` when `code` accepts it, otherwise 0.
  std::size_t accepted(Code code, std::string_view segment, std::size_t at) const;

  std::vector<Code> codes_;
  std::vector<Set> sets_;
  std::vector<Glob> globs_;
};

}  // namespace gatepost::context::codeowners
