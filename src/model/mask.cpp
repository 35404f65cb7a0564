#include "model/mask.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace gatepost {
namespace {

constexpr std::size_t kShortestToken = 12;

bool is_token_char(char c) { return text::is_alnum(c) || c == '+' || c == '/' || c == '=' || c == '_' || c == '-'; }

// Words, paths and identifiers have few changes between lower case, upper case and digits; tokens have many.
bool looks_random(std::string_view run) {
  std::size_t changes = 0;
  const auto class_of = [](char c) {
    if (text::is_digit(c)) return 0;
    if (c >= 'a' && c <= 'z') return 1;
    return c >= 'A' && c <= 'Z' ? 2 : 3;
  };
  for (std::size_t i = 1; i < run.size(); ++i) changes += class_of(run[i]) != class_of(run[i - 1]) ? 1 : 0;
  const auto digits = static_cast<std::size_t>(std::ranges::count_if(run, text::is_digit));
  const bool upper_and_digits = digits >= 2 && std::ranges::none_of(run, [](char c) { return c >= 'a' && c <= 'z'; });
  return upper_and_digits || (digits > 0 && changes * 4 >= run.size()) || changes * 3 >= run.size();
}

}  // namespace

std::string mask_tokens(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_token_char(text[end])) ++end;
    const std::string_view run = text.substr(i, end - i);
    if (run.size() >= kShortestToken && looks_random(run)) {
      out += "****";
    } else {
      out += run;
    }
    if (end < text.size()) out += text[end];
    i = end + 1;
  }
  return out;
}

}  // namespace gatepost
