#include "net/message.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/text.hpp"

namespace gatepost::net {
namespace {

bool is_token(std::string_view name) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return text::is_alnum(c) || kMarks.find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view value) {
  return std::ranges::none_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

}  // namespace

Status check_header(std::string_view name, std::string_view value) {
  if (!is_token(name)) {
    return error(ErrorKind::bad_input, "\"" + text::printable(name) + "\" cannot be the name of an HTTP header");
  }
  // The value may be a secret: it is not shown.
  if (!is_value(value)) {
    return error(ErrorKind::bad_input, "the HTTP header " + std::string(name) + " would hold a control character",
                 "is there a line end in a token or in a variable?");
  }
  return Done{};
}

Headers::Headers(std::initializer_list<Header> headers) {
  for (const Header& header : headers) GP_ASSERT(add(header.name, header.value).ok());
}

Status Headers::add(std::string name, std::string value) {
  GP_CHECK(check_header(name, value));
  headers_.push_back({std::move(name), std::move(value)});
  return Done{};
}

Status Headers::set(std::string name, std::string value) {
  GP_CHECK(check_header(name, value));
  remove(name);
  headers_.push_back({std::move(name), std::move(value)});
  return Done{};
}

void Headers::remove(std::string_view name) {
  std::erase_if(headers_, [&](const Header& it) { return text::equal_ignoring_case(it.name, name); });
}

std::string_view Headers::get(std::string_view name) const {
  for (const Header& it : headers_) {
    if (text::equal_ignoring_case(it.name, name)) return it.value;
  }
  return {};
}

bool Headers::has(std::string_view name) const {
  return std::ranges::any_of(headers_, [&](const Header& it) { return text::equal_ignoring_case(it.name, name); });
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Header& it : headers_) {
    if (text::equal_ignoring_case(it.name, name)) values.emplace_back(it.value);
  }
  return values;
}

}  // namespace gatepost::net
