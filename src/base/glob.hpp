// File path globs of ours (report patterns, policy paths, scopes). CODEOWNERS has a language of its own in context/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace gatepost {

// `*` and `?` stay within a path segment, `**` as a whole segment spans any number of segments, `[a-z]` and `[!a-z]`
// are classes, `{a,b}` alternatives, `\x` is a literal x. Case matters. Matching costs O(pattern × path), there is no
// exponential case. Compiling fails on an unclosed `[` or `{` and on more than 256 alternatives.
class Glob {
 public:
  static Result<Glob> compile(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view path) const;
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
