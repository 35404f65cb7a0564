// JSON documents that fit in memory. Large reports are read by json_stream.hpp.
#pragma once

#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "doc/document.hpp"

namespace gatepost::doc {

// Parses the whole text; every value is validated. `name` is what messages call it. Put up with, and noted: a byte
// order mark, duplicate keys (the last counts), invalid escapes in strings. Refused with line and column: anything else
// that is not JSON, more than one document, invalid UTF-8, UTF-16, NUL bytes, nesting beyond limits.depth.
Result<Document> parse_json(std::string text, std::string name, const Limits& limits = {});

// Why `text` is not JSON, as "line 3, column 7: …"; for a text that another parser refused.
std::string why_not_json(std::string_view text);

}  // namespace gatepost::doc
