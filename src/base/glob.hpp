// File path globs of ours (report patterns, policy paths, scopes). CODEOWNERS has a language of its own in context/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace gatepost {

// `*` and `?` stay within a path segment, `**` as a whole segment spans any number of segments, `[a-z]` and `[!a-z]`
// are classes (of bytes, never "/"), `{a,b}` alternatives, `\x` is a literal x. Case matters. Matching costs O(pattern
// × path), there is no exponential case. Compiling fails on an unclosed `[` or `{`, on more than 256 alternatives and
// beyond 4096 bytes.
class Glob {
 public:
  static Result<Glob> compile(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view path) const;
  // False when no path below this folder can match.
  [[nodiscard]] bool may_match_below(std::string_view folder) const;
  [[nodiscard]] const std::string& pattern() const { return pattern_; }
  // True when `pattern` has no special character, so that it names one path.
  static bool is_literal(std::string_view pattern);

 private:
  std::string pattern_;
  std::vector<std::vector<std::string>> alternatives_;  // each a list of segments
};

// Matches one text against one segment pattern (`*`, `?`, `[…]`, `\x`; no `/`, no `{}`), anchored at both ends.
bool glob_segment_matches(std::string_view pattern, std::string_view segment);

}  // namespace gatepost
