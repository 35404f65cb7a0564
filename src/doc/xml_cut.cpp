#include "doc/xml_cut.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "doc/xml_tokens.hpp"

namespace gatepost::doc {
namespace {

constexpr std::size_t kDeepest = 4096;  // no reader of ours goes that far
constexpr std::size_t kNowhere = std::string_view::npos;

struct Open {
  std::string_view tag;
  std::size_t begin = 0;        // of its "<"
  std::string_view last_child;  // the tag of the child that began last
  bool list = false;            // two children in a row have the same tag
};

void begin_child(std::vector<Open>& open, std::string_view tag) {
  if (open.empty()) return;
  Open& parent = open.back();
  parent.list = parent.list || parent.last_child == tag;
  parent.last_child = tag;
}

// What is left of a text that is whole up to `end`.
std::optional<std::string> closed(std::string_view text, std::vector<Open> open, std::size_t end) {
  if (open.empty()) return std::nullopt;
  const auto record = std::find_if(open.begin() + 1, open.end(), [](const Open& it) { return !it.list; });
  if (record != open.end()) end = record->begin;
  open.erase(record, open.end());
  std::string whole(text.substr(0, end));
  for (auto it = open.rbegin(); it != open.rend(); ++it) whole.append("</").append(it->tag).append(">");
  return whole;
}

}  // namespace

std::optional<std::string> close_cut_xml(std::string_view text) {
  std::vector<Open> open;
  std::size_t whole = 0;  // behind the last tag
  for (std::size_t at = text.find('<'); at != kNowhere; at = text.find('<', at)) {
    const std::size_t behind = behind_other_markup(text, at);
    if (behind == kNowhere) break;
    if (behind != at) {
      at = behind;
      continue;
    }
    const std::size_t end = end_of_tag(text, at);
    const bool closing = at + 1 < text.size() && text[at + 1] == '/';
    const std::string_view tag = name_at(text, at + (closing ? 2 : 1));
    if (end == kNowhere) {
      if (!closing) begin_child(open, tag);
      break;
    }
    if (closing) {
      if (open.empty() || open.back().tag != tag) return std::nullopt;
      open.pop_back();
      if (open.empty()) return std::nullopt;  // the document ends here
    } else {
      begin_child(open, tag);
      if (open.size() == kDeepest) return std::nullopt;
      if (text[end - 1] != '/') open.push_back({.tag = tag, .begin = at});
    }
    at = whole = end + 1;
  }
  return closed(text, std::move(open), whole);
}

}  // namespace gatepost::doc
