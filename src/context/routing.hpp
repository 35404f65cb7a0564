// Whom a finding goes to, beside CODEOWNERS: rules of the settings that come before it, and ownership files in folders
// that come after it.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/glob.hpp"
#include "base/note.hpp"
#include "model/context.hpp"
#include "model/cwe.hpp"
#include "model/finding.hpp"
#include "model/kind.hpp"
#include "model/owner.hpp"

namespace gatepost::context {

// One entry of routing.overrides. A list that is empty asks for nothing; of every other one an item has to match.
struct RoutingRule {
  std::vector<Glob> paths, rules, packages;
  std::vector<Kind> kinds;
  std::vector<Cwe> cwes;
  std::vector<std::string> services;
  std::vector<Environment> environments;
  std::vector<std::string> findings;  // by id
  std::vector<Owner> owners;
};

struct RoutingFacts {
  std::string_view path, rule, package, service;  // "" where there is none
  Kind kind = Kind::other;
  std::span<const Cwe> cwes;
  FindingId finding = {};
  Environment environment = Environment::unknown;
};
bool applies(const RoutingRule& rule, const RoutingFacts& facts);

inline constexpr std::size_t kMostOwnershipFiles = 5000;
inline constexpr std::size_t kLargestOwnershipFile = 64 << 10;

// ".codeowner", "OWNERS", "package.yml" and "package.json", anywhere.
bool may_name_owners(std::string_view path);

struct OwnershipFile {
  std::string path, text;
};

// The owners that such files name for their folder and all below it: a line each in .codeowner; approvers, or
// addresses, in OWNERS; "owner" or "metadata.owner" in package.yml and package.json. What cannot be read names nobody.
class FolderOwners {
 public:
  FolderOwners() = default;
  explicit FolderOwners(std::span<const OwnershipFile> files);
  // Those of the nearest folder; nobody when there is none.
  [[nodiscard]] const std::vector<Owner>& of(std::string_view path) const;

 private:
  std::map<std::string, std::vector<Owner>, std::less<>> folders_;  // "" is the root
};

}  // namespace gatepost::context
