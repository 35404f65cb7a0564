#include "ingest/plain_text.hpp"

#include <utility>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "ingest/secret_text.hpp"

namespace gatepost::ingest {
namespace {

// Nothing is to be changed about printable ASCII; most of what tools write is that.
bool is_plain(std::string_view text) { return end_of_printable(text, 0) == text.size(); }

// The same of several lines.
bool is_plain_prose(std::string_view text) {
  for (std::size_t at = 0; (at = end_of_printable(text, at)) < text.size(); ++at) {
    if (text[at] != '\n' && text[at] != '\t') return false;
  }
  return true;
}

}  // namespace

std::string plain_name(std::string_view given) {
  given = text::trim(given.substr(0, 4 * kLongestName));
  if (given.size() <= kLongestName && is_plain(given)) return std::string(given);
  return text::strip_controls(text::to_utf8(given, kLongestName));
}

std::string plain_title(std::string_view given) {
  std::string title = text::fold_whitespace(given.substr(0, 8 * kLongestTitle));
  if (title.size() <= kLongestTitle && is_plain(title)) return title;
  return text::to_utf8(text::strip_controls(std::move(title)), kLongestTitle);
}

std::string plain_paragraphs(std::string_view given) {
  given = text::trim(given.substr(0, 2 * kLongestMessage));
  if (given.size() <= kLongestMessage && is_plain_prose(given)) return std::string(given);
  return text::strip_controls(text::to_utf8(given, kLongestMessage), "\n\t");
}

bool is_web_address(std::string_view given) {
  return text::equal_ignoring_case(given.substr(0, 8), "https://") ||
         text::equal_ignoring_case(given.substr(0, 7), "http://");
}

std::string web_address(std::string_view given) {
  given = text::trim(given);
  return is_web_address(given) ? without_userinfo(plain_name(given)) : std::string{};
}

}  // namespace gatepost::ingest
