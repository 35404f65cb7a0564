// JSON documents that fit in memory. Large reports are read by json_stream.hpp.
#pragma once

#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "doc/document.hpp"
#include "doc/records.hpp"

namespace gatepost::doc {

// Parses the whole text; every value is validated. `name` is what messages call it. Put up with, and noted: a byte
// order mark, duplicate keys (the last counts), invalid escapes in strings. Refused with line and column: anything else
// that is not JSON, more than one document, invalid UTF-8, UTF-16, control characters in strings, and what is beyond
// limits.depth, .values and .string_bytes. Numbers of any size are taken; View says which of them fit.
enum class JsonReading {
  strict,
  lenient  // of strings: raw control characters are left out with a note, and so are escaped ones and terminal codes
};
Result<Document> parse_json(std::string text, std::string name, const Limits& limits = {},
                            JsonReading reading = JsonReading::strict);

// One object or list a line, as a list; blank lines do not count. Refused when no line is one, and what parse_json
// refuses as a whole. Strings are read leniently.
Result<Records> parse_json_lines(std::string text, const std::string& name, const Limits& limits = {});
// Objects and lists one after the other, whether each has one line or many. Lines of other text between them are
// rejected.
Result<Records> parse_json_values(std::string text, const std::string& name, const Limits& limits = {});

// Why `text` is not JSON, as "line 3, column 7: …"; "" when it is.
std::string why_not_json(std::string_view text);

}  // namespace gatepost::doc
