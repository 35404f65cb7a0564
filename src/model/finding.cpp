#include "model/finding.hpp"

#include "base/text.hpp"

namespace gatepost {
namespace {

constexpr std::size_t kShortLetters = 8;

}  // namespace

std::string to_string(const FindingId& id) { return "GP-" + base32(id.digest); }

std::string short_form(const FindingId& id) { return to_string(id).substr(0, 3 + kShortLetters); }

bool names(std::string_view text, const FindingId& id) {
  const std::string_view trimmed = text::trim(text);
  return text::equal_ignoring_case(trimmed, to_string(id)) || text::equal_ignoring_case(trimmed, short_form(id));
}

std::optional<Presence> parse_presence(std::string_view name) {
  for (std::size_t i = 0; i < kPresenceNames.size(); ++i) {
    if (kPresenceNames[i] == name) return static_cast<Presence>(i);
  }
  return std::nullopt;
}

}  // namespace gatepost
