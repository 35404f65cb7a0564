#include "model/purl.hpp"

#include <algorithm>

#include "base/percent.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"
#include "model/repo_path.hpp"

namespace gatepost {
namespace {

// What a type does to letters. Types that are not listed keep all of them. Source: the definitions of the types in the
// specification, and for GitLab what GitHub and Bitbucket do.
struct TypeRule {
  std::string_view type;
  bool lower_namespace;
  bool lower_name;
  bool lower_version;
};
constexpr TypeRule kTypeRules[] = {
    {"alpm", true, true, false},         {"apk", true, true, false},
    {"bitbucket", true, true, false},    {"bitnami", false, true, false},
    {"composer", true, true, false},     {"deb", true, true, false},
    {"github", true, true, false},       {"gitlab", true, true, false},
    {"golang", true, true, false},       {"hex", true, true, false},
    {"huggingface", false, false, true}, {"luarocks", true, true, false},
    {"npm", true, true, false},          {"oci", true, true, false},
    {"otp", false, true, false},         {"pub", false, true, false},
    {"pypi", false, true, true},         {"qpkg", true, false, false},
    {"rpm", true, false, false},         {"vscode-extension", true, true, true},
    {"yocto", true, false, false},
};

template <class Each>
void for_parts(std::string_view text, char separator, Each each) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    each(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

// Segments joined by "/", without empty ones (and, for a subpath, without "." and "..").
std::string join_segments(std::string_view text, bool subpath) {
  std::string out;
  for_parts(text, '/', [&](std::string_view segment) {
    const bool dots = subpath && (segment == "." || segment == "..");
    if (!segment.empty() && !dots) out.append(out.empty() ? "" : "/").append(segment);
  });
  return out;
}

std::string encode_segments(std::string_view text) {
  std::string out;
  for_parts(text, '/', [&](std::string_view segment) {
    out.append(out.empty() ? "" : "/").append(percent_encoded(segment, ":"));
  });
  return out;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool has_controls(std::string_view text) {
  return end_of_printable(text, 0) < text.size() && std::ranges::any_of(text, is_control);
}
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_type(std::string_view type) {
  if (type.empty() || !is_letter(type[0])) return false;
  return std::ranges::all_of(type, [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-'; });
}

bool is_qualifier_key(std::string_view key) {
  if (key.empty() || !is_letter(key[0])) return false;
  return std::ranges::all_of(key,
                             [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_'; });
}

// Runs of "-", "_" and "." become one "-", as PyPI compares names.
std::string pypi_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool separator = c == '-' || c == '_' || c == '.';
    if (!separator || !out.ends_with('-')) out += separator ? '-' : c;
  }
  return out;
}

// Splits off what stands behind the last `separator`; `rest` keeps what stands before it.
std::string_view cut_tail(std::string_view& rest, char separator) {
  const std::size_t at = rest.rfind(separator);
  if (at == std::string_view::npos) return {};
  const std::string_view tail = rest.substr(at + 1);
  rest = rest.substr(0, at);
  return tail;
}

void lower(std::string& text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
}

using Qualifiers = std::vector<std::pair<std::string, std::string>>;

// Empty when a key is none or is given twice; pairs without a value count as not given.
std::optional<Qualifiers> parse_qualifiers(std::string_view text) {
  Qualifiers found;
  bool keys = true;
  for_parts(text, '&', [&](std::string_view pair) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals + 1 == pair.size()) return;
    keys = keys && is_qualifier_key(pair.substr(0, equals));
    if (keys) found.emplace_back(text::lower(pair.substr(0, equals)), percent_decode(pair.substr(equals + 1)));
  });
  if (!keys) return std::nullopt;
  std::ranges::sort(found);
  const auto key = &Qualifiers::value_type::first;
  if (std::ranges::adjacent_find(found, {}, key) != found.end()) return std::nullopt;
  return found;
}

}  // namespace

void Purl::apply_type_rules() {
  const auto* const rule = std::ranges::find(kTypeRules, type_, &TypeRule::type);
  if (rule != std::end(kTypeRules)) {
    if (rule->lower_namespace) lower(namespace_);
    if (rule->lower_name) lower(name_);
    if (rule->lower_version) lower(version_);
  }
  if (type_ == "pypi") name_ = pypi_name(name_);
}

// Follows the specification's "how to parse" from right to left.
std::optional<Purl> Purl::parse(std::string_view given) {
  std::string_view rest = text::trim(given);
  if (rest.size() > 4096 || has_controls(rest)) return std::nullopt;
  if (!text::equal_ignoring_case(rest.substr(0, 4), "pkg:")) return std::nullopt;
  rest.remove_prefix(4);
  Purl purl;
  purl.subpath_ = join_segments(percent_decode(cut_tail(rest, '#')), true);
  auto qualifiers = parse_qualifiers(cut_tail(rest, '?'));
  if (!qualifiers) return std::nullopt;
  purl.qualifiers_ = std::move(*qualifiers);
  while (rest.starts_with('/')) rest.remove_prefix(1);
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  purl.type_ = text::lower(rest.substr(0, slash));
  rest.remove_prefix(slash + 1);
  // An "@" at the beginning of a segment belongs to an npm scope that somebody forgot to encode.
  const std::size_t at = rest.rfind('@');
  const bool version_given = at != std::string_view::npos && at > 0 && rest[at - 1] != '/';
  if (version_given) purl.version_ = percent_decode(cut_tail(rest, '@'));
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t name_begin = rest.rfind('/') + 1;
  const bool scope_without_name = rest.substr(name_begin).starts_with('@');
  purl.name_ = percent_decode(rest.substr(name_begin));
  purl.namespace_ = join_segments(percent_decode(rest.substr(0, name_begin)), false);
  if (!is_type(purl.type_) || purl.name_.empty() || scope_without_name) return std::nullopt;
  purl.apply_type_rules();
  return purl;
}

std::optional<Purl> Purl::make(std::string_view type, std::string_view name_space, std::string_view name,
                               std::string_view version) {
  for (const std::string_view part : {name_space, name, version}) {
    if (part.find('\0') != std::string_view::npos) return std::nullopt;
  }
  Purl purl;
  purl.type_ = text::lower(type);
  purl.namespace_ = join_segments(name_space, false);
  purl.name_ = name;
  purl.version_ = version;
  if (!is_type(purl.type_) || purl.name_.empty()) return std::nullopt;
  purl.apply_type_rules();
  return purl;
}

std::string Purl::package() const {
  constexpr std::size_t kUsual = 64;
  std::string out = "pkg:";
  out.reserve(kUsual);
  out.append(type_).append("/");
  if (!namespace_.empty()) out.append(encode_segments(namespace_)).append("/");
  return out.append(percent_encoded(name_, ":"));
}

std::string Purl::to_string() const {
  std::string out = package();
  if (!version_.empty()) out.append("@").append(percent_encoded(version_, ":"));
  std::string_view separator = "?";
  for (const auto& [key, value] : qualifiers_) {
    out.append(separator).append(key).append("=").append(percent_encoded(value, ":/"));
    separator = "&";
  }
  if (!subpath_.empty()) out.append("#").append(encode_segments(subpath_));
  return out;
}

std::string_view purl_type(std::string_view purl) {
  constexpr std::string_view kScheme = "pkg:";
  const std::size_t slash = purl.find('/');
  if (!purl.starts_with(kScheme) || slash == std::string_view::npos) return {};
  return purl.substr(kScheme.size(), slash - kScheme.size());
}

}  // namespace gatepost
