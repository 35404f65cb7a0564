// A unified diff as forges give it in their answers, read to tell which lines a comment can be attached to.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace gatepost::publish {

// A line that the diff shows. 0: the line is not on that side.
struct PatchLine {
  std::uint32_t old_line = 0, new_line = 0;
  friend bool operator==(const PatchLine&, const PatchLine&) = default;
};

// One hunk, its context included.
struct Patch {
  std::vector<PatchLine> lines;  // in the order of the diff; never empty
  friend bool operator==(const Patch&, const Patch&) = default;
};

// The hunks of one file's diff, from its first "@@"; none for "", which is what forges give for a file that was only
// renamed. Empty optional: this is no unified diff, it is too long, or it is cut in the middle of a hunk: nothing may
// then be attached to its lines.
std::optional<std::vector<Patch>> parse_patch(std::string_view diff);

// The shown line whose number on the new side is `new_line`, and its hunk; empty when the diff does not show it.
struct PatchPlace {
  const Patch* hunk = nullptr;
  PatchLine line;
};
std::optional<PatchPlace> find_new_line(const std::vector<Patch>& hunks, std::uint32_t new_line);

// The number on the old side of a line that the diff does not show, and which is therefore the same on both sides.
std::uint32_t old_line_outside(const std::vector<Patch>& hunks, std::uint32_t new_line);

}  // namespace gatepost::publish
