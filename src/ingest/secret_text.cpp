#include "ingest/secret_text.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "ingest/plain_text.hpp"
#include "model/mask.hpp"

namespace gatepost::ingest {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::size_t kShortestPart = 4;  // of a part of the value that is looked for in other texts
constexpr std::size_t kMostParts = 8;
constexpr std::string_view kQuotes = "\"'`";

bool is_key_header(std::string_view value) {
  return value.starts_with("-----BEGIN ") && value.ends_with("-----") && value.find("-----", 11) == value.size() - 5;
}

std::size_t closing_quote(std::string_view value, std::size_t open) {
  for (std::size_t i = open + 1; i < value.size(); ++i) {
    if (value[i] == value[open]) return i;
    if (value[i] == '\\') ++i;
  }
  return std::string_view::npos;
}

// As a program that holds the text sees it: "\\\\" and "\\'" of code are one character.
std::string unescaped(std::string_view part) {
  std::string out;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '\\' && i + 1 < part.size() && !text::is_alnum(part[i + 1])) ++i;
    out += part[i];
  }
  return out;
}

std::string without_quoted(std::string_view text) {
  std::string out;
  std::size_t done = 0;
  for (std::size_t open = text.find_first_of(kQuotes); open != std::string_view::npos;) {
    const std::size_t close = closing_quote(text, open);
    if (close == std::string_view::npos) break;
    out.append(text, done, open + 1 - done).append(kMask);
    done = close;
    open = text.find_first_of(kQuotes, close + 1);
  }
  return out.append(text.substr(done));
}

// What stands in quotes in a line of code or configuration, but for the names of keys; without any quotes what is
// assigned.
std::vector<std::string_view> parts_of(std::string_view value) {
  std::vector<std::string_view> parts;
  for (std::size_t open = value.find_first_of(kQuotes); open != std::string_view::npos && parts.size() < kMostParts;) {
    const std::size_t close = closing_quote(value, open);
    if (close == std::string_view::npos) break;
    const std::string_view rest = text::trim(value.substr(close + 1));
    const bool is_key = rest.starts_with(':') || rest.starts_with('=');
    if (!is_key) parts.push_back(value.substr(open + 1, close - open - 1));
    open = value.find_first_of(kQuotes, close + 1);
  }
  const std::size_t sign = value.find_first_of("=:");
  const std::size_t begin = value.find_first_not_of("=:> \t\"'`", sign == std::string_view::npos ? sign : sign + 1);
  if (!parts.empty() || sign == std::string_view::npos || begin == std::string_view::npos) return parts;
  const std::size_t end = value.find_first_of(" \t\r\n;,\"'`", begin);
  return {value.substr(begin, end == std::string_view::npos ? end : end - begin)};
}

// Tools show the beginning of a secret where there is no room for more.
std::string without_beginning(std::string text, std::string_view value) {
  constexpr std::size_t kShortest = 8;  // of a beginning that gives something away
  const bool is_code = value.find_first_of(" \t\r\n=:\"'`") != std::string_view::npos;  // begins with a name
  if (is_code || value.size() < kShortest + kShortestPart) return text;
  const std::string_view beginning = value.substr(0, kShortest);
  std::string out;
  std::size_t done = 0;
  for (std::size_t at = text.find(beginning); at != std::string::npos; at = text.find(beginning, done)) {
    std::size_t length = kShortest;
    while (length < value.size() && at + length < text.size() && text[at + length] == value[length]) ++length;
    out.append(text, done, at - done).append(kMask);
    done = at + length;
  }
  return out.append(text, done);
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
  // A copy is handed on, not moved: a short string would leave its bytes behind.
  SecretMark mark = out.secret_mark(std::move(kind), is_masked(value) ? std::string() : value);
  wipe(value);
  return mark;
}

SecretGuard::SecretGuard(std::string_view value) {
  // Texts may have been made plain before, and then no longer hold the value as it was.
  for (const std::string& form : {std::string(text::trim(value)), plain_paragraphs(value), plain_title(value)}) {
    if (!form.empty() && std::ranges::find(forms_, form) == forms_.end()) forms_.push_back(form);
  }
  if (forms_.empty() || is_key_header(value.substr(0, value.find('\n')))) return;
  for (const std::string_view part : parts_of(value)) {
    if (part.size() < kShortestPart) continue;
    parts_.emplace_back(part);
    if (std::string plain = unescaped(part); plain != part) parts_.push_back(std::move(plain));
  }
}

SecretGuard::~SecretGuard() {
  for (std::string& form : forms_) wipe(form);
  for (std::string& part : parts_) wipe(part);
}

std::string SecretGuard::without(std::string text) const {
  if (forms_.empty()) return text;
  for (const std::string& form : forms_) text = text::replace_all(std::move(text), form, kMask);
  text = without_beginning(std::move(text), forms_.front());
  for (const std::string& part : parts_) text = text::replace_all(std::move(text), part, kMask);
  return text;
}

std::string SecretGuard::masked(std::string text) const { return mask_tokens(without(std::move(text))); }

std::string SecretGuard::masked_credential(std::string text) const {
  return mask_tokens(forms_.empty() ? without_quoted(text) : without(std::move(text)));
}

bool SecretGuard::gives_away(std::string_view text) const {
  return forms_.empty() ? mask_tokens(text) != text : finds(text);
}

std::string without_secret(std::string text, std::string_view value) {
  return SecretGuard(value).without(std::move(text));
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
