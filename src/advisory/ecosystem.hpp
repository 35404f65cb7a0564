// Packages as advisories call them ("PyPI", "Debian:12") and as inventories do (package URLs), brought to one key.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/version.hpp"

namespace gatepost::advisory {

// How the part behind the colon of "Alpine:v3.18" is compared with the qualifier "distro" of a package URL.
enum class ReleaseForm : std::uint8_t {
  none,          // the ecosystem has no releases
  first_number,  // "12" of "12.5"
  two_numbers,   // "3.18" of "v3.18.4"
  unknown        // their names do not tell which is which: nothing is matched
};

struct Ecosystem {
  std::string_view name;        // of OSV: "crates.io"
  std::string_view type;        // of package URLs; "" when they have none
  std::string_view name_space;  // of the package URLs of a distribution
  VersionScheme scheme = VersionScheme::semver;
  ReleaseForm form = ReleaseForm::none;
};
std::span<const Ecosystem> ecosystems();
// By the name that OSV gives it, with or without a release. nullptr: nobody has told us how it orders versions.
const Ecosystem* find_ecosystem(std::string_view osv_name);

// Which package an advisory or a component is about. Two are the same package when all is equal, where an advisory
// without release means every release.
struct PackageKey {
  const Ecosystem* ecosystem = nullptr;
  std::string package;  // "pkg:npm/%40scope/name"; of a distribution with the namespace of our table
  std::string release;  // "12"; "" for none, or not said
};
// Of `affected[].package`; empty for an ecosystem that we do not know, or that has no package URLs.
std::optional<PackageKey> key_of_package(std::string_view osv_ecosystem, std::string_view name);

// What a component's package URL says, for looking it up.
struct ComponentKey {
  PackageKey key;
  std::string version;         // as its ecosystem writes it
  bool release_known = false;  // or not needed
};
// Empty for a type of package that no advisory of ours is about. `purl` is canonical.
std::optional<ComponentKey> key_of_component(std::string_view purl);
// The package of a canonical package URL, as far as it can be told without parsing: what an index is asked for first.
std::string_view package_of(std::string_view purl);

// "12", "3.18": the release in the form that the ecosystem compares; "" when it is none.
std::string release_of(const Ecosystem& ecosystem, std::string_view text);

}  // namespace gatepost::advisory
