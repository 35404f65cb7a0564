#include "ingest/secret_text.hpp"

#include <algorithm>
#include <array>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "ingest/plain_text.hpp"

namespace gatepost::ingest {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::size_t kShortestPart = 4;  // of a quoted part that is looked for in other texts

bool is_key_header(std::string_view value) {
  return value.starts_with("-----BEGIN ") && value.ends_with("-----") && value.find("-----", 11) == value.size() - 5;
}

// What stands between the first quote and the next one of its kind.
std::string_view quoted_part(std::string_view value) {
  const std::size_t open = value.find_first_of("\"'`");
  if (open == std::string_view::npos) return {};
  const std::size_t close = value.find(value[open], open + 1);
  return close == std::string_view::npos ? std::string_view{} : value.substr(open + 1, close - open - 1);
}

}  // namespace

bool is_masked(std::string_view value) {
  value = text::trim(value);
  if (is_key_header(value)) return true;
  static constexpr std::array<std::string_view, 4> kSigns = {"***", "•••", "redacted", "<hidden>"};
  const std::string lower = text::lower(value);
  return std::ranges::any_of(kSigns, [&](std::string_view sign) { return lower.find(sign) != std::string::npos; });
}

SecretMark mark_secret(const ReportWriter& out, std::string kind, std::string value) {
  SecretMark mark{.kind = std::move(kind)};
  // A copy is handed on, not moved: a short string would leave its bytes behind.
  if (!is_masked(value)) mark.id = out.secret_id(mark.kind, value);
  wipe(value);
  return mark;
}

std::string without_secret(std::string text, std::string_view value) {
  // Texts may have been made plain before, and then no longer hold the value as it was.
  for (const std::string& form : {std::string(text::trim(value)), plain_paragraphs(value), plain_title(value)}) {
    text = text::replace_all(std::move(text), form, kMask);
  }
  const std::string_view part = quoted_part(value);
  if (part.size() >= kShortestPart) text = text::replace_all(std::move(text), part, kMask);
  return text;
}

std::string without_userinfo(std::string url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const std::size_t host = scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", host), url.size());
  const std::size_t at = url.rfind('@', end);
  if (at != std::string::npos && at >= host && at < end) url.erase(host, at + 1 - host);
  return url;
}

}  // namespace gatepost::ingest
