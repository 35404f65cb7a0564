// Complaints about rules that the files of the repository show.
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "context/owners_lint.hpp"
#include "context/path_coverage.hpp"

namespace gatepost::context::codeowners {
namespace {

std::string quoted(std::string_view s) { return "`" + text::printable(s, 200) + "`"; }

class TreeLint {
 public:
  TreeLint(const CodeOwners& owners, const TreeView& tree, Diagnostics& out)
      : owners_(owners), tree_(tree), out_(out) {}

  void run() {
    const OwnerIndex& index = owners_.index();
    const PathCoverage coverage(index.automaton(), tree_.sorted);
    const std::vector<bool> repeated = repeated_rules(file(), index);
    std::vector<RuleId> idle;
    for (RuleId id = 0; id < file().rules.size(); ++id) {
      if (index.end(id).never) continue;
      const auto example = coverage.example(index.end(id));
      if (!example) {
        idle.push_back(id);
      } else if (tree_.wins[id] == 0 && !repeated[id] && !file().rules[id].exclusion) {
        complain_shadowed(id, tree_.sorted[*example]);
      }
    }
    complain_idle(idle);
  }

 private:
  const CodeOwnersFile& file() const { return owners_.file(); }

  void complain(RuleId id, const char* kind, std::string text, std::string suggestion) {
    const Rule& rule = file().rules[id];
    const auto column = file().dialect == OwnersDialect::github ? std::optional(rule.column) : std::nullopt;
    out_.add({rule.line, column, kind, std::move(text), std::move(suggestion)});
  }

  void complain_idle(const std::vector<RuleId>& idle) {
    const std::vector<std::string> suggestions = did_you_mean(file(), idle, tree_.sorted);
    for (std::size_t i = 0; i < idle.size(); ++i) {
      const std::string pattern = quoted(file().view(file().rules[idle[i]].pattern));
      complain(idle[i], "pattern-matches-nothing", pattern + " matches no file", suggestions[i]);
      const bool bare_directory = file().dialect == OwnersDialect::gitlab &&
                                  suggestions[i] == "did you mean " + pattern.substr(0, pattern.size() - 1) + "/`?";
      if (bare_directory) {
        complain(idle[i], "dialect-mix", "on GitLab the name of a directory covers nothing below it", suggestions[i]);
      }
    }
  }

  void complain_shadowed(RuleId id, std::string_view example) {
    const auto found = lookup_.find(example);
    std::string text = "no file is left to this rule, an exclusion takes them out, for example " + quoted(example);
    for (const RuleId winner : found.rules) {
      if (file().rules[winner].section != file().rules[id].section) continue;
      text = "other rules win every file it matches, for example line " + std::to_string(file().rules[winner].line) +
             " wins " + quoted(example);
    }
    complain(id, "shadowed-rule", std::move(text), "");
  }

  const CodeOwners& owners_;
  const TreeView& tree_;
  Diagnostics& out_;
  OwnershipLookup lookup_{owners_};
};

// The rules that a list of patterns makes.
CodeOwners rules_of(const std::vector<std::string>& patterns) {
  Source source;
  for (const std::string& pattern : patterns) source.text += pattern + "\n";
  return {std::move(source), OwnersDialect::github};
}

struct Group {
  std::size_t files = 0;
  std::string_view first;
};

struct Predicate {
  std::string of_one, of_many;
};

void complain_of(const Group& group, const char* kind, const Predicate& what, std::optional<std::uint32_t> line,
                 Diagnostics& out) {
  const bool one = group.files == 1;
  const std::string others = one ? "" : " and " + text::count_of(group.files - 1, "more sensitive file");
  out.add({line,
           {},
           kind,
           quoted(group.first) + others + (one ? what.of_one : what.of_many),
           "add a rule for it with the few people who watch it"});
}

}  // namespace

void lint_tree(const CodeOwners& owners, const TreeView& tree, Diagnostics& out) { TreeLint(owners, tree, out).run(); }

void lint_sensitive(const CodeOwners& owners, const TreeView& tree, const OwnersCheckOptions& options,
                    Diagnostics& out) {
  const CodeOwners sensitive = rules_of(options.sensitive);
  OwnershipLookup is_sensitive(sensitive), lookup(owners);
  Group unowned;
  std::map<RuleId, Group> by_catch_all, by_many;
  for (const std::string_view path : tree.sorted) {
    if (is_sensitive.find(path).rules.empty()) continue;
    const auto add_to = [&](Group& group) {
      if (group.files++ == 0) group.first = path;
    };
    const auto winners = lookup.find(path).rules;
    const auto count = [&](RuleId id) { return std::size_t{owners.file().rules[id].owner_count}; };
    const auto owned = [&](RuleId id) { return count(id) > 0; };
    const auto many = [&](RuleId id) { return count(id) > options.most_owners_of_sensitive; };
    const auto catch_all = [&](RuleId id) { return owners.index().end(id).everything() || !owned(id); };
    if (std::ranges::none_of(winners, owned)) {
      add_to(unowned);
    } else if (std::ranges::all_of(winners, catch_all)) {
      add_to(by_catch_all[*std::ranges::find_if(winners, owned)]);
    } else if (const auto wide = std::ranges::find_if(winners, many); wide != winners.end()) {
      add_to(by_many[*wide]);
    }
  }
  const auto line = [&](RuleId id) { return owners.file().rules[id].line; };
  if (unowned.files > 0) complain_of(unowned, "sensitive-file-unowned", {" has no owner", " have no owner"}, {}, out);
  for (const auto& [id, group] : by_catch_all) {
    complain_of(group, "sensitive-file-widely-owned",
                {" belongs to whoever owns everything", " belong to whoever owns everything"}, line(id), out);
  }
  for (const auto& [id, group] : by_many) {
    const std::string many = " more than " + text::count_of(options.most_owners_of_sensitive, "owner");
    complain_of(group, "sensitive-file-widely-owned", {" has" + many, " have" + many}, line(id), out);
  }
}

}  // namespace gatepost::context::codeowners
