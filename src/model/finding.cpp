#include "model/finding.hpp"

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"

namespace gatepost {

std::strong_ordering operator<=>(const FindingId& a, const FindingId& b) {
  using detail::in_character_order;
  if (const auto order = a.first_letters() <=> b.first_letters(); order != 0) return order;
  const auto second = [](const Digest128& digest) {
    return in_character_order((digest.first_half() & 15U) << 56U | digest.last_half() >> 8U);
  };
  if (const auto order = second(a.digest) <=> second(b.digest); order != 0) return order;
  const auto last = [](const Digest128& digest) { return in_character_order((digest.last_half() & 255U) << 2U); };
  return last(a.digest) <=> last(b.digest);
}

void append(std::string& out, const FindingId& id) {
  out += "GP-";
  append_base32(out, id.digest);
}

std::string to_string(const FindingId& id) {
  std::string out;
  append(out, id);
  return out;
}

std::string short_form(const FindingId& id) { return to_string(id).substr(0, kShortFormLength); }

bool names(std::string_view text, const FindingId& id) {
  const std::string_view trimmed = text::trim(text);
  return text::equal_ignoring_case(trimmed, to_string(id)) || text::equal_ignoring_case(trimmed, short_form(id));
}

std::optional<FindingId> parse_finding_id(std::string_view text) {
  if (!text.starts_with("GP-")) return std::nullopt;
  const auto digest = parse_base32(text.substr(3));
  if (!digest) return std::nullopt;
  return FindingId{*digest};
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
