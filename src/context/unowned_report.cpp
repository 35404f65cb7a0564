#include "context/unowned_report.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>

namespace gatepost::context {
namespace {

using codeowners::Rule;
using codeowners::RuleId;

std::string_view top_directory(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

void count(OwnershipCount& into, std::optional<UnownedClass> why) {
  ++into.files;
  if (why) ++into.classes[static_cast<std::size_t>(*why)];
  if (!why || *why == UnownedClass::fallback_only) ++into.owned;
}

}  // namespace

UnownedClassifier::UnownedClassifier(const CodeOwners& owners, const KnownOwners* known) : lookup_(owners) {
  const auto& file = owners.file();
  std::unordered_map<std::uint32_t, bool> lists;  // by the first owner: entries below one heading share a list
  const auto somebody = [&](const Rule& rule) {
    if (rule.owner_count == 0 || known == nullptr) return rule.owner_count > 0;
    const auto [at, fresh] = lists.try_emplace(rule.first_owner, false);
    for (std::uint32_t i = 0; fresh && i < rule.owner_count && !at->second; ++i) {
      at->second = known->contains(file.view(file.owners[rule.first_owner + i].text));
    }
    return at->second;
  };
  worth_.reserve(file.rules.size());
  for (RuleId id = 0; id < file.rules.size(); ++id) {
    const Rule& rule = file.rules[id];
    const bool everything = owners.index().end(id).everything();
    worth_.push_back(somebody(rule) ? (everything ? Worth::everyone : Worth::owners)
                                    : (rule.names_owners ? Worth::invalid : Worth::nobody));
  }
}

std::optional<UnownedClass> UnownedClassifier::why(const codeowners::OwnerLookup::Found& found) const {
  if (found.rules.empty()) return found.excluded ? UnownedClass::excluded : UnownedClass::no_rule;
  Worth best = Worth::nobody;
  for (const RuleId id : found.rules) best = std::max(best, worth_[id]);
  switch (best) {
    case Worth::nobody:
      return UnownedClass::explicitly_unowned;
    case Worth::invalid:
      return UnownedClass::invalid_owners_only;
    case Worth::everyone:
      return UnownedClass::fallback_only;
    case Worth::owners:
      return std::nullopt;
  }
  return std::nullopt;
}

OwnershipCensus take_census(const CodeOwners& owners, std::span<const std::string_view> sorted,
                            const KnownOwners* known) {
  OwnershipCensus census;
  census.wins.resize(owners.file().rules.size());
  UnownedClassifier classifier(owners, known);
  // The files of a directory follow one another; those of the root lie between.
  auto& directories = census.report.directories;
  DirectoryOwnership root;
  for (const std::string_view path : sorted) {
    const auto found = classifier.lookup().find(path);
    for (const RuleId id : found.rules) ++census.wins[id];
    const auto why = classifier.why(found);
    count(census.report.total, why);
    const std::string_view top = top_directory(path);
    const bool fresh = !top.empty() && (directories.empty() || directories.back().directory != top);
    if (fresh) directories.push_back({std::string(top), {}});
    count(top.empty() ? root.count : directories.back().count, why);
    if (why && *why != UnownedClass::fallback_only) census.report.unowned.push_back({std::string(path), *why});
  }
  if (root.count.files > 0) directories.push_back(std::move(root));
  std::ranges::sort(directories, {}, &DirectoryOwnership::directory);
  return census;
}

}  // namespace gatepost::context
