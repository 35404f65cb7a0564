#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "base/printable.hpp"

namespace gatepost::text {
namespace {

bool is_space(char c) {
  if (static_cast<unsigned char>(c) > ' ') return false;
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}
char lower_char(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::uint8_t byte_at(std::string_view s, std::size_t i) { return static_cast<std::uint8_t>(s[i]); }
bool is_continuation(std::string_view s, std::size_t i) { return i < s.size() && (byte_at(s, i) & 0xC0U) == 0x80U; }

// Edit distance with transpositions (optimal string alignment), case ignored, given up beyond `limit`.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) return limit + 1;
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower_char(a[i - 1]) == lower_char(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && lower_char(a[i - 1]) == lower_char(b[j - 2]) &&
                           lower_char(a[i - 2]) == lower_char(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string_view trim(std::string_view s) {
  while (!s.empty() && is_space(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
  return s;
}

std::string lower(std::string_view s) {
  std::string out(s);
  std::ranges::transform(out, out.begin(), lower_char);
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && lower_char(a[i]) != lower_char(b[i])) return false;
  }
  return true;
}

std::vector<std::string_view> split(std::string_view s, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = s.find(separator, begin);
    parts.push_back(s.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (&part != parts.data()) out += separator;
    out += part;
  }
  return out;
}

std::string replace_all(std::string s, std::string_view from, std::string_view to) {
  const auto find = [&](const char* begin) {
    // memmem needs linear time whatever the bytes are; std::string::find does not.
    const auto left = static_cast<std::size_t>(s.data() + s.size() - begin);
    return static_cast<const char*>(from.empty() ? nullptr : memmem(begin, left, from.data(), from.size()));
  };
  const char* done = s.data();
  std::string out;
  for (const char* at = find(done); at != nullptr; at = find(done)) {
    out.append(done, at).append(to);
    done = at + from.size();
  }
  if (done == s.data()) return s;
  return out.append(done, static_cast<const char*>(s.data() + s.size()));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string strip_controls(std::string s, std::string_view kept) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (is_printable(s[i])) {
      const std::size_t run = end_of_printable(s, i) - i;
      if (end != i) std::memmove(s.data() + end, s.data() + i, run);
      end += run;
      i += run - 1;
      continue;
    }
    // U+0080 to U+009F are two bytes.
    const bool c1 = byte_at(s, i) == 0xC2 && i + 1 < s.size() && byte_at(s, i + 1) >= 0x80 && byte_at(s, i + 1) <= 0x9F;
    const bool control = byte_at(s, i) < 0x20 || s[i] == '\x7F';
    if (c1) {
      ++i;
    } else if (!control || kept.find(s[i]) != std::string_view::npos) {
      s[end++] = s[i];
    }
  }
  s.resize(end);
  return s;
}

std::string fold_whitespace(std::string_view s) {
  std::string out;
  fold_whitespace(s, out);
  return out;
}

namespace {

// True of printable ASCII without two blanks in a row.
bool is_folded(std::string_view s) {
  if (end_of_printable(s, 0) < s.size()) return false;
  std::size_t blank = s.find(' ');
  while (blank != std::string_view::npos && s[blank + 1] != ' ') blank = s.find(' ', blank + 1);
  return blank == std::string_view::npos;
}

}  // namespace

void fold_whitespace(std::string_view s, std::string& out) {
  s = trim(s);  // a blank has something behind it
  if (is_folded(s)) return void(out = s);
  out.resize(s.size());
  char* end = out.data();
  for (const char c : s) {
    if (!is_space(c)) {
      *end++ = c;
    } else if (end[-1] != ' ') {  // the first character is no space
      *end++ = ' ';
    }
  }
  out.resize(static_cast<std::size_t>(end - out.data()));
}

std::string kebab_case(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (const char c : s) {
    if (is_alnum(c)) {
      out += lower_char(c);
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  if (out.ends_with('-')) out.pop_back();
  return out;
}

std::optional<std::size_t> parse_number(std::string_view s) {
  std::size_t value = 0;
  const auto [end, failure] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (s.empty() || failure != std::errc{} || end != s.data() + s.size()) return std::nullopt;
  return value;
}

std::string count_of(std::size_t n, std::string_view singular, std::string_view plural) {
  std::string out = std::to_string(n) + " ";
  if (n == 1) return out.append(singular);
  return plural.empty() ? out.append(singular) + "s" : out.append(plural);
}

CodePoint code_point_at(std::string_view s, std::size_t i) {
  const CodePoint invalid{0xFFFD, 1};
  const std::uint8_t lead = byte_at(s, i);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4) return invalid;
  char32_t value = lead & (0xFFU >> (bytes + 1));
  for (std::size_t k = 1; k < bytes; ++k) {
    if (!is_continuation(s, i + k)) return invalid;
    value = (value << 6U) | (byte_at(s, i + k) & 0x3FU);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[bytes] || value > 0x10FFFF || surrogate) return invalid;
  return {value, bytes};
}

namespace {

// The first byte at or after `i` that is not ASCII; most texts have none.
std::size_t end_of_ascii(std::string_view s, std::size_t i) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  for (std::uint64_t word = 0; i + sizeof word <= s.size(); i += sizeof word) {
    std::memcpy(&word, s.data() + i, sizeof word);
    if ((word & kHighBits) != 0) break;
  }
  while (i < s.size() && byte_at(s, i) < 0x80) ++i;
  return i;
}

}  // namespace

std::optional<std::size_t> first_invalid_utf8(std::string_view s) {
  for (std::size_t i = end_of_ascii(s, 0); i < s.size(); i = end_of_ascii(s, i)) {
    const CodePoint at = code_point_at(s, i);
    if (at.bytes == 1) return i;
    i += at.bytes;
  }
  return std::nullopt;
}

bool is_utf8(std::string_view s) { return !first_invalid_utf8(s); }

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<std::uint8_t>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6U));
    put(0x80 | (c & 0x3FU));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12U));
    put(0x80 | ((c >> 6U) & 0x3FU));
    put(0x80 | (c & 0x3FU));
  } else {
    put(0xF0 | (c >> 18U));
    put(0x80 | ((c >> 12U) & 0x3FU));
    put(0x80 | ((c >> 6U) & 0x3FU));
    put(0x80 | (c & 0x3FU));
  }
}

