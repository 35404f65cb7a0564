#include "context/owners.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "context/case_fold.hpp"
#include "model/repo_path.hpp"

namespace gatepost::context {
namespace {

using codeowners::CodeOwnersFile;
using codeowners::Rule;
using codeowners::RuleId;

// Answers that differ are few; a file made to give every path its own must not fill the memory.
constexpr std::size_t kMostExplained = 1'000'000;  // owners

// True when `path` is in normal form: no empty segment, no "." and no "..".
bool is_normal(std::string_view path) {
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    if (segment.empty() || segment == "." || segment == "..") return false;
    begin = end + 1;
  }
  return true;
}

CodeOwnersFile empty_file(std::optional<OwnersDialect> dialect) {
  CodeOwnersFile file;
  file.dialect = dialect.value_or(OwnersDialect::github);
  file.sections.emplace_back();
  return file;
}

// Keeps the first of equal texts.
class Union {
 public:
  bool add(std::string text) { return seen_.insert(std::move(text)).second; }

 private:
  std::unordered_set<std::string> seen_;
};

}  // namespace

CodeOwners::CodeOwners(CodeOwnersFile file, std::optional<OwnersDialect> dialect, bool exists)
    : file_(std::move(file)), index_(file_), dialect_(dialect), exists_(exists) {}

CodeOwners::CodeOwners(codeowners::Source source, OwnersDialect dialect)
    : CodeOwners(codeowners::parse(std::move(source), dialect), dialect, true) {}

CodeOwners CodeOwners::none(std::optional<OwnersDialect> dialect) { return {empty_file(dialect), dialect, false}; }

CodeOwners CodeOwners::too_large(std::string path, OwnersDialect dialect, std::size_t bytes) {
  CodeOwnersFile file = empty_file(dialect);
  file.path = std::move(path);
  file.diagnostics.push_back(codeowners::file_too_large(dialect, bytes));
  return {std::move(file), dialect, true};
}

OwnershipLookup::OwnershipLookup(const CodeOwners& owners) : owners_(owners), lookup_(owners.index()) {}

codeowners::OwnerLookup::Found OwnershipLookup::find(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  if (is_normal(path)) return lookup_.find(path);
  const auto normal = RepoPath::parse(path);
  if (!normal) return {};
  normal_path_ = normal->value();
  return lookup_.find(normal_path_);
}

std::vector<std::string> OwnershipLookup::owners_of(const Rule& rule) const {
  const CodeOwnersFile& file = owners_.file();
  std::vector<std::string> names;
  Union seen;
  for (std::uint32_t i = 0; i < rule.owner_count; ++i) {
    const std::string_view name = file.view(file.owners[rule.first_owner + i].text);
    if (seen.add(std::string(name))) names.emplace_back(name);
  }
  return names;
}

OwnershipAnswer OwnershipLookup::answer(std::string_view path) {
  const CodeOwnersFile& file = owners_.file();
  OwnershipAnswer answer{.path = std::string(path)};
  answer.provenance.dialect = owners_.dialect();
  if (owners_.exists()) answer.provenance.blob = file.blob;
  const bool gitlab = owners_.dialect() == OwnersDialect::gitlab;
  if (gitlab) answer.sections.emplace();

  const auto found = find(path);
  answer.excluded = found.excluded;
  Union seen;
  for (const RuleId id : found.rules) {
    const Rule& rule = file.rules[id];
    const std::string pattern(file.view(rule.pattern));
    std::vector<std::string> names = owners_of(rule);
    for (const std::string& name : names) {
      if (seen.add(name)) answer.owners.push_back(name);
    }
    if (!answer.rule) answer.rule = OwnersRule{file.path, rule.line, pattern};
    if (!gitlab) continue;
    const codeowners::Section& section = file.sections[rule.section];
    answer.sections->push_back({section.name, std::move(names), section.optional, rule.approvals, rule.line, pattern});
  }
  if (answer.rule) answer.provenance.step = OwnershipStep::codeowners;
  return answer;
}

std::vector<Owner> OwnershipLookup::explain(std::span<const RuleId> rules) const {
  const CodeOwnersFile& file = owners_.file();
  std::vector<Owner> owners;
  Union seen;
  for (const RuleId id : rules) {
    const Rule& rule = file.rules[id];
    const std::string because =
        file.path + ":" + std::to_string(rule.line) + " " + std::string(file.view(rule.pattern));
    for (const std::string& name : owners_of(rule)) {
      if (seen.add(case_fold(name))) owners.push_back({TeamId{name}, because});
    }
  }
  return owners;
}

const std::vector<Owner>& OwnershipLookup::owners_for(std::string_view path) {
  const auto found = find(path);
  std::string key;
  for (const RuleId id : found.rules) {
    for (unsigned shift = 0; shift < 32; shift += 8) key += static_cast<char>(static_cast<std::uint8_t>(id >> shift));
  }
  if (explained_owners_ > kMostExplained) {
    explained_.clear();
    explained_owners_ = 0;
  }
  const auto [at, fresh] = explained_.try_emplace(std::move(key));
  if (fresh) {
    at->second = explain(found.rules);
    explained_owners_ += 1 + at->second.size();
  }
  return at->second;
}

std::vector<std::vector<Owner>> OwnershipLookup::owners_for(std::span<const std::string> paths) {
  std::vector<std::vector<Owner>> all;
  all.reserve(paths.size());
  for (const std::string& path : paths) all.push_back(owners_for(path));
  return all;
}

}  // namespace gatepost::context
