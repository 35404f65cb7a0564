#include "net/url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/deleter.hpp"
#include "base/text.hpp"

namespace gatepost::net {
namespace {

using UrlHandle = CHandle<CURLU, curl_url_cleanup>;
using CurlText = CHandle<char, curl_free>;

constexpr std::size_t kMaxBytes = 8192;
constexpr std::size_t kShownBytes = 200;

std::string part(CURLU* handle, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(handle, which, &text, flags) != CURLUE_OK) return {};
  const CurlText owner(text);
  return text;
}

Error not_a_url(std::string_view text, const char* why) {
  return error(ErrorKind::bad_input, shown_url(text) + " is not a URL that we can use: " + why);
}

Result<Url> url_of(CURLU* handle, std::string_view given) {
  curl_url_set(handle, CURLUPART_FRAGMENT, nullptr, 0);
  Url url;
  url.scheme = text::lower(part(handle, CURLUPART_SCHEME));
  url.host = text::lower(part(handle, CURLUPART_HOST));
  if (url.scheme != "https" && url.scheme != "http") return not_a_url(given, "expected https or http");
  if (url.host.empty()) return not_a_url(given, "it has no host");
  curl_url_set(handle, CURLUPART_HOST, url.host.c_str(), 0);
  url.path = part(handle, CURLUPART_PATH);
  url.origin = url.scheme + "://" + url.host + ":" + part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  url.text = part(handle, CURLUPART_URL, CURLU_NO_DEFAULT_PORT);
  return url;
}

// `base` may be empty.
Result<Url> parsed(std::string_view base, std::string_view given) {
  if (given.size() > kMaxBytes) return not_a_url(given, "it is longer than 8 KiB");
  if (given.find('\0') != std::string_view::npos) return not_a_url(given, "it holds a zero byte");
  const UrlHandle handle(curl_url());
  if (!handle) return not_a_url(given, "out of memory");
  if (!base.empty()) curl_url_set(handle.get(), CURLUPART_URL, std::string(base).c_str(), 0);
  const auto status = curl_url_set(handle.get(), CURLUPART_URL, std::string(given).c_str(), CURLU_DISALLOW_USER);
  if (status == CURLUE_USER_NOT_ALLOWED) return not_a_url(given, "it holds a user name");
  if (status != CURLUE_OK) return not_a_url(given, curl_url_strerror(status));
  return url_of(handle.get(), given);
}

int hex_digit(char c) {
  if (text::is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Percent-decoded once; a server decodes at least that much.
std::string decoded(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool escape =
        path[i] == '%' && i + 2 < path.size() && hex_digit(path[i + 1]) >= 0 && hex_digit(path[i + 2]) >= 0;
    out += escape ? static_cast<char>(hex_digit(path[i + 1]) * 16 + hex_digit(path[i + 2])) : path[i];
    if (escape) i += 2;
  }
  return out;
}

// A server could read the path as one above it.
bool climbs(std::string_view path) {
  std::string plain = decoded(path);
  std::ranges::replace(plain, '\\', '/');
  const auto segments = text::split(plain, '/');
  return std::ranges::any_of(segments, [](std::string_view it) {
    return it == ".." || it.starts_with("..;");  // path parameters
  });
}

std::string_view name_of(std::string_view parameter) { return parameter.substr(0, parameter.find('=')); }

}  // namespace

Result<Url> Url::parse(std::string_view text) { return parsed({}, text); }

Result<Url> Url::resolve(std::string_view reference) const { return parsed(text, reference); }

Result<Url> Url::with_query(std::string_view name, std::string_view value) const {
  const UrlHandle handle(curl_url());
  if (!handle || curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return not_a_url(text, "it does not parse again");
  }
  const std::string query = part(handle.get(), CURLUPART_QUERY);
  std::string changed;
  for (const std::string_view parameter : text::split(query, '&')) {
    if (parameter.empty() || name_of(parameter) == name) continue;
    changed.append(parameter).append("&");
  }
  changed.append(name).append("=").append(value);
  curl_url_set(handle.get(), CURLUPART_QUERY, changed.c_str(), 0);
  return url_of(handle.get(), text);
}

bool Url::lies_within(const Url& prefix) const {
  if (origin != prefix.origin || climbs(path)) return false;
  std::string_view above = prefix.path;
  while (above.ends_with('/')) above.remove_suffix(1);
  const std::string_view here = path;
  return here.starts_with(above) && (here.size() == above.size() || here[above.size()] == '/');
}

bool Url::is_loopback() const {
  if (host == "localhost" || host == "[::1]") return true;
  const auto numbers = text::split(host, '.');
  return numbers.size() == 4 && numbers.front() == "127" && std::ranges::all_of(numbers, [](std::string_view it) {
           const auto number = text::parse_number(it);
           return number && *number < 256;
         });
}

std::string shown_url(std::string_view text) {
  text = text.substr(0, text.find_first_of("?#"));
  const std::size_t scheme = text.find("://");
  const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t slash = std::min(text.find_first_of("/\\", host), text.size());
  const std::size_t at = text.substr(0, slash).rfind('@');
  std::string out(text.substr(0, host));
  out += text.substr(at == std::string_view::npos || at < host ? host : at + 1);
  return text::printable(out, kShownBytes);
}

}  // namespace gatepost::net