std::string to_utf8(std::string_view s, std::size_t max_bytes) {
  std::string out;
  out.reserve(std::min(s.size(), max_bytes));
  for (std::size_t i = 0; i < s.size();) {
    if (const std::size_t ascii = end_of_ascii(s, i) - i; ascii > 0) {
      const std::size_t fitting = std::min(ascii, max_bytes - out.size());
      out.append(s, i, fitting);
      if (fitting < ascii) break;
      i += ascii;
      continue;
    }
    const CodePoint at = code_point_at(s, i);
    const bool broken = at.bytes == 1 && byte_at(s, i) >= 0x80;
    const std::size_t width = broken ? 3 : at.bytes;
    if (out.size() + width > max_bytes) break;
    if (broken) {
      append_utf8(out, 0xFFFD);
    } else {
      out.append(s, i, at.bytes);
    }
    i += at.bytes;
  }
  return out;
}

bool is_invisible(char32_t c) {
  const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  return c == 0xAD || c == 0x61C || c == 0x180E || within(0x200B, 0x200F) || within(0x2028, 0x202E) ||
         within(0x2060, 0x206F) || c == 0xFEFF || within(0xFFF9, 0xFFFB) || within(0xE0000, 0xE0FFF) ||
         within(0x115F, 0x1160) || c == 0x3164 || c == 0xFFA0;
}

