#include "ingest/mapping/markup.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "doc/entities.hpp"

namespace gatepost::ingest::mapping {
namespace {

// Name of a tag: "p" of "<p class=…>", "br" of "<br/>", "/p" of "</p>".
std::string tag_name(std::string_view tag) {
  std::size_t end = tag.starts_with('/') ? 1 : 0;
  while (end < tag.size() && text::is_alnum(tag[end])) ++end;
  return text::lower(tag.substr(0, end));
}

bool ends_a_line(std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames = {"br",  "/p",  "/li", "/div", "/tr", "/h1",
                                                       "/h2", "/h3", "/h4", "/ul",  "/ol", "/pre"};
  return std::ranges::find(kNames, name) != kNames.end();
}

}  // namespace

std::string text_of_html(std::string_view html) {
  std::string text;
  for (std::size_t i = 0; i < html.size(); ++i) {
    const char next = i + 1 < html.size() ? html[i + 1] : ' ';
    const bool opens =
        html[i] == '<' && (next == '/' || next == '!' || (text::is_alnum(next) && !text::is_digit(next)));
    const std::size_t close = opens ? html.find('>', i) : std::string_view::npos;
    if (close == std::string_view::npos) {
      text += html[i];
      // Without a closing sign none of the rest is a tag.
      if (opens) return doc::without_entities(text.append(html.substr(i + 1)));
      continue;
    }
    text += ends_a_line(tag_name(html.substr(i + 1, close - i - 1))) ? '\n' : ' ';
    i = close;
  }
  std::string out;
  for (const std::string_view line : text::split(text, '\n')) {
    const std::string folded = text::fold_whitespace(line);
    if (!folded.empty()) out += (out.empty() ? "" : "\n") + folded;
  }
  return doc::without_entities(out);
}

}  // namespace gatepost::ingest::mapping
