#include "context/known_owners.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/text.hpp"
#include "context/case_fold.hpp"
#include "context/github_owner.hpp"

namespace gatepost::context {
namespace {

using codeowners::CodeOwnersFile;
using codeowners::Diagnostics;
using codeowners::OwnerKind;
using codeowners::OwnerToken;
using codeowners::Rule;

// In the words of GitHub, which has none for e-mail addresses.
std::string suggestion_for(std::string_view owner) {
  const std::string name = text::printable(owner, 200);
  switch (codeowners::github_owner_kind(owner).value_or(OwnerKind::email)) {
    case OwnerKind::team:
      return "make sure the team " + name + " exists, is publicly visible, and has write access to the repository";
    case OwnerKind::user:
      return "make sure " + name + " exists and has write access to the repository";
    case OwnerKind::email:
      return "";
  }
  return "";
}

void check_github(const CodeOwnersFile& file, const KnownOwners& known, Diagnostics& out) {
  for (const Rule& rule : file.rules) {
    for (std::uint32_t i = 0; i < rule.owner_count; ++i) {
      const OwnerToken& token = file.owners[rule.first_owner + i];
      const std::string_view owner = file.view(token.text);
      if (known.contains(owner)) continue;
      out.add({rule.line, token.column, "Unknown owner",
               text::printable(owner, 200) + " is not among the known owners; the rule still hides earlier ones",
               suggestion_for(owner)});
    }
  }
}

void check_gitlab(const CodeOwnersFile& file, const KnownOwners& known, Diagnostics& out) {
  // Entries below one heading share its default owners: look at every list once.
  std::unordered_map<std::uint32_t, std::string> strangers;
  const auto stranger_in = [&](const Rule& rule) -> const std::string& {
    const auto [at, fresh] = strangers.try_emplace(rule.first_owner);
    for (std::uint32_t i = 0; fresh && i < rule.owner_count; ++i) {
      const std::string_view owner = file.view(file.owners[rule.first_owner + i].text);
      if (at->second.empty() && !known.contains(owner)) at->second = text::printable(owner, 200);
    }
    return at->second;
  };
  for (const Rule& rule : file.rules) {
    if (rule.owner_count == 0) continue;
    const std::string& stranger = stranger_in(rule);
    if (stranger.empty()) continue;
    out.add({rule.line,
             {},
             "inaccessible_owner",
             stranger + " is not among the known owners",
             "make sure that it exists and is a member of the project, or that the group is invited to it"});
  }
}

}  // namespace

KnownOwners KnownOwners::parse(std::string_view text) {
  KnownOwners known;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::string_view line : text::split(text, '\n')) {
    line = text::trim(line);
    if (!line.empty() && !line.starts_with('#')) known.folded_.insert(case_fold(line));
  }
  return known;
}

bool KnownOwners::contains(std::string_view owner) const {
  return owner.starts_with("@@") || folded_.contains(case_fold(owner));
}

std::vector<OwnersDiagnostic> unknown_owners(const CodeOwnersFile& file, const KnownOwners& known) {
  std::vector<OwnersDiagnostic> found;
  Diagnostics out(found);
  if (file.dialect == OwnersDialect::github) {
    check_github(file, known, out);
  } else if (file.diagnostics.empty()) {
    check_gitlab(file, known, out);
  }
  std::ranges::stable_sort(found, {}, &OwnersDiagnostic::line);
  return found;
}

}  // namespace gatepost::context