std::string printable(std::string_view s, std::size_t max_bytes) {
  std::string out;
  for (std::size_t i = 0; i < s.size();) {
    const CodePoint at = code_point_at(s, i);
    std::string shown;
    char buffer[16];
    const bool broken = at.bytes == 1 && byte_at(s, i) >= 0x80;
    if (broken || at.value < 0x20 || at.value == 0x7F) {
      std::snprintf(buffer, sizeof buffer, "\\x%02x", byte_at(s, i));
      shown = buffer;
    } else if (is_invisible(at.value) || (at.value >= 0x80 && at.value < 0xA0)) {
      std::snprintf(buffer, sizeof buffer, "\\u{%x}", static_cast<unsigned>(at.value));
      shown = buffer;
    } else {
      shown = s.substr(i, at.bytes);
    }
    if (out.size() + shown.size() > max_bytes) return out + "…";
    out += shown;
    i += at.bytes;
  }
  return out;
}

std::string nearest(std::string_view word, std::span<const std::string_view> candidates) {
  const std::size_t limit = word.size() < 4 ? 1 : word.size() < 9 ? 2 : 3;
  std::size_t best = limit + 1;
  std::string_view winner;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate, limit);
    if (distance < best) {
      best = distance;
      winner = candidate;
    }
  }
  return std::string(winner);
}

bool has_controls(std::string_view s) {
  for (std::size_t i = end_of_printable(s, 0); i < s.size(); i = end_of_printable(s, i + 1)) {
    if ((byte_at(s, i) < 0x20 && s[i] != '\t' && s[i] != '\n' && s[i] != '\r') || s[i] == '\x7F') return true;
  }
  return false;
}

namespace {

// The length of the terminal code that begins with the ESC at s[at]: ECMA-48 control sequences, and commands to the
// terminal, which end with BEL or ESC "\\".
std::size_t length_of_terminal_code(std::string_view s, std::size_t at) {
  constexpr std::size_t kLongest = 256;  // what is longer is no code, but text behind a stray ESC
  const std::string_view rest = s.substr(at, kLongest);
  if (rest.size() < 2) return 1;
  if (rest[1] == '[') {
    std::size_t end = 2;
    while (end < rest.size() && rest[end] >= 0x20 && rest[end] < 0x40) ++end;
    return end < rest.size() && rest[end] >= 0x40 && rest[end] < 0x7F ? end + 1 : end;
  }
  if (rest[1] != ']') return 1;
  const std::size_t end = rest.find_first_of("\x07\x1B\n", 2);
  if (end == std::string_view::npos || rest[end] == '\n') return 1;
  return rest[end] == '\x07' ? end + 1 : std::min(end + 2, rest.size());
}

}  // namespace

std::string without_terminal_codes(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t at = 0; at < s.size();) {
    if (s[at] == '\x1B') {
      at += length_of_terminal_code(s, at);
    } else {
      if (!has_controls(s.substr(at, 1))) out += s[at];
      ++at;
    }
  }
  return out;
}

std::optional<std::string> utf16_to_utf8(std::string_view s) {
  const bool big = s.starts_with("\xFE\xFF");
  if (!big && !s.starts_with("\xFF\xFE")) return std::nullopt;
  const auto unit_at = [&](std::size_t at) -> char32_t {
    const char32_t first = byte_at(s, at), second = byte_at(s, at + 1);
    return big ? first << 8U | second : second << 8U | first;
  };
  const auto is_low = [](char32_t unit) { return unit >= 0xDC00 && unit < 0xE000; };
  std::string out;
  out.reserve(s.size() / 2);
  std::size_t at = 2;
  while (at + 1 < s.size()) {
    char32_t unit = unit_at(at);
    at += 2;
    if (unit >= 0xD800 && unit < 0xDC00 && at + 1 < s.size() && is_low(unit_at(at))) {
      unit = 0x10000 + ((unit - 0xD800) << 10U) + (unit_at(at) - 0xDC00);
      at += 2;
    } else if (unit >= 0xD800 && unit < 0xE000) {
      unit = 0xFFFD;
    }
    append_utf8(out, unit);
  }
  if (at < s.size()) append_utf8(out, 0xFFFD);
  return out;
}

}  // namespace gatepost::text
