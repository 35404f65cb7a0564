// The loops that see every byte of a JSON text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gatepost::doc {

// Where the scanner stands inside a value; kept while the next bytes are read.
struct BracketState {
  std::uint32_t depth = 0;
  bool in_string = false;
  bool escaped = false;  // the next byte follows a backslash
  bool too_deep = false;
};

// Bytes that scan_brackets may read, without looking at them, behind the end.
inline constexpr std::size_t kScanPadding = 64;

// Scans from `begin`, at the value's opening bracket or in the middle of it, to the byte behind the bracket that closes
// it; `end` when it is not closed before. Whether brackets match is not looked at.
const char* scan_brackets(const char* begin, const char* end, std::uint32_t deepest, BracketState& state);

// The first quote, backslash or control character at or after `p`: what can end a string, or must not be in one.
const char* find_in_string(const char* p, const char* end);

// memchr for texts most of which are shorter than such a call is worth.
bool has_backslash(std::string_view text);

// True of a text of a JSON string, as it is written, that is what it says and has no control character: no backslash,
// no DEL, and no C2, which the control characters of two bytes begin with. All others would be escaped.
bool is_plain(std::string_view text);

}  // namespace gatepost::doc
