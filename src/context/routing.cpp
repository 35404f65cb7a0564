#include "context/routing.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/yaml.hpp"

namespace gatepost::context {
namespace {

constexpr std::size_t kMostOwners = 20;  // of one folder
constexpr Limits kLimits{.document_bytes = kLargestOwnershipFile, .values = 20'000, .depth = 20};

using Names = std::vector<std::string>;

// One owner; blank ones and such with control characters are none.
void add(Names& names, std::string_view name) {
  name = text::trim(name);
  if (name.empty() || name.size() > 200 || names.size() >= kMostOwners) return;
  if (std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < ' '; })) return;
  names.emplace_back(name);
}

void add_all(Names& names, doc::View stated) {
  if (stated.is_string()) add(names, stated.text());
  for (const doc::View item : stated.items()) add(names, item.text());
}

Names of_lines(const OwnershipFile& file) {
  Names names;
  for (std::string_view line : text::split(file.text, '\n')) add(names, line.substr(0, line.find('#')));
  return names;
}

// Kubernetes writes YAML with approvers, which are names on GitHub; Chromium a line for each address.
Names of_owners_file(const OwnershipFile& file) {
  Names names;
  if (const auto yaml = doc::parse_yaml(file.text, file.path, kLimits); yaml && yaml->root().at("approvers").exists()) {
    add_all(names, yaml->root().at("approvers"));
    for (std::string& name : names) {
      if (name.find('@') == std::string::npos) name.insert(0, "@");
    }
    return names;
  }
  for (const std::string& line : of_lines(file)) {
    const std::size_t at = line.find('@');
    if (at != std::string::npos && at > 0 && line.find_first_of(" =:") == std::string::npos) add(names, line);
  }
  return names;
}

Names of_package_yml(const OwnershipFile& file) {
  Names names;
  const auto yaml = doc::parse_yaml(file.text, file.path, kLimits);
  if (!yaml) return names;
  add_all(names, yaml->root().at("owner"));
  if (names.empty()) add_all(names, yaml->root().at("metadata").at("owner"));
  return names;
}

Names of_package_json(const OwnershipFile& file) {
  Names names;
  const auto json = doc::parse_json(file.text, file.path, kLimits);
  if (json) add_all(names, json->root().at("metadata").at("owner"));
  return names;
}

struct Source {
  std::string_view name;
  Names (*read)(const OwnershipFile& file);
};
// In the order in which they count in one folder.
constexpr std::array<Source, 4> kSources = {{{".codeowner", of_lines},
                                             {"OWNERS", of_owners_file},
                                             {"package.yml", of_package_yml},
                                             {"package.json", of_package_json}}};

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

bool any_matches(const std::vector<Glob>& globs, std::string_view text) {
  return globs.empty() ||
         (!text.empty() && std::ranges::any_of(globs, [&](const Glob& it) { return it.matches(text); }));
}

template <class List, class Value>
bool lists(const List& list, const Value& value) {
  return list.empty() || std::ranges::find(list, value) != list.end();
}

}  // namespace

bool applies(const RoutingRule& rule, const RoutingFacts& facts) {
  const auto has = [&](const Cwe& cwe) { return std::ranges::find(facts.cwes, cwe) != facts.cwes.end(); };
  const auto is_it = [&](const std::string& id) { return names(id, facts.finding); };
  return any_matches(rule.paths, facts.path) && any_matches(rule.rules, facts.rule) &&
         any_matches(rule.packages, facts.package) && lists(rule.kinds, facts.kind) &&
         (rule.cwes.empty() || std::ranges::any_of(rule.cwes, has)) && lists(rule.services, facts.service) &&
         lists(rule.environments, facts.environment) &&
         (rule.findings.empty() || std::ranges::any_of(rule.findings, is_it));
}

bool may_name_owners(std::string_view path) {
  return std::ranges::find(kSources, name_of(path), &Source::name) != kSources.end();
}

FolderOwners::FolderOwners(std::span<const OwnershipFile> files) {
  for (const Source& source : kSources) {
    for (const OwnershipFile& file : files) {
      if (name_of(file.path) != source.name) continue;
      std::vector<Owner> owners;
      for (std::string& name : source.read(file)) owners.push_back({TeamId{std::move(name)}, file.path});
      if (!owners.empty()) folders_.try_emplace(std::string(folder_of(file.path)), std::move(owners));
    }
  }
}

const std::vector<Owner>& FolderOwners::of(std::string_view path) const {
  static const std::vector<Owner> nobody;
  if (folders_.empty()) return nobody;
  for (std::string_view folder = folder_of(path);; folder = folder_of(folder)) {
    if (const auto found = folders_.find(folder); found != folders_.end()) return found->second;
    if (folder.empty()) return nobody;
  }
}

}  // namespace gatepost::context
