// GitLab's section headings: `^[Name][2] @default @owners`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatepost::context::codeowners {

struct Heading {
  std::string_view name;
  bool optional = false;
  std::uint32_t approvals = 0;  // 0 when absent
  std::optional<std::string_view> raw_approvals;
  std::size_t owners_begin = 0, owners_size = 0;  // the default owners in the line, trimmed
  bool strict = false;                            // nothing in the line is in the wrong place
};

// `line` without white space at its ends. A line that begins like a heading is one, whatever follows.
std::optional<Heading> read_heading(std::string_view line);
// True when the line starts a heading that is never closed, which GitLab skips.
bool is_unclosed_heading(std::string_view line);
// False for `[]`, `[1 0]`, and for a required approval in an optional section.
bool has_valid_approvals(const Heading& heading);

}  // namespace gatepost::context::codeowners
