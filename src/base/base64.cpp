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

constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kUrlLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(std::string_view bytes, const char* letters) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t given = bytes.size() - i < 3 ? bytes.size() - i : 3;
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8U | (k < given ? static_cast<std::uint8_t>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k <= given; ++k) out += letters[bits >> (18U - 6U * k) & 63U];
  }
  return out;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out = encode(bytes, kLetters);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::string base64url_encode(std::string_view bytes) { return encode(bytes, kUrlLetters); }

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
