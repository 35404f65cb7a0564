#include "ingest/plain_text.hpp"

#include "base/text.hpp"
#include "ingest/secret_text.hpp"

namespace gatepost::ingest {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }

}  // namespace

std::string plain_name(std::string_view given) {
  std::string name = text::to_utf8(text::trim(given.substr(0, 4 * kLongestName)), kLongestName);
  std::erase_if(name, is_control);
  return name;
}

std::string plain_title(std::string_view given) {
  std::string title = text::fold_whitespace(given.substr(0, 8 * kLongestTitle));
  std::erase_if(title, is_control);
  return text::to_utf8(title, kLongestTitle);
}

std::string plain_paragraphs(std::string_view given) {
  std::string message = text::to_utf8(text::trim(given.substr(0, 2 * kLongestMessage)), kLongestMessage);
  std::erase_if(message, [](char c) { return is_control(c) && c != '\n' && c != '\t'; });
  return message;
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
