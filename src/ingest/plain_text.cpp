#include "ingest/plain_text.hpp"

#include "base/text.hpp"
#include "ingest/secret_text.hpp"

namespace gatepost::ingest {
std::string plain_name(std::string_view given) {
  return text::strip_controls(text::to_utf8(text::trim(given.substr(0, 4 * kLongestName)), kLongestName));
}

std::string plain_title(std::string_view given) {
  return text::to_utf8(text::strip_controls(text::fold_whitespace(given.substr(0, 8 * kLongestTitle))), kLongestTitle);
}

std::string plain_paragraphs(std::string_view given) {
  return text::strip_controls(text::to_utf8(text::trim(given.substr(0, 2 * kLongestMessage)), kLongestMessage), "\n\t");
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
