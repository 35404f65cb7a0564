// Runs of printable ASCII: most of what tools write, and nothing of it has to be looked at any closer.
#pragma once

#include <bit>
#include <cstddef>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace gatepost {

// True for the characters from " " to "~" but those named.
template <char... kBut>
constexpr bool is_printable(char c) {
  return c >= ' ' && c < 0x7F && ((c != kBut) && ...);
}

// Where the run of such characters ends that begins at s[i].
template <char... kBut>
std::size_t end_of_printable(std::string_view s, std::size_t i) {
#if defined(__SSE2__)
  for (; i + 16 <= s.size(); i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(s.data() + i));
    __m128i others = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));  // signed: from 0x80 on, too
    others = _mm_or_si128(others, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));
    ((others = _mm_or_si128(others, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(kBut)))), ...);
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(others));
    if (found != 0) return i + static_cast<std::size_t>(std::countr_zero(found));
  }
#endif
  while (i < s.size() && is_printable<kBut...>(s[i])) ++i;
  return i;
}

}  // namespace gatepost
