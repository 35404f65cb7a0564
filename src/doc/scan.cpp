#include "doc/scan.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace gatepost::doc {
namespace {

constexpr std::size_t kBlock = 64;
static_assert(kBlock <= kScanPadding);

// One bit for each byte of a block.
struct Block {
  std::uint64_t quotes = 0, backslashes = 0, opening = 0, closing = 0;
};

// "[" and "{", "]" and "}" differ in this bit only.
constexpr char kCurly = 0x20;

#if defined(__SSE2__)

std::uint64_t bits_of(__m128i bytes) { return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes)); }

Block read_block(const char* p) {
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), curly = _mm_set1_epi8(kCurly);
  const __m128i open = _mm_set1_epi8('{'), close = _mm_set1_epi8('}');
  Block block;
  for (unsigned i = 0; i < kBlock; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i));
    const __m128i folded = _mm_or_si128(bytes, curly);
    block.quotes |= bits_of(_mm_cmpeq_epi8(bytes, quote)) << i;
    block.backslashes |= bits_of(_mm_cmpeq_epi8(bytes, backslash)) << i;
    block.opening |= bits_of(_mm_cmpeq_epi8(folded, open)) << i;
    block.closing |= bits_of(_mm_cmpeq_epi8(folded, close)) << i;
  }
  return block;
}

#else

Block read_block(const char* p) {
  Block block;
  for (unsigned i = 0; i < kBlock; ++i) {
    const auto bit = [i](bool set) { return std::uint64_t{set} << i; };
    const char folded = static_cast<char>(p[i] | kCurly);
    block.quotes |= bit(p[i] == '"');
    block.backslashes |= bit(p[i] == '\\');
    block.opening |= bit(folded == '{');
    block.closing |= bit(folded == '}');
  }
  return block;
}

#endif

// The bytes that follow a backslash which is not itself escaped.
std::uint64_t escaped_bytes(std::uint64_t backslashes, bool& escaped) {
  std::uint64_t followers = escaped ? 1 : 0;
  escaped = false;
  backslashes &= ~followers;
  while (backslashes != 0) {
    const std::uint64_t lowest = backslashes & (~backslashes + 1);
    const std::uint64_t next = lowest << 1U;
    escaped = next == 0;
    followers |= next;
    backslashes &= ~(lowest | next);
  }
  return followers;
}

// Bit i is the parity of the bits 0 to i: set from an opening quote up to before its closing one.
std::uint64_t parity_up_to(std::uint64_t bits) {
  for (unsigned shift = 1; shift < kBlock; shift *= 2) bits ^= bits << shift;
  return bits;
}

// std::popcount is a call into a library on the oldest x86-64.
std::uint32_t count_of(std::uint64_t bits) {
  constexpr std::uint64_t kPairs = 0x5555555555555555, kFours = 0x3333333333333333, kBytes = 0x0F0F0F0F0F0F0F0F;
  bits -= bits >> 1U & kPairs;
  bits = (bits & kFours) + (bits >> 2U & kFours);
  bits = (bits + (bits >> 4U)) & kBytes;
  return static_cast<std::uint32_t>(bits * 0x0101010101010101 >> 56U);
}

// Counts the brackets one by one; the index of the one that closes the value, kBlock when none does.
unsigned count_brackets(std::uint64_t opening, std::uint64_t closing, std::uint32_t deepest, BracketState& state) {
  for (std::uint64_t rest = opening | closing; rest != 0; rest &= rest - 1) {
    const auto index = static_cast<unsigned>(std::countr_zero(rest));
    if ((opening >> index & 1U) != 0) {
      state.too_deep |= ++state.depth > deepest;
    } else if (--state.depth == 0) {
      return index;
    }
  }
  return kBlock;
}

}  // namespace

const char* scan_brackets(const char* begin, const char* end, std::uint32_t deepest, BracketState& state) {
  for (const char* p = begin; p < end; p += kBlock) {
    Block block = read_block(p);
    const auto remaining = static_cast<std::size_t>(end - p);
    if (remaining < kBlock) {
      const std::uint64_t valid = (std::uint64_t{1} << remaining) - 1;
      block = {block.quotes & valid, block.backslashes & valid, block.opening & valid, block.closing & valid};
    }
    if (block.backslashes != 0 || state.escaped) {
      const std::uint64_t escaped = escaped_bytes(block.backslashes, state.escaped);
      if (remaining < kBlock) state.escaped = (escaped >> remaining & 1U) != 0;
      block.quotes &= ~escaped;
    }
    const std::uint64_t strings = parity_up_to(block.quotes) ^ (state.in_string ? ~std::uint64_t{0} : 0);
    state.in_string = strings >> (kBlock - 1) != 0;
    const std::uint64_t opening = block.opening & ~strings, closing = block.closing & ~strings;
    const auto opened = count_of(opening);
    const auto closed = count_of(closing);
    if (closed < state.depth && state.depth + opened <= deepest) {
      state.depth += opened - closed;
      continue;
    }
    const unsigned last = count_brackets(opening, closing, deepest, state);
    if (last == kBlock) continue;
    state.in_string = false;
    state.escaped = false;
    return p + last + 1;
  }
  return end;
}

namespace {

// True when one of the bytes is in the text.
template <char... kBytes>
bool has_any(std::string_view text) {
#if defined(__SSE2__)
  constexpr std::size_t kWide = 16;
  const auto any_in = [](const char* p) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return (bits_of(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(kBytes))) | ...) != 0;
  };
  if (text.size() >= kWide) {
    for (std::size_t i = 0; i + kWide < text.size(); i += kWide) {
      if (any_in(&text[i])) return true;
    }
    return any_in(&text[text.size() - kWide]);
  }
#endif
  if (text.size() < sizeof(std::uint64_t))
    return std::ranges::any_of(text, [](char c) { return ((c == kBytes) || ...); });
  // A byte that is found becomes zero, and only below a zero byte does the subtraction borrow.
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighest = 0x8080808080808080;
  std::uint64_t found = 0;
  const auto look_at = [&](std::size_t at) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, &text[at], sizeof bytes);
    const auto zero_where = [&](std::uint64_t byte) {
      const std::uint64_t different = bytes ^ kOnes * byte;
      return (different - kOnes) & ~different & kHighest;
    };
    found |= (zero_where(static_cast<unsigned char>(kBytes)) | ...);
  };
  for (std::size_t i = 0; i + sizeof found < text.size(); i += sizeof found) look_at(i);
  look_at(text.size() - sizeof found);
  return found != 0;
}

}  // namespace

bool has_backslash(std::string_view text) { return has_any<'\\'>(text); }

bool is_plain(std::string_view text) { return !has_any<'\\', '\x7F', '\xC2'>(text); }

}  // namespace gatepost::doc
