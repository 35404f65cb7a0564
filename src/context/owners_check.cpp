#include "context/owners_check.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "context/owners_lint.hpp"
#include "context/unowned_report.hpp"

namespace gatepost::context {
namespace {

using codeowners::Diagnostics;

void add_all(std::vector<OwnersDiagnostic>& out, std::vector<OwnersDiagnostic> more) {
  out.insert(out.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<OwnersDiagnostic> about_files(const OwnersCheckInput& input) {
  std::vector<OwnersDiagnostic> found;
  if (!input.owners.exists()) {
    found.push_back({{}, {}, "no-codeowners-file", "there is no CODEOWNERS file; nobody owns anything", ""});
  }
  for (const std::string& path : input.ignored) {
    found.push_back({{},
                     {},
                     "codeowners-file-ignored",
                     "`" + text::printable(path, 200) + "` is not read, because another CODEOWNERS file comes first",
                     "merge the two files and delete it"});
  }
  return found;
}

std::vector<std::string_view> sorted_paths(std::span<const std::string> paths) {
  std::vector<std::string_view> sorted(paths.begin(), paths.end());
  std::ranges::sort(sorted);
  const auto [first, last] = std::ranges::unique(sorted);
  sorted.erase(first, last);
  return sorted;
}

}  // namespace

OwnersCheck check_owners(const OwnersCheckInput& input, const OwnersCheckOptions& options) {
  const auto& file = input.owners.file();
  OwnersCheck check{.file = file.path, .dialect = input.owners.dialect(), .diagnostics = file.diagnostics};
  add_all(check.diagnostics, about_files(input));
  if (input.known != nullptr) add_all(check.diagnostics, unknown_owners(file, *input.known));

  std::vector<OwnersDiagnostic> own;
  Diagnostics out(own);
  codeowners::lint_text(file, out);
  codeowners::lint_rules(file, input.owners.index(), out);
  if (input.teams != nullptr) codeowners::lint_teams(file, *input.teams, out);
  if (input.paths) {
    codeowners::TreeView tree{.sorted = sorted_paths(*input.paths), .wins = {}};
    OwnershipCensus census = take_census(input.owners, tree.sorted, input.known);
    tree.wins = std::move(census.wins);
    check.coverage = std::move(census.report);
    codeowners::lint_tree(input.owners, tree, out);
    if (input.owners.exists()) codeowners::lint_sensitive(input.owners, tree, options, out);
  }
  add_all(check.diagnostics, std::move(own));
  std::ranges::stable_sort(check.diagnostics, [](const OwnersDiagnostic& a, const OwnersDiagnostic& b) {
    return std::tie(a.line, a.column, a.kind, a.text) < std::tie(b.line, b.column, b.kind, b.text);
  });
  return check;
}

}  // namespace gatepost::context
