// gatepost's own complaints about CODEOWNERS files; the kinds are kebab-case.
#pragma once

#include <string_view>
#include <vector>

#include "context/codeowners_file.hpp"
#include "context/owner_index.hpp"
#include "context/owners_check.hpp"
#include "model/ownership.hpp"

namespace gatepost::context::codeowners {

// About the text: marks and bytes that do not belong, lines in the other forge's language.
void lint_text(const CodeOwnersFile& file, Diagnostics& out);
// About the rules: repeated patterns, patterns that never match, rules without owners or with one person.
void lint_rules(const CodeOwnersFile& file, const OwnerIndex& index, Diagnostics& out);

// About owners, by the directory of teams: unknown names, bots, teams of one person.
void lint_teams(const CodeOwnersFile& file, const TeamDirectory& teams, Diagnostics& out);

// The files of the repository and what the rules do to them.
struct TreeView {
  std::vector<std::string_view> sorted;  // the paths, in byte order
  std::vector<std::uint64_t> wins;       // by rule: files it decides
};
// About the rules and the files: patterns that match nothing, rules that never win.
void lint_tree(const CodeOwners& owners, const TreeView& tree, Diagnostics& out);
// About files that need a watchful owner.
void lint_sensitive(const CodeOwners& owners, const TreeView& tree, const OwnersCheckOptions& options,
                    Diagnostics& out);

// By rule: true when a later line repeats the pattern, so that the rule decides nothing.
std::vector<bool> repeated_rules(const CodeOwnersFile& file, const OwnerIndex& index);

// What somebody who wrote `rule` may have meant; "" when nothing close matches anything. Looks all rules up at once.
std::vector<std::string> did_you_mean(const CodeOwnersFile& file, const std::vector<RuleId>& rules,
                                      const std::vector<std::string_view>& sorted);

}  // namespace gatepost::context::codeowners
