#include "correlate/url_template.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "model/repo_path.hpp"

namespace gatepost::correlate {
namespace {

constexpr std::size_t kShortestHex = 8, kShortestBase64 = 16;

bool is_hex(char c) { return text::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool all(std::string_view s, bool (*accept)(char)) { return !s.empty() && std::ranges::all_of(s, accept); }

// Numbers, dates and UUIDs are digits or hex digits with dashes; an id has at least one digit.
bool is_dashed_id(std::string_view s) {
  const bool has_digit = std::ranges::any_of(s, text::is_digit);
  return s.size() >= kShortestHex && has_digit && all(s, [](char c) { return is_hex(c) || c == '-'; });
}

bool is_base64_id(std::string_view s) {
  const bool mixed = std::ranges::any_of(s, text::is_digit) &&
                     std::ranges::any_of(s, [](char c) { return c >= 'A' && c <= 'Z'; }) &&
                     std::ranges::any_of(s, [](char c) { return c >= 'a' && c <= 'z'; });
  return s.size() >= kShortestBase64 && mixed &&
         all(s, [](char c) { return text::is_alnum(c) || c == '-' || c == '_' || c == '=' || c == '+'; });
}

bool is_id(std::string_view segment) {
  return all(segment, text::is_digit) || is_dashed_id(segment) || is_base64_id(segment) ||
         segment.find('@') != std::string_view::npos;
}

}  // namespace

std::string url_template(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) {
    const std::size_t path = url.find_first_of("/?#", scheme + 3);
    url = path == std::string_view::npos ? std::string_view{} : url.substr(path);
  }
  url = url.substr(0, url.find('#'));
  const std::size_t question = url.find('?');
  const std::string_view path = url.substr(0, question);
  std::string out;
  for (const std::string_view segment : text::split(path, '/')) {
    if (segment.empty()) continue;
    const std::string decoded = percent_decode(segment);
    out += "/" + (is_id(decoded) ? "{id}" : decoded);
  }
  if (out.empty()) out = "/";
  if (question == std::string_view::npos) return out;
  std::set<std::string> names;
  for (const std::string_view pair : text::split(url.substr(question + 1), '&')) {
    if (!pair.empty()) names.insert(percent_decode(pair.substr(0, pair.find('='))));
  }
  char separator = '?';
  for (const std::string& name : names) {
    out += separator + name;
    separator = '&';
  }
  return out;
}

}  // namespace gatepost::correlate
