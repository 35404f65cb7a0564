#include "doc/json_cut.hpp"

#include <algorithm>

#include "doc/scan.hpp"

namespace gatepost::doc {
namespace {

constexpr std::size_t kDeepest = 4096;  // no reader of ours goes that far

// Behind the string that begins at `at`; nullopt when it does not end.
std::optional<std::size_t> end_of_string(std::string_view text, std::size_t at) {
  const char* const end = text.data() + text.size();
  const char* p = find_in_string(text.data() + at + 1, end);
  while (p < end && *p != '"') p = find_in_string(std::min(p + (*p == '\\' ? 2 : 1), end), end);
  if (p >= end) return std::nullopt;
  return static_cast<std::size_t>(p - text.data()) + 1;
}

}  // namespace

std::optional<std::string> close_cut_json(std::string_view text, std::size_t depth) {
  std::string open;  // the brackets that close what is open, the outermost first
  std::size_t safe = 0, open_there = 0;
  const auto remember = [&](std::size_t at) {
    if (open.size() > depth) return;
    safe = at;
    open_there = open.size();
  };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      const auto end = end_of_string(text, at);
      if (!end) break;
      at = *end;
      continue;
    }
    if (c == '{' || c == '[') {
      if (open.size() == kDeepest) return std::nullopt;
      open += c == '{' ? '}' : ']';
      remember(at + 1);
    } else if (c == '}' || c == ']') {
      if (open.empty() || open.back() != c) return std::nullopt;
      open.pop_back();
      remember(at + 1);
      if (open.empty()) return std::nullopt;  // the document ends here
    } else if (c == ',') {
      remember(at);
    }
    ++at;
  }
  if (safe == 0) return std::nullopt;
  // Those are still open: when one of them closes, the place is remembered.
  open.resize(open_there);
  return std::string(text.substr(0, safe)).append(open.rbegin(), open.rend());
}

std::size_t end_of_json(std::string_view text, std::size_t begin) {
  std::size_t open = 0;
  for (std::size_t at = begin; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      const auto end = end_of_string(text, at);
      if (!end) break;
      at = *end;
      continue;
    }
    if (c == '{' || c == '[') ++open;
    if ((c == '}' || c == ']') && open > 0) --open;
    if (open == 0) return at > begin ? at + 1 : std::string_view::npos;
    ++at;
  }
  return std::string_view::npos;
}

}  // namespace gatepost::doc
