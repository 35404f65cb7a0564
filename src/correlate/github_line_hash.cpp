#include "correlate/github_line_hash.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <unordered_map>

#include "base/text.hpp"

namespace gatepost::correlate {
namespace {

constexpr std::size_t kWindow = 100;  // units that one hash covers
constexpr std::uint64_t kFactor = 37;
constexpr char16_t kEndMark = 0xFFFF;

// UTF-16 units without blanks and tabs, every line end as one LF, then the end mark and the padding.
std::u16string hashed_units(std::string_view text) {
  std::u16string units;
  units.reserve(text.size() + kWindow + 1);
  for (std::size_t i = 0; i < text.size();) {
    const text::CodePoint at = text::code_point_at(text, i);
    i += at.bytes;
    if (at.value == ' ' || at.value == '\t') continue;
    if (at.value == '\r') {
      if (i < text.size() && text[i] == '\n') ++i;
      units += u'\n';
    } else if (at.value >= 0x10000) {
      units += static_cast<char16_t>(0xD800 + ((at.value - 0x10000) >> 10U));
      units += static_cast<char16_t>(0xDC00 + ((at.value - 0x10000) & 0x3FFU));
    } else {
      units += static_cast<char16_t>(at.value);
    }
  }
  units += kEndMark;
  units.append(kWindow, u'\0');
  return units;
}

}  // namespace

std::vector<std::string> github_line_hashes(std::string_view text) {
  const std::u16string units = hashed_units(text);
  std::uint64_t leaving_factor = 1;
  for (std::size_t i = 0; i < kWindow; ++i) leaving_factor *= kFactor;
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < kWindow; ++i) hash = hash * kFactor + units[i];

  std::vector<std::string> hashes;
  std::unordered_map<std::uint64_t, std::uint32_t> seen;
  bool line_begins = true;
  // `hash` covers the window that starts at unit i.
  for (std::size_t i = 0; i + kWindow < units.size(); ++i) {
    if (line_begins) hashes.push_back(fmt::format("{:x}:{}", hash, ++seen[hash]));
    line_begins = units[i] == u'\n';
    hash = hash * kFactor + units[i + kWindow] - leaving_factor * units[i];
  }
  return hashes;
}

}  // namespace gatepost::correlate
