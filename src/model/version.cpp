#include "model/version.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace gatepost {
namespace {

using Compare = versions::Order (*)(std::string_view, std::string_view);
// In the order of VersionScheme.
constexpr std::array<Compare, kVersionSchemeNames.size()> kCompare = {
    versions::semver, versions::pep440, versions::maven, versions::deb,     versions::rpm,
    versions::apk,    versions::gem,    versions::nuget, versions::composer};

// Types of purls, and what version ranges call the schemes.
constexpr std::pair<std::string_view, VersionScheme> kSchemes[] = {
    {"npm", VersionScheme::semver},       {"cargo", VersionScheme::semver}, {"golang", VersionScheme::semver},
    {"hex", VersionScheme::semver},       {"pub", VersionScheme::semver},   {"swift", VersionScheme::semver},
    {"conan", VersionScheme::semver},     {"julia", VersionScheme::semver}, {"bitnami", VersionScheme::semver},
    {"semver", VersionScheme::semver},    {"pypi", VersionScheme::pep440},  {"maven", VersionScheme::maven},
    {"deb", VersionScheme::deb},          {"rpm", VersionScheme::rpm},      {"apk", VersionScheme::apk},
    {"alpine", VersionScheme::apk},       {"gem", VersionScheme::gem},      {"nuget", VersionScheme::nuget},
    {"composer", VersionScheme::composer}};

// The names of them, one after the other.
constexpr auto kTypes = [] {
  std::array<std::string_view, std::size(kSchemes)> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kSchemes[i].first;
  return names;
}();

bool is_printable(std::string_view version) {
  return std::ranges::all_of(version, [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace

std::optional<VersionScheme> version_scheme_of(std::string_view type) {
  const auto* const known = std::ranges::find(kSchemes, type, &std::pair<std::string_view, VersionScheme>::first);
  return known == std::end(kSchemes) ? std::nullopt : std::optional(known->second);
}

std::span<const std::string_view> version_types() { return kTypes; }

std::optional<std::weak_ordering> compare_versions(VersionScheme scheme, std::string_view a, std::string_view b) {
  a = text::trim(a);
  b = text::trim(b);
  for (const std::string_view version : {a, b}) {
    if (version.empty() || version.size() > kLongestVersion || !is_printable(version)) return std::nullopt;
  }
  return kCompare[static_cast<std::size_t>(scheme)](a, b);
}

std::string version_of(const Purl& purl) {
  if (purl.type() != "rpm" || purl.version().find(':') != std::string::npos) return purl.version();
  const auto epoch = std::ranges::find(purl.qualifiers(), "epoch", &std::pair<std::string, std::string>::first);
  const bool given = epoch != purl.qualifiers().end() && !purl.version().empty();
  return given ? epoch->second + ":" + purl.version() : purl.version();
}

namespace versions {

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  while (a.starts_with('0')) a.remove_prefix(1);
  while (b.starts_with('0')) b.remove_prefix(1);
  return a.size() != b.size() ? a.size() <=> b.size() : a <=> b;
}

std::string_view take_digits(std::string_view& rest) {
  std::size_t length = 0;
  while (length < rest.size() && text::is_digit(rest[length])) ++length;
  const std::string_view digits = rest.substr(0, length);
  rest.remove_prefix(length);
  return digits;
}

}  // namespace versions
}  // namespace gatepost
