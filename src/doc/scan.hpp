// The loops that see every byte of a JSON text.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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
inline const char* find_in_string(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), last_control = _mm_set1_epi8(0x1F);
  for (; end - p >= 16; p += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
    const __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control);
    const auto hits = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(special, control)));
    if (hits != 0) return p + std::countr_zero(hits);
  }
#endif
  while (p < end && *p != '"' && *p != '\\' && static_cast<unsigned char>(*p) >= 0x20) ++p;
  return p;
}

inline bool is_json_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// The first byte at or after `p` that is no blank. Mostly it is the first or the second; else it is indented.
inline const char* find_behind_blanks(const char* p, const char* end) {
  if (p < end && !is_json_blank(*p)) return p;
  if (end - p > 1 && !is_json_blank(p[1])) return p + 1;
#if defined(__SSE2__)
  const __m128i space = _mm_set1_epi8(' '), tab = _mm_set1_epi8('\t');
  const __m128i feed = _mm_set1_epi8('\n'), carriage = _mm_set1_epi8('\r');
  for (; end - p >= 16; p += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i flat = _mm_or_si128(_mm_cmpeq_epi8(bytes, space), _mm_cmpeq_epi8(bytes, tab));
    const __m128i broken = _mm_or_si128(_mm_cmpeq_epi8(bytes, feed), _mm_cmpeq_epi8(bytes, carriage));
    const auto others = ~static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(flat, broken))) & 0xFFFFU;
    if (others != 0) return p + std::countr_zero(others);
  }
#endif
  while (p < end && is_json_blank(*p)) ++p;
  return p;
}

// memchr for texts most of which are shorter than such a call is worth.
bool has_backslash(std::string_view text);

// True of a text of a JSON string, as it is written, that is what it says and has no control character: no backslash,
// no DEL, and no C2, which the control characters of two bytes begin with. All others would be escaped.
bool is_plain(std::string_view text);

}  // namespace gatepost::doc
