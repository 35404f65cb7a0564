#include "context/gitlab_heading.hpp"

#include <algorithm>
#include <limits>

#include "base/text.hpp"

namespace gatepost::context::codeowners {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_owner_character(char c) {
  return text::is_alnum(c) || c == '_' || c == '@' || c == '.' || c == '-' || c == '/' || is_space(c);
}

// The number at the start of `s` behind white space, 0 when there is none; the largest one when it does not fit.
std::uint32_t leading_number(std::string_view s) {
  std::uint64_t number = 0;
  s.remove_prefix(std::min(s.size(), static_cast<std::size_t>(std::ranges::find_if_not(s, is_space) - s.begin())));
  for (const char c : s) {
    if (!text::is_digit(c)) break;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
    if (number > std::numeric_limits<std::int32_t>::max()) return std::numeric_limits<std::int32_t>::max();
  }
  return static_cast<std::uint32_t>(number);
}

// The `[…]` of approvals at `at`, when it holds digits and white space only: the text between the brackets.
std::optional<std::string_view> approvals_at(std::string_view line, std::size_t at) {
  if (at >= line.size() || line[at] != '[') return std::nullopt;
  std::size_t end = at + 1;
  while (end < line.size() && (text::is_digit(line[end]) || is_space(line[end]))) ++end;
  if (end == line.size() || line[end] != ']') return std::nullopt;
  return line.substr(at + 1, end - at - 1);
}

bool is_number(std::string_view s) { return !s.empty() && std::ranges::all_of(s, text::is_digit); }

std::string_view trim_spaces(std::string_view s) {
  while (!s.empty() && is_space(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
  return s;
}

}  // namespace

std::optional<Heading> read_heading(std::string_view line) {
  Heading heading{.optional = line.starts_with('^')};
  const std::size_t open = heading.optional ? 1 : 0;
  if (open >= line.size() || line[open] != '[') return std::nullopt;
  const std::size_t close = line.find(']', open);
  if (close == kNone) return std::nullopt;
  heading.name = line.substr(open + 1, close - open - 1);
  std::size_t at = close + 1;
  heading.raw_approvals = approvals_at(line, at);
  if (heading.raw_approvals) {
    heading.approvals = leading_number(*heading.raw_approvals);
    at += heading.raw_approvals->size() + 2;
  }
  std::size_t end = at;
  while (end < line.size() && is_owner_character(line[end])) ++end;
  const bool separated = end == at || is_space(line[at]);
  heading.strict = end == line.size() && separated && !heading.name.empty() &&
                   (!heading.raw_approvals || is_number(*heading.raw_approvals));
  while (at < end && is_space(line[at])) ++at;
  while (end > at && is_space(line[end - 1])) --end;
  heading.owners_begin = at;
  heading.owners_size = end - at;
  return heading;
}

bool is_unclosed_heading(std::string_view line) {
  return (line.starts_with('[') || line.starts_with("^[")) && line.find(']') == kNone;
}

bool has_valid_approvals(const Heading& heading) {
  if (!heading.raw_approvals) return true;
  if (!is_number(trim_spaces(*heading.raw_approvals))) return false;
  return !(heading.optional && heading.approvals > 0);
}

}  // namespace gatepost::context::codeowners
