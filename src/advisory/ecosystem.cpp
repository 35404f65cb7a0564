#include "advisory/ecosystem.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "model/purl.hpp"
#include "model/repo_path.hpp"

namespace gatepost::advisory {
namespace {

using enum VersionScheme;
using enum ReleaseForm;

// Names of ecosystems: https://ossf.github.io/osv-schema/#defined-ecosystems. Of equal type and namespace the first one
// is what a component is looked up as.
constexpr Ecosystem kEcosystems[] = {
    {"npm", "npm", "", semver},
    {"PyPI", "pypi", "", pep440},
    {"Maven", "maven", "", maven},
    {"Go", "golang", "", semver},
    {"crates.io", "cargo", "", semver},
    {"RubyGems", "gem", "", gem},
    {"NuGet", "nuget", "", nuget},
    {"Packagist", "composer", "", packagist},
    {"Pub", "pub", "", pub},
    {"Hex", "hex", "", semver},
    {"SwiftURL", "swift", "", semver},
    {"GitHub Actions", "github", "", semver},
    {"ConanCenter", "conan", "", semver},
    {"CRAN", "cran", "", cran},
    {"Hackage", "hackage", "", hackage},
    {"Julia", "julia", "", semver},
    {"Bitnami", "bitnami", "", semver},
    {"Kubernetes", "golang", "", semver},
    {"GHC", "", "", semver},
    {"Bioconductor", "", "", semver},
    {"VSCode", "", "", semver},
    {"Gradle", "maven", "", maven},
    {"SBT", "maven", "", maven},
    {"Debian", "deb", "debian", deb, first_number},
    {"Ubuntu", "deb", "ubuntu", deb, two_numbers},
    {"Echo", "deb", "echo", deb},
    {"Alpine", "apk", "alpine", apk, two_numbers},
    {"Wolfi", "apk", "wolfi", apk},
    {"Chainguard", "apk", "chainguard", apk},
    {"MinimOS", "apk", "minimos", apk},
    {"Alpaquita", "apk", "alpaquita", apk, ReleaseForm::unknown},
    {"BellSoft Hardened Containers", "apk", "bellsoft-hardened-containers", apk, ReleaseForm::unknown},
    {"AlmaLinux", "rpm", "almalinux", rpm, first_number},
    {"Rocky Linux", "rpm", "rocky", rpm, first_number},
    {"Red Hat", "rpm", "redhat", rpm, first_number},
    {"Mageia", "rpm", "mageia", rpm, first_number},
    {"Azure Linux", "rpm", "azurelinux", rpm, first_number},
    {"Photon OS", "rpm", "photon", rpm, two_numbers},
    {"openEuler", "rpm", "openeuler", rpm, ReleaseForm::unknown},
    {"SUSE", "rpm", "suse", rpm, ReleaseForm::unknown},
    {"openSUSE", "rpm", "opensuse", rpm, ReleaseForm::unknown},
};

// What tools call the namespaces of distributions, and what we do.
constexpr std::pair<std::string_view, std::string_view> kNamespaces[] = {
    {"alma", "almalinux"}, {"rhel", "redhat"}, {"rockylinux", "rocky"}, {"sles", "suse"}, {"mariner", "azurelinux"}};

// Releases that people call by name.
struct Codename {
  std::string_view distribution, name, release;
};
constexpr Codename kCodenames[] = {
    {"debian", "wheezy", "7"},     {"debian", "jessie", "8"},     {"debian", "stretch", "9"},
    {"debian", "buster", "10"},    {"debian", "bullseye", "11"},  {"debian", "bookworm", "12"},
    {"debian", "trixie", "13"},    {"debian", "forky", "14"},     {"ubuntu", "trusty", "14.04"},
    {"ubuntu", "xenial", "16.04"}, {"ubuntu", "bionic", "18.04"}, {"ubuntu", "focal", "20.04"},
    {"ubuntu", "jammy", "22.04"},  {"ubuntu", "noble", "24.04"},
};

bool is_distribution(const Ecosystem& ecosystem) { return !ecosystem.name_space.empty(); }

const Ecosystem* ecosystem_of_type(std::string_view type, std::string_view name_space) {
  const auto* const found = std::ranges::find_if(
      kEcosystems, [&](const Ecosystem& it) { return it.type == type && it.name_space == name_space; });
  return found == std::end(kEcosystems) ? nullptr : found;
}

// The namespace and the name of a package URL, of a name as OSV writes it.
std::pair<std::string_view, std::string_view> split_name(const Ecosystem& ecosystem, std::string_view name) {
  constexpr std::string_view kHttps = "https://";
  if (is_distribution(ecosystem)) return {ecosystem.name_space, name};
  if (ecosystem.type == "maven") {
    const std::size_t colon = name.find(':');
    return colon == std::string_view::npos ? std::pair(std::string_view(), name)
                                           : std::pair(name.substr(0, colon), name.substr(colon + 1));
  }
  if (ecosystem.type == "swift" && name.starts_with(kHttps)) name.remove_prefix(kHttps.size());
  if (ecosystem.type == "swift" && name.ends_with(".git")) name.remove_suffix(4);
  const std::size_t slash = name.rfind('/');
  if (slash == std::string_view::npos) return {"", name};
  return {name.substr(0, slash), name.substr(slash + 1)};
}

// NuGet compares names without case, and package URLs keep it.
std::string folded(const Ecosystem& ecosystem, std::string package) {
  return ecosystem.type == "nuget" ? text::lower(package) : package;
}

std::string numbers_of(std::string_view text, std::size_t most) {
  std::string out;
  while (!text.empty() && !text::is_digit(text[0])) text.remove_prefix(1);
  for (std::size_t i = 0; i < most; ++i) {
    const std::string_view digits = versions::take_digits(text);
    if (digits.empty()) return {};
    out.append(i == 0 ? "" : ".").append(digits);
    if (i + 1 == most) break;
    if (!text.starts_with('.')) return {};
    text.remove_prefix(1);
  }
  return out;
}

std::string_view qualifier(const Purl& purl, std::string_view name) {
  for (const auto& [key, value] : purl.qualifiers()) {
    if (key == name) return value;
  }
  return {};
}

// Distributions write advisories about source packages, which tools tell as "upstream=openssl@3.0.11-1".
void take_source(const Ecosystem& ecosystem, std::string_view upstream, ComponentKey& out) {
  const bool told = ecosystem.type == "deb" || ecosystem.type == "apk";
  if (!told || upstream.empty() || upstream.find(',') != std::string_view::npos) return;
  const std::size_t at = upstream.rfind('@');
  const auto source = Purl::make(ecosystem.type, ecosystem.name_space, upstream.substr(0, at), "");
  if (!source) return;
  out.key.package = source->package();
  if (at != std::string_view::npos && at + 1 < upstream.size()) out.version = upstream.substr(at + 1);
}

// "rhel-9.2", "bookworm": without the name of the distribution in front.
std::string release_of_qualifier(const Ecosystem& ecosystem, std::string_view distro) {
  const std::size_t hyphen = distro.rfind('-');
  return release_of(ecosystem, hyphen == std::string_view::npos ? distro : distro.substr(hyphen + 1));
}

void take_distribution(const Ecosystem& ecosystem, const Purl& purl, ComponentKey& out) {
  const auto package = Purl::make(ecosystem.type, ecosystem.name_space, purl.name(), "");
  if (package) out.key.package = package->package();
  take_source(ecosystem, qualifier(purl, "upstream"), out);
  out.release_known = ecosystem.form == ReleaseForm::none;
  if (ecosystem.form == ReleaseForm::none || ecosystem.form == ReleaseForm::unknown) return;
  out.key.release = release_of_qualifier(ecosystem, qualifier(purl, "distro"));
  out.release_known = !out.key.release.empty();
}

}  // namespace

std::span<const Ecosystem> ecosystems() { return kEcosystems; }

const Ecosystem* find_ecosystem(std::string_view osv_name) {
  const std::string_view name = osv_name.substr(0, osv_name.find(':'));
  const auto* const found = std::ranges::find(kEcosystems, name, &Ecosystem::name);
  return found == std::end(kEcosystems) ? nullptr : found;
}

std::string release_of(const Ecosystem& ecosystem, std::string_view text) {
  const std::string plain = text::lower(text::trim(text));
  for (const Codename& it : kCodenames) {
    if (it.distribution == ecosystem.name_space && it.name == plain) return std::string(it.release);
  }
  if (plain == "edge" || plain == "sid" || plain == "unstable") return plain == "sid" ? "unstable" : plain;
  // "Pro:22.04:LTS" is another stream of packages than "22.04:LTS", "rhel_eus:9.2::…" than "enterprise_linux:9::…".
  if (const std::size_t colon = plain.find(':'); colon != std::string::npos) {
    const std::string_view stream = std::string_view(plain).substr(0, colon);
    const bool main = text::is_digit(plain[0]) || stream == "enterprise_linux";
    if (!main) return plain;
  }
  if (ecosystem.form == ReleaseForm::first_number) return numbers_of(plain, 1);
  return ecosystem.form == ReleaseForm::two_numbers ? numbers_of(plain, 2) : std::string();
}

std::optional<PackageKey> key_of_package(std::string_view osv_ecosystem, std::string_view name) {
  const Ecosystem* ecosystem = find_ecosystem(osv_ecosystem);
  if (ecosystem == nullptr || ecosystem->type.empty() || ecosystem->form == ReleaseForm::unknown) return std::nullopt;
  const auto [name_space, plain] = split_name(*ecosystem, name);
  const auto purl = Purl::make(ecosystem->type, name_space, plain, "");
  if (!purl) return std::nullopt;
  PackageKey key{.ecosystem = ecosystem, .package = folded(*ecosystem, purl->package()), .release = {}};
  const std::size_t colon = osv_ecosystem.find(':');
  if (colon == std::string_view::npos || ecosystem->form == ReleaseForm::none) return key;
  key.release = release_of(*ecosystem, osv_ecosystem.substr(colon + 1));
  return key.release.empty() ? std::nullopt : std::optional(std::move(key));
}

std::optional<ComponentKey> key_of_component(std::string_view text) {
  const auto purl = Purl::parse(text);
  if (!purl) return std::nullopt;
  std::string name_space = purl->name_space();
  for (const auto& [spelling, ours] : kNamespaces) {
    if (name_space == spelling) name_space = ours;
  }
  const Ecosystem* ecosystem = ecosystem_of_type(purl->type(), name_space);
  if (ecosystem == nullptr) ecosystem = ecosystem_of_type(purl->type(), "");
  if (ecosystem == nullptr) return std::nullopt;
  ComponentKey out{.key = {.ecosystem = ecosystem, .package = folded(*ecosystem, purl->package()), .release = {}},
                   .version = version_of(*purl),
                   .release_known = true};
  if (is_distribution(*ecosystem)) take_distribution(*ecosystem, *purl, out);
  return out;
}

std::string_view package_of(std::string_view purl) { return purl.substr(0, purl.find_first_of("@?#")); }

}  // namespace gatepost::advisory
