#include "ingest/mapping/markup.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/text.hpp"

namespace gatepost::ingest::mapping {
namespace {

using Entity = std::pair<std::string_view, std::string_view>;
constexpr std::array<Entity, 12> kEntities = {{{"amp", "&"},
                                               {"lt", "<"},
                                               {"gt", ">"},
                                               {"quot", "\""},
                                               {"apos", "'"},
                                               {"nbsp", " "},
                                               {"ndash", "–"},
                                               {"mdash", "—"},
                                               {"hellip", "…"},
                                               {"copy", "©"},
                                               {"lsquo", "‘"},
                                               {"rsquo", "’"}}};
constexpr std::size_t kLongestEntity = 10;

// What stands for "#39" or "amp"; "" for what is none.
std::string resolved(std::string_view name) {
  if (name.starts_with('#')) {
    const bool is_hex = name.starts_with("#x") || name.starts_with("#X");
    const std::string_view digits = name.substr(is_hex ? 2 : 1);
    std::uint32_t code = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), code, is_hex ? 16 : 10);
    const bool is_character = code >= 0x20 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    if (problem != std::errc() || end != digits.data() + digits.size() || !is_character) return {};
    std::string out;
    text::append_utf8(out, static_cast<char32_t>(code));
    return out;
  }
  const auto* const found = std::ranges::find(kEntities, name, &Entity::first);
  return found == kEntities.end() ? std::string() : std::string(found->second);
}

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

std::string without_entities(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end =
        text[i] == '&' ? text.substr(0, i + kLongestEntity + 2).find(';', i) : std::string_view::npos;
    const std::string found = end == std::string_view::npos ? "" : resolved(text.substr(i + 1, end - i - 1));
    if (found.empty()) {
      out += text[i];
    } else {
      out += found;
      i = end;
    }
  }
  return out;
}

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
      if (opens) return without_entities(text.append(html.substr(i + 1)));
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
  return without_entities(out);
}

}  // namespace gatepost::ingest::mapping
