// A CODEOWNERS pattern taken apart into path segments. Both languages end in the same few shapes, so that one automaton
// can match either.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/ownership.hpp"

namespace gatepost::context::codeowners {

// What a pattern covers once its segments are used up.
enum class Cover : std::uint8_t {
  exact,  // the path itself
  tree,   // the path itself and everything below it
  below,  // everything below it
};

enum class SegmentKind : std::uint8_t {
  literal,    // one name
  extension,  // `*.ext` without another dot: names whose last dot starts `.ext`
  glob,       // anything else of one segment
  any,        // `*`: every name
  globstar,   // any number of segments, none included
};

class SegmentPattern {
 public:
  struct Segment {
    SegmentKind kind;
    std::string_view text;  // literal: the name; extension: ".ext"; glob: as written; else ""
  };

  // `pattern` as written in a valid rule.
  void read_github(std::string_view pattern);
  // `key` is a pattern after normalise_gitlab().
  void read_gitlab(std::string_view key);

  [[nodiscard]] std::size_t size() const { return parts_.size(); }
  [[nodiscard]] Segment segment(std::size_t i) const {
    return {parts_[i].kind, std::string_view(text_).substr(parts_[i].begin, parts_[i].size)};
  }
  [[nodiscard]] Cover cover() const { return cover_; }
  // True when no path can match: an empty segment, an unclosed bracket, on GitHub a lone backslash at the end.
  [[nodiscard]] bool never() const { return never_; }

 private:
  struct Part {
    SegmentKind kind;
    std::uint32_t begin, size;
  };
  void clear();
  void add_globstar();
  void add_segment(std::string_view raw, OwnersDialect dialect);
  void drop_trailing_globstars();
  void fold_everything_below();

  std::string text_;  // what the parts point into
  std::vector<Part> parts_;
  Cover cover_ = Cover::exact;
  bool never_ = false;
};

// GitLab's key of a pattern (without its `!`): what it compares and matches instead of the pattern.
std::string normalise_gitlab(std::string_view pattern);

}  // namespace gatepost::context::codeowners
