// Plain text, such as the output of a tool on a terminal.
#pragma once

#include <string>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "doc/document.hpp"

namespace gatepost::doc {

// A list of the lines, without their ends, terminal codes and control characters. Bytes that are not UTF-8 become
// U+FFFD. An empty text has no lines, and behind the last line end there is none. Refused: more than limits.values
// lines, a text beyond limits.document_bytes.
Result<Document> parse_lines(std::string text, const std::string& name, const Limits& limits = {});

}  // namespace gatepost::doc
