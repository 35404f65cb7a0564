// The hidden first line of everything that we write, by which it is found again:
//   <!-- gatepost:summary NAME head=SHA run=N.N -->
//   <!-- gatepost:note NAME GP-… GP-… -->
// Read strictly, and nowhere but at the beginning: one blank between the parts, nothing before, nothing behind. Data
// cannot form one: the first line of a body is ours, and no other line begins with data's "<", which report/escape.hpp
// takes apart or puts behind a backtick. What a stranger writes is not ours, marker or not.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/finding.hpp"
#include "publish/shown.hpp"

namespace gatepost::publish {

// Settings::name as it stands in markers: letters, digits, ".", "_" and single "-" stay, all else becomes %41.
std::string marker_name(std::string_view name);

struct SummaryMarker {
  std::string name;  // as in the marker
  Stamp stamp;
};
std::string summary_marker(std::string_view name, const Stamp& stamp);
// Of the first line of a comment; empty when it is no such marker.
std::optional<SummaryMarker> parse_summary_marker(std::string_view body);

struct NoteMarker {
  std::string name;                   // as in the marker
  std::vector<std::string> findings;  // full ids: "GP-ABCDEFGHIJKLMNOPQRSTUVWXYZ"; never empty
};
std::string note_marker(std::string_view name, std::span<const FindingId> findings);
std::optional<NoteMarker> parse_note_marker(std::string_view body);

// Of an answer to a comment: <!-- gatepost:answer NAME 3141592653 -->
std::string answer_marker(std::string_view name, std::uint64_t comment);

// True when the body begins with such a marker of the gate `name`. For a forge that looks for what is ours; the author
// is for it to compare.
bool is_summary(std::string_view body, std::string_view name);
bool is_note(std::string_view body, std::string_view name);

// The first line, without its end.
std::string_view first_line(std::string_view body);
// The lines behind the first.
std::string_view behind_first_line(std::string_view body);

}  // namespace gatepost::publish
