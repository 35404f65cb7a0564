// Versions as ecosystems order them. Each scheme follows the ecosystem's own rules; what is no version in a scheme has
// no order in it, and a package type without a scheme is never compared.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/purl.hpp"

namespace gatepost {

enum class VersionScheme : std::uint8_t {
  semver,
  pep440,
  maven,
  deb,
  rpm,
  apk,
  gem,
  nuget,
  composer,
  packagist,
  pub,
  cran,
  hackage
};
inline constexpr std::array<std::string_view, 13> kVersionSchemeNames = {
    "semver", "pep440",   "maven",     "deb", "rpm",  "apk",    "gem",
    "nuget",  "composer", "packagist", "pub", "cran", "hackage"};
inline std::string_view to_string(VersionScheme it) { return kVersionSchemeNames[static_cast<std::size_t>(it)]; }

// By the type of a purl ("npm", "pypi") or the name of a scheme in a version range ("semver"); empty when we cannot
// compare them.
std::optional<VersionScheme> version_scheme_of(std::string_view type);
std::span<const std::string_view> version_types();  // all that it knows

inline constexpr std::size_t kLongestVersion = 256;

// Empty when either is no version of the scheme. Linear in the lengths.
std::optional<std::weak_ordering> compare_versions(VersionScheme scheme, std::string_view a, std::string_view b);

// How far one version lies before another.
struct VersionDistance {
  std::int64_t major = 0;             // by their first numbers
  std::optional<std::int64_t> minor;  // by their second ones; empty when the first differ
};
// Up to the lowest of `fixed` that is higher than `version`. Empty when there is none, when something cannot be
// compared, and for packages of distributions, whose numbers say nothing of the kind.
std::optional<VersionDistance> distance_to_fix(VersionScheme scheme, std::string_view version,
                                               std::span<const std::string_view> fixed);

// The version of a package as its ecosystem writes it: of RPM with the epoch that stands in a qualifier.
std::string version_of(const Purl& purl);

namespace versions {  // one function for each scheme; model/version*.cpp

using Order = std::optional<std::weak_ordering>;
Order semver(std::string_view a, std::string_view b);    // https://semver.org, 2.0.0; "v1.2" is 1.2.0
Order pep440(std::string_view a, std::string_view b);    // https://peps.python.org/pep-0440
Order maven(std::string_view a, std::string_view b);     // https://maven.apache.org/pom.html, "Version Order"
Order deb(std::string_view a, std::string_view b);       // Debian Policy, 5.6.12
Order rpm(std::string_view a, std::string_view b);       // rpm's comparison; without a release comes first
Order apk(std::string_view a, std::string_view b);       // apk-package(5) of Alpine
Order gem(std::string_view a, std::string_view b);       // Gem::Version of RubyGems
Order nuget(std::string_view a, std::string_view b);     // NuGet: up to four numbers, labels in any case
Order composer(std::string_view a, std::string_view b);  // Composer's stabilities; branches have no order
// PHP's version_compare behind a leading "v": what advisories of Packagist are ordered by. "1.0" comes before "1.0.0".
Order packagist(std::string_view a, std::string_view b);
Order pub(std::string_view a, std::string_view b);      // https://pub.dev: as semver, and builds are later than none
Order cran(std::string_view a, std::string_view b);     // R's package_version: numbers between points and hyphens
Order hackage(std::string_view a, std::string_view b);  // https://pvp.haskell.org: numbers between points

// Numbers of any length, as they are written.
std::strong_ordering compare_numbers(std::string_view a, std::string_view b);
// Takes the digits at the beginning of `rest`.
std::string_view take_digits(std::string_view& rest);
// Of labels behind "-" as Semantic Versioning orders them; "" is the release itself, which comes after them.
std::strong_ordering compare_labels(std::string_view a, std::string_view b);

}  // namespace versions
}  // namespace gatepost
