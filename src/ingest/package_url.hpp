// Package URLs from what reports say of a package: its manager, ecosystem or operating system, its name and version.
#pragma once

#include <string>
#include <string_view>

namespace gatepost::ingest {

// "pkg:npm/%40babel/core@7.1.0" from the package manager ("yarn") or, when that is not known, the name of the lock
// file;
// "" when neither says what kind of package it is.
std::string package_url(std::string_view package_manager, std::string_view file, std::string_view name,
                        std::string_view version);
// "pkg:deb/debian/apt@1.4.8?distro=debian-9.4" from "debian:9.4"; "" for an operating system that is not known, and for
// a name that no package of it can have.
std::string system_package_url(std::string_view operating_system, std::string_view name, std::string_view version);
// From a word for the ecosystem ("npm", "Python", "rubygems", "debian:12"), with the namespace apart or in the name
// ("org.acme:web", "@babel/core"). "" for a word that names none.
std::string ecosystem_package_url(std::string_view ecosystem, std::string_view name_space, std::string_view name,
                                  std::string_view version);

}  // namespace gatepost::ingest
