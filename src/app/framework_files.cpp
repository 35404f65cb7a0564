#include "app/framework_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/assert.hpp"
#include "base/glob.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"
#include "config/framework_file.hpp"
#include "git/tree.hpp"

namespace gatepost::app {
namespace {

constexpr const char* kFiles = ".gatepost/compliance/*.{yaml,yml}";
constexpr std::uint64_t kLargest = std::uint64_t{1} << 20;
constexpr std::string_view kBuiltIn = "compliance/", kAll = "all";

using ById = std::map<std::string, Framework, std::less<>>;

ById built_in() {
  ById all;
  for (const Resource& it : resources()) {
    if (!it.name.starts_with(kBuiltIn)) continue;
    auto framework = config::read_framework(std::string(it.bytes), std::string(it.name));
    GP_ASSERT(framework.ok());
    all.insert_or_assign(framework->id, std::move(*framework));
  }
  return all;
}

}  // namespace

Result<std::vector<Framework>> read_frameworks(const git::Repository& repository, const git::ObjectId& commit) {
  ById all = built_in();
  GP_TRY(const git::Tree tree, git::Tree::of_commit(repository, commit));
  GP_TRY(const Glob glob, Glob::compile(kFiles));
  GP_TRY(const auto found, tree.matching(glob));
  for (const git::TreeFile& file : found) {
    GP_TRY(auto text, tree.read(file.path, kLargest));
    if (!text) continue;
    GP_TRY(Framework framework, config::read_framework(std::move(*text), file.path));
    all.insert_or_assign(framework.id, std::move(framework));
  }
  std::vector<Framework> frameworks;
  for (auto& [id, framework] : all) frameworks.push_back(std::move(framework));
  return frameworks;
}

Result<std::vector<Framework>> chosen_frameworks(std::vector<Framework> known, const std::string& id) {
  if (id == kAll) return known;
  const auto found = std::ranges::find(known, id, &Framework::id);
  if (found != known.end()) return std::vector<Framework>{std::move(*found)};
  std::string names;
  for (const Framework& it : known) names += it.id + ", ";
  return error(ErrorKind::usage,
               fmt::format("--compliance is \"{}\"; expected one of {}or all", text::printable(id, 40), names),
               "a framework of your own is a file in .gatepost/compliance/; docs/compliance.md tells its form");
}

}  // namespace gatepost::app
