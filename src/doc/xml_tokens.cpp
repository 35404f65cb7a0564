#include "doc/xml_tokens.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace gatepost::doc {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;
constexpr std::string_view kCdata = "<![CDATA[";

XmlToken other_markup(std::string_view text, std::size_t at) {
  using Sort = XmlToken::Sort;
  const std::string_view rest = text.substr(at);
  const std::size_t behind = behind_other_markup(text, at);
  if (behind == kNowhere || (rest[1] == '!' && rest.size() < kCdata.size())) return {};
  if (rest.starts_with(kCdata)) return {Sort::cdata, behind, {}};
  return {rest[1] == '?' || rest.starts_with("<!--") ? Sort::remark : Sort::declared, behind, {}};
}

}  // namespace

std::size_t behind_other_markup(std::string_view text, std::size_t at) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kMarkup = {
      {{"<!--", "-->"}, {kCdata, "]]>"}, {"<?", "?>"}, {"<!", ">"}}};
  const std::string_view rest = text.substr(at);
  for (const auto& [begin, end] : kMarkup) {
    if (!rest.starts_with(begin)) continue;
    const std::size_t subset = begin == "<!" ? rest.find_first_of("[>") : kNowhere;
    const bool has_subset = subset != kNowhere && rest[subset] == '[';
    const std::string_view mark = has_subset ? "]>" : end;
    const std::size_t found = rest.find(mark, has_subset ? subset : begin.size());
    return found == kNowhere ? kNowhere : at + found + mark.size();
  }
  return at;
}

std::size_t end_of_tag(std::string_view text, std::size_t at) {
  for (; at < text.size() && text[at] != '>'; ++at) {
    if (text[at] != '"' && text[at] != '\'') continue;
    at = text.find(text[at], at + 1);
    if (at == kNowhere) return kNowhere;
  }
  return at < text.size() ? at : kNowhere;
}

std::string_view name_at(std::string_view text, std::size_t at) {
  return text.substr(at, std::min(text.find_first_of(" \t\r\n/>", at), text.size()) - at);
}

XmlToken xml_token(std::string_view text, std::size_t at) {
  using Sort = XmlToken::Sort;
  const char next = at + 1 < text.size() ? text[at + 1] : '\0';
  if (next == '\0') return {};
  if (next == '!' || next == '?') return other_markup(text, at);
  const bool closing = next == '/';
  const std::size_t end = closing ? text.find('>', at) : end_of_tag(text, at);
  if (end == kNowhere) return {};
  if (closing) return {Sort::end, end + 1, text::trim(text.substr(at + 2, end - at - 2))};
  return {text[end - 1] == '/' ? Sort::empty : Sort::begin, end + 1, name_at(text, at + 1)};
}

}  // namespace gatepost::doc
