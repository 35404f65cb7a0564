// How a package manager is told to take another version: config/rules/remedies.yaml.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/fix_plan.hpp"

namespace gatepost::remedy {

struct Costs {
  std::int64_t same_major = 0, major = 0, base_image = 0, pin = 0;
};
const Costs& costs();

struct Manager;
// By the name of the file; nullptr for a file of no package manager that we know.
const Manager* manager_of(std::string_view path);
// Of a distribution's packages, by the type of their purl ("deb"); nullptr for others.
const Manager* system_of(std::string_view purl_type);

std::string_view purl_type_of(const Manager& manager);
// True when a package that another one brings needs its version forced.
bool pins(const Manager& manager);

struct Change {
  std::string_view manifest;  // in the repository; "" when no report says
  std::string_view package;   // as the ecosystem writes it
  std::string_view from, to;
  bool major = false, transitive = false;
  bool unsure = false;  // whether the project names the package itself
};
// Empty for a name or a version that is none of the ecosystem: it could be an option or an address to the tool.
std::optional<FixStep> step(const Manager& manager, const Change& change);

// Fit to be one word of a POSIX shell.
std::string shell_word(std::string_view text);

}  // namespace gatepost::remedy
