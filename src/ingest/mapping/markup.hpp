// Texts that a tool wrote as HTML, as plain text. Nothing is rendered: this is for reading, and what is shown is
// escaped where it is written.
#pragma once

#include <string>
#include <string_view>

namespace gatepost::ingest::mapping {

// Tags dropped, line breaks kept where paragraphs, items and breaks end, entities resolved, blanks folded.
std::string text_of_html(std::string_view html);

}  // namespace gatepost::ingest::mapping
