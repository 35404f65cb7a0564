#include "bot/body.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"
#include "model/repo_path.hpp"

namespace gatepost::bot {
namespace {
constexpr std::uint32_t kMostValues = 1'000'000;
}

Result<doc::Document> parse_body(std::string_view body, const char* name) {
  Limits limits;
  limits.values = kMostValues;
  GP_TRY(doc::Document document, doc::parse_json(std::string(body), name, limits));
  if (!document.root().is_object()) {
    return error(ErrorKind::bad_input, std::string(name) + " is not a JSON object, but " +
                                           std::string(doc::to_string(document.root().kind())));
  }
  return document;
}

std::string without_form(std::string_view body) {
  static constexpr std::string_view kField = "payload=";
  if (!body.starts_with(kField)) return std::string(body);
  body.remove_prefix(kField.size());
  std::string value(body.substr(0, body.find('&')));
  std::ranges::replace(value, '+', ' ');
  return percent_decode(value);
}

}  // namespace gatepost::bot
