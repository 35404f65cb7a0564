// What a note on lines of the change says. All that is not ours goes through report/escape.hpp.
#pragma once

#include <span>
#include <string>

#include "publish/suggestion.hpp"

namespace gatepost::publish {

struct NoteText {
  std::string marker, body;  // the body begins with the marker
  std::size_t told = 0;      // of the findings, the first ones; the others are counted
};
// Of findings on the same lines, in the order of their risk; never longer than 4,000 bytes. `folded`: further findings
// of the first one's rule that get no note of their own.
NoteText note_text(const Sight& sight, std::span<const FindingIndex> findings, std::size_t folded,
                   const std::optional<Suggestion>& suggestion);

// What becomes of a note that cannot be taken away, because somebody answered: one line in its place.
std::string settled_body(std::string_view marker_line, const std::string& sentence);
// True when the note was settled already, whatever the words.
bool is_settled(std::string_view body);

}  // namespace gatepost::publish
