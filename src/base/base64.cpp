#include "base/base64.hpp"

#include <cstdint>

#include "base/text.hpp"

namespace gatepost {
namespace {

// 0 to 63, or -1.
int digit_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (text::is_digit(c)) return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

}  // namespace

std::optional<std::string> base64_decode(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  unsigned count = 0;
  bool padded = false;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    padded = padded || c == '=';
    if (c == '=') continue;
    const int digit = digit_of(c);
    if (digit < 0 || padded) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    if (++count % 4 != 0) continue;
    bytes += static_cast<char>(bits >> 16U & 0xFFU);
    bytes += static_cast<char>(bits >> 8U & 0xFFU);
    bytes += static_cast<char>(bits & 0xFFU);
  }
  if (count % 4 == 1) return std::nullopt;
  if (count % 4 == 2) bytes += static_cast<char>(bits >> 4U & 0xFFU);
  if (count % 4 == 3) {
    bytes += static_cast<char>(bits >> 10U & 0xFFU);
    bytes += static_cast<char>(bits >> 2U & 0xFFU);
  }
  return bytes;
}

}  // namespace gatepost
