#include "model/cwe.hpp"

#include "base/text.hpp"

namespace gatepost {

std::optional<Cwe> parse_cwe(std::string_view text) {
  text = text::trim(text);
  for (std::size_t i = text.size(); i-- > 3;) {
    if (!text::equal_ignoring_case(text.substr(i - 3, 3), "cwe")) continue;
    text.remove_prefix(i);
    break;
  }
  while (!text.empty() && (text[0] == '-' || text[0] == ' ' || text[0] == '_' || text[0] == ':')) text.remove_prefix(1);
  std::size_t digits = 0;
  while (digits < text.size() && text::is_digit(text[digits])) ++digits;
  if (digits < text.size() && text::is_alnum(text[digits])) return std::nullopt;
  const auto number = text::parse_number(text.substr(0, digits));
  if (!number || *number == 0 || *number > 99999) return std::nullopt;
  return Cwe{static_cast<std::uint32_t>(*number)};
}

}  // namespace gatepost
