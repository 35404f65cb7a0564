#include "model/version.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace gatepost {
namespace {

using Compare = versions::Order (*)(std::string_view, std::string_view);
// In the order of VersionScheme.
constexpr std::array<Compare, kVersionSchemeNames.size()> kCompare = {
    versions::semver, versions::pep440, versions::maven,  versions::deb,      versions::rpm,
    versions::apk,    versions::gem,    versions::nuget,  versions::composer, versions::packagist,
    versions::pub,    versions::cran,   versions::hackage};

// Types of purls, and what version ranges call the schemes.
constexpr std::pair<std::string_view, VersionScheme> kSchemes[] = {
    {"npm", VersionScheme::semver},        {"cargo", VersionScheme::semver}, {"golang", VersionScheme::semver},
    {"hex", VersionScheme::semver},        {"pub", VersionScheme::pub},      {"swift", VersionScheme::semver},
    {"conan", VersionScheme::semver},      {"julia", VersionScheme::semver}, {"bitnami", VersionScheme::semver},
    {"semver", VersionScheme::semver},     {"pypi", VersionScheme::pep440},  {"maven", VersionScheme::maven},
    {"deb", VersionScheme::deb},           {"rpm", VersionScheme::rpm},      {"apk", VersionScheme::apk},
    {"alpine", VersionScheme::apk},        {"gem", VersionScheme::gem},      {"nuget", VersionScheme::nuget},
    {"composer", VersionScheme::composer}, {"cran", VersionScheme::cran},    {"hackage", VersionScheme::hackage}};

// The names of them, one after the other.
constexpr auto kTypes = [] {
  std::array<std::string_view, std::size(kSchemes)> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kSchemes[i].first;
  return names;
}();

// RPM alone passes over what is not ASCII, as over any other separator.
bool is_printable(VersionScheme scheme, std::string_view version) {
  return std::ranges::all_of(version, [&](char c) {
    const bool high = static_cast<unsigned char>(c) >= 0x80;
    return high ? scheme == VersionScheme::rpm : c > ' ' && c < 0x7F;
  });
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
    if (version.empty() || version.size() > kLongestVersion || !is_printable(scheme, version)) return std::nullopt;
  }
  return kCompare[static_cast<std::size_t>(scheme)](a, b);
}

namespace {

// The first two numbers; of Python only within the epoch that nobody writes.
std::optional<std::array<std::int64_t, 2>> first_numbers(std::string_view version) {
  constexpr std::size_t kMostDigits = 9;
  version = text::trim(version);
  if (version.starts_with('v') || version.starts_with('V')) version.remove_prefix(1);
  if (version.find('!') != std::string_view::npos) return std::nullopt;
  std::array<std::int64_t, 2> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto number = text::parse_number(versions::take_digits(version).substr(0, kMostDigits + 1));
    if (!number || *number >= 1'000'000'000) return std::nullopt;
    numbers[i] = static_cast<std::int64_t>(*number);
    if (version.size() < 2 || version[0] != '.' || !text::is_digit(version[1])) return numbers;
    version.remove_prefix(1);
  }
  return numbers;
}

bool is_of_distribution(VersionScheme scheme) {
  return scheme == VersionScheme::deb || scheme == VersionScheme::rpm || scheme == VersionScheme::apk;
}

}  // namespace

std::optional<VersionDistance> distance_to_fix(VersionScheme scheme, std::string_view version,
                                               std::span<const std::string_view> fixed) {
  if (is_of_distribution(scheme)) return std::nullopt;
  std::string_view nearest;
  for (const std::string_view it : fixed) {
    const auto ahead = compare_versions(scheme, it, version);
    if (!ahead) return std::nullopt;
    if (*ahead <= 0) continue;
    const auto nearer = nearest.empty() ? std::weak_ordering::less : compare_versions(scheme, it, nearest);
    if (!nearer) return std::nullopt;
    if (*nearer < 0) nearest = it;
  }
  if (nearest.empty()) return std::nullopt;
  const auto from = first_numbers(version), to = first_numbers(nearest);
  if (!from || !to || (*to)[0] < (*from)[0]) return std::nullopt;
  VersionDistance distance{.major = (*to)[0] - (*from)[0], .minor = {}};
  if (distance.major == 0) distance.minor = (*to)[1] - (*from)[1];
  return distance;
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
