#include "net/refusal.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/text.hpp"
#include "net/retry.hpp"
#include "net/url.hpp"

namespace gatepost::net {
namespace {

constexpr std::size_t kSaidBytes = 300, kHeadBytes = 1024, kHeaderBytes = 200;

ErrorKind kind_of(int status) {
  if (status == 401 || status == 403 || status == 404) return ErrorKind::denied;
  if (status == 408 || status == 429 || status >= 500) return ErrorKind::unavailable;
  return status == 409 ? ErrorKind::conflict : ErrorKind::bad_input;
}

std::string_view name_of(int status) {
  switch (status) {
    case 400:
      return " Bad Request";
    case 401:
      return " Unauthorized";
    case 403:
      return " Forbidden";
    case 404:
      return " Not Found";
    case 405:
      return " Method Not Allowed";
    case 406:
      return " Not Acceptable";
    case 408:
      return " Request Timeout";
    case 409:
      return " Conflict";
    case 410:
      return " Gone";
    case 413:
      return " Content Too Large";
    case 422:
      return " Unprocessable Content";
    case 429:
      return " Too Many Requests";
    case 500:
      return " Internal Server Error";
    case 502:
      return " Bad Gateway";
    case 503:
      return " Service Unavailable";
    case 504:
      return " Gateway Timeout";
    default:
      return "";
  }
}

bool is_html(const Response& response, std::string_view head) {
  return text::lower(response.headers.get("Content-Type")).find("html") != std::string::npos ||
         text::lower(head).starts_with("<!doctype") || text::lower(head).starts_with("<html");
}

// One line of the server's words; invisible characters are shown as what they are.
std::string cut(std::string_view words, std::size_t max_bytes) {
  return text::printable(text::fold_whitespace(words.substr(0, kHeadBytes)), max_bytes);
}

std::string words_of(const Response& response, std::string_view said) {
  if (!text::trim(said).empty()) return cut(said, kSaidBytes);
  const std::string_view head = text::trim(std::string_view(response.body).substr(0, kHeadBytes));
  if (head.empty()) return {};
  return is_html(response, head) ? "an HTML page" : cut(head, kSaidBytes);
}

// The address to visit of "required; url=https://…", when it is one.
std::string sso_url(std::string_view header) {
  const std::size_t at = header.find("url=");
  if (at == std::string_view::npos) return {};
  const auto url = Url::parse(text::trim(header.substr(at + 4)));
  return url && url->scheme == "https" ? text::printable(url->text, kSaidBytes) : std::string();
}

std::string hint_of(const Response& response) {
  const Headers& headers = response.headers;
  const std::string_view sso = headers.get("X-GitHub-SSO");
  if (response.status == 403 && !sso.empty()) {
    const std::string url = sso_url(sso);
    return "the organisation wants single sign-on: authorise the token" + (url.empty() ? "" : " at " + url);
  }
  const std::string_view needed = headers.get("X-Accepted-GitHub-Permissions");
  if ((response.status == 403 || response.status == 404) && !text::trim(needed).empty()) {
    return "the token needs the permission " + cut(needed, kHeaderBytes);
  }
  if (response.status == 401) return "is the token right, and has it not expired?";
  if (response.status == 404) return "does it exist, and may the token see it?";
  if (again(response, {}).value_or(Again{}).limited) return "the rate limit is used up; try again later";
  return {};
}

}  // namespace

Error error_of(const Response& response, std::string_view what, std::string_view said) {
  std::string message =
      std::string(what) + ": " + std::to_string(response.status) + std::string(name_of(response.status));
  if (const std::string words = words_of(response, said); !words.empty()) message += ", " + words;
  const bool limited = response.status != 429 && again(response, {}).value_or(Again{}).limited;
  return error(limited ? ErrorKind::unavailable : kind_of(response.status), std::move(message), hint_of(response));
}

}  // namespace gatepost::net
