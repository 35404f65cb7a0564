#include "base/json_text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>

#include "base/printable.hpp"
#include "base/text.hpp"

namespace gatepost {
namespace {

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default: {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(static_cast<std::uint8_t>(c)));
      out += buffer;
    }
  }
}

std::optional<char32_t> hex4(std::string_view raw, std::size_t at) {
  if (at + 4 > raw.size()) return std::nullopt;
  char32_t value = 0;
  for (const char c : raw.substr(at, 4)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<char32_t>(digit);
  }
  return value;
}

// Appends the character of the escape at raw[i] == '\\'; returns the index after it.
std::size_t append_unescaped(std::string& out, std::string_view raw, std::size_t i, bool& broken) {
  const auto replace = [&](std::size_t next) {
    broken = true;
    text::append_utf8(out, 0xFFFD);
    return next;
  };
  if (i + 1 >= raw.size()) return replace(raw.size());
  constexpr std::string_view kNames = "\"\\/bfnrt", kValues = "\"\\/\b\f\n\r\t";
  const char name = raw[i + 1];
  if (const std::size_t simple = kNames.find(name); simple != std::string_view::npos) {
    out += kValues[simple];
    return i + 2;
  }
  auto value = name == 'u' ? hex4(raw, i + 2) : std::nullopt;
  const bool ascii = static_cast<std::uint8_t>(name) < 0x80;
  if (!value) return replace(i + (ascii ? 2 : 1));  // never into the middle of a character
  i += 6;
  if (*value >= 0xD800 && *value < 0xDC00 && raw.substr(i).starts_with("\\u")) {
    const auto low = hex4(raw, i + 2);
    if (low && *low >= 0xDC00 && *low < 0xE000) {
      value = 0x10000 + ((*value - 0xD800) << 10U) + (*low - 0xDC00);
      i += 6;
    }
  }
  const bool lone_surrogate = *value >= 0xD800 && *value < 0xE000;
  if (lone_surrogate) return replace(i);
  text::append_utf8(out, *value);
  return i;
}

}  // namespace

void append_json_string(std::string& out, std::string_view s) {
  out += '"';
  for (std::size_t i = 0; i < s.size();) {
    const std::size_t end = end_of_printable<'"', '\\'>(s, i);
    out.append(s, i, end - i);
    i = end;
    if (i == s.size()) break;
    if (static_cast<std::uint8_t>(s[i]) < 0x80) {
      append_escaped(out, s[i++]);
      continue;
    }
    const text::CodePoint at = text::code_point_at(s, i);
    if (at.bytes == 1) {
      text::append_utf8(out, 0xFFFD);
    } else {
      out.append(s, i, at.bytes);
    }
    i += at.bytes;
  }
  out += '"';
}

std::string unescape_json(std::string_view raw, bool* broken) {
  std::string out;
  unescape_json(raw, out, broken);
  return out;
}

void unescape_json(std::string_view raw, std::string& out, bool* broken) {
  bool unused = false;
  out.clear();
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size();) {
    const std::size_t escape = std::min(raw.find('\\', i), raw.size());
    out.append(raw, i, escape - i);
    i = escape < raw.size() ? append_unescaped(out, raw, escape, broken != nullptr ? *broken : unused) : escape;
  }
}

}  // namespace gatepost
