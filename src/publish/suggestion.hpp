// A tool's fix as whole lines of the file, which one click puts into the change. Rather none than a doubtful one.
#pragma once

#include <optional>
#include <string>

#include "publish/parts.hpp"

namespace gatepost::publish {

struct Suggestion {
  Lines lines;       // of the head, all in one hunk of the diff
  std::string text;  // what replaces them: whole lines, each with its end; "" takes them away
};
// Empty unless the settings trust the engine, and the fix is one that can be shown exactly: all edits in the finding's
// own lines, with columns that leave no doubt, in a text that hides nothing.
std::optional<Suggestion> suggestion_for(const Sight& sight, const Place& place, std::size_t finding);

// As the block that the forge offers to commit, for a note that stands on exactly those lines.
std::string suggestion_block(const Suggestion& suggestion, Dialect dialect);

}  // namespace gatepost::publish
