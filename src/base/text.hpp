// Small text functions. ASCII only where letters are compared: identifiers, keywords and hosts are ASCII, names are not
// touched.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::text {

std::string_view trim(std::string_view s);
std::string lower(std::string_view s);  // A-Z only
bool equal_ignoring_case(std::string_view a, std::string_view b);
std::vector<std::string_view> split(std::string_view s, char separator);  // keeps empty parts; "" gives {""}
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string replace_all(std::string s, std::string_view from, std::string_view to);
bool is_digit(char c);
bool is_alnum(char c);
// Runs of blanks, tabs and line ends become one blank; none at either end.
std::string fold_whitespace(std::string_view s);
// The same into `out`, whose memory is used again; `s` must not be in it.
void fold_whitespace(std::string_view s, std::string& out);
// Letters and digits in lower case, every run of anything else as one "-", none at either end: "Acme Scan (v2)" is
// "acme-scan-v2".
std::string kebab_case(std::string_view s);
// Non-negative decimal number, all of `s`; empty when it is not one or does not fit.
std::optional<std::size_t> parse_number(std::string_view s);
// "1 file", "2 files".
std::string count_of(std::size_t n, std::string_view singular, std::string_view plural = {});

bool is_utf8(std::string_view s);
// Byte offset of the first byte that does not belong to valid UTF-8; empty when all does.
std::optional<std::size_t> first_invalid_utf8(std::string_view s);
// Valid UTF-8 of at most `max_bytes` bytes: broken bytes become U+FFFD, a cut never splits a character.
std::string to_utf8(std::string_view s, std::size_t max_bytes = std::string_view::npos);
// UTF-8 of UTF-16 text that begins with its byte order mark, which is left out; unpaired surrogates and half a
// character at the end become U+FFFD. Empty when there is no such mark.
std::optional<std::string> utf16_to_utf8(std::string_view s);
// Without control characters (C0, DEL, C1) but those in `kept`.
std::string strip_controls(std::string s, std::string_view kept = {});
// Control characters of ASCII other than tab and line ends.
bool has_controls(std::string_view s);
// Without those, and without the codes that colour text on a terminal.
std::string without_terminal_codes(std::string_view s);
// For error messages about a stranger's bytes: control and invisible characters shown as \x.. or \u{..}, at most
// `max_bytes` bytes (then "…").
std::string printable(std::string_view s, std::size_t max_bytes = 80);

// The candidate nearest to `word` when the two are close enough to be a slip of the pen; "" otherwise.
std::string nearest(std::string_view word, std::span<const std::string_view> candidates);

// The character at `s[i]` as code point and its length in bytes; invalid UTF-8 gives {0xFFFD, 1}.
struct CodePoint {
  char32_t value;
  std::size_t bytes;
};
CodePoint code_point_at(std::string_view s, std::size_t i);
void append_utf8(std::string& out, char32_t code_point);
// Characters that reorder or hide text: bidirectional controls, zero-width characters, tags, line separators.
bool is_invisible(char32_t code_point);

}  // namespace gatepost::text
