#include "model/finding.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/text.hpp"

namespace gatepost {
namespace {

// The place of a base32 letter among the characters: "2" to "7", which stand for 26 to 31, come before "A".
constexpr std::array<std::uint8_t, 32> kCharacterOrder = [] {
  std::array<std::uint8_t, 32> order{};
  for (std::size_t value = 0; value < order.size(); ++value) order[value] = static_cast<std::uint8_t>((value + 6) % 32);
  return order;
}();

// The value of letter `index` of the written digest: five bits, the last letter filled up with zeros.
std::uint8_t letter(const Digest128& digest, std::size_t index) {
  const std::size_t byte = index * 5 / 8, offset = index * 5 % 8;
  const unsigned high = digest.bytes[byte];
  const unsigned low = byte + 1 < digest.bytes.size() ? digest.bytes[byte + 1] : 0U;
  return static_cast<std::uint8_t>(((high << 8U | low) >> (11 - offset)) & 31U);
}

}  // namespace

std::strong_ordering operator<=>(const FindingId& a, const FindingId& b) {
  const auto [in_a, in_b] = std::ranges::mismatch(a.digest.bytes, b.digest.bytes);
  if (in_a == a.digest.bytes.end()) return std::strong_ordering::equal;
  // The first letter that differs holds the first bit that differs.
  const auto byte = static_cast<std::size_t>(in_a - a.digest.bytes.begin());
  const auto bit = static_cast<std::size_t>(std::countl_zero(static_cast<std::uint8_t>(*in_a ^ *in_b)));
  const std::size_t index = (byte * 8 + bit) / 5;
  return kCharacterOrder[letter(a.digest, index)] <=> kCharacterOrder[letter(b.digest, index)];
}

std::string to_string(const FindingId& id) { return "GP-" + base32(id.digest); }

std::string short_form(const FindingId& id) { return to_string(id).substr(0, kShortFormLength); }

bool names(std::string_view text, const FindingId& id) {
  const std::string_view trimmed = text::trim(text);
  return text::equal_ignoring_case(trimmed, to_string(id)) || text::equal_ignoring_case(trimmed, short_form(id));
}

bool is_finding_id(std::string_view text) {
  const std::string_view trimmed = text::trim(text);
  const bool sized = trimmed.size() == kShortFormLength || trimmed.size() == to_string(FindingId{}).size();
  if (!sized || !text::equal_ignoring_case(trimmed.substr(0, 3), "GP-")) return false;
  return std::ranges::all_of(trimmed.substr(3), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
  });
}

std::optional<Presence> parse_presence(std::string_view name) {
  for (std::size_t i = 0; i < kPresenceNames.size(); ++i) {
    if (kPresenceNames[i] == name) return static_cast<Presence>(i);
  }
  return std::nullopt;
}

}  // namespace gatepost
