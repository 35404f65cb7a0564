#include "model/cwe.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace gatepost {
namespace {

std::optional<Cwe> cwe_of(std::string_view digits) {
  const auto number = text::parse_number(digits);
  if (!number || *number == 0 || *number > 99999) return std::nullopt;
  return Cwe{static_cast<std::uint32_t>(*number)};
}

}  // namespace

std::optional<Cwe> parse_cwe(std::string_view text) {
  text = text::trim(text);
  for (std::size_t i = 0; i + 3 < text.size(); ++i) {
    if (!text::equal_ignoring_case(text.substr(i, 3), "cwe")) continue;
    const std::size_t begin = std::min(text.find_first_not_of("- _:", i + 3), text.size());
    std::size_t end = begin;
    while (end < text.size() && text::is_digit(text[end])) ++end;
    if (end == begin || (end < text.size() && text::is_alnum(text[end]))) continue;
    return cwe_of(text.substr(begin, end - begin));
  }
  return cwe_of(text);
}

bool is_about_credentials(Cwe cwe) {
  constexpr std::array<std::uint32_t, 5> kNumbers = {256, 259, 260, 321, 798};
  return std::ranges::find(kNumbers, cwe.number) != kNumbers.end();
}

}  // namespace gatepost
