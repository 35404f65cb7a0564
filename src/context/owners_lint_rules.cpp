// Complaints about the rules as such.
#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "context/github_owner.hpp"
#include "context/owners_lint.hpp"

namespace gatepost::context::codeowners {
namespace {

// By rule: the last one of its section whose pattern matches the same.
std::vector<RuleId> last_of_equals(const CodeOwnersFile& file, const OwnerIndex& index) {
  std::vector<RuleId> order(file.rules.size());
  for (RuleId id = 0; id < order.size(); ++id) order[id] = id;
  const auto key = [&](RuleId id) {
    const OwnerIndex::End& end = index.end(id);
    return std::tuple(file.rules[id].section, end.never, end.state, end.cover, id);
  };
  std::ranges::sort(order, {}, key);
  std::vector<RuleId> last(order.size());
  for (std::size_t i = order.size(); i-- > 0;) {
    const RuleId id = order[i];
    const bool repeated = i + 1 < order.size() && !index.end(id).never && index.end(id) == index.end(order[i + 1]) &&
                          file.rules[id].section == file.rules[order[i + 1]].section;
    last[id] = repeated ? last[order[i + 1]] : id;
  }
  return last;
}

class RuleLint {
 public:
  RuleLint(const CodeOwnersFile& file, const OwnerIndex& index, Diagnostics& out)
      : file_(file), index_(index), out_(out) {}

  void run() {
    for (RuleId id = 0; id < file_.rules.size(); ++id) {
      check_pattern(id);
      if (!file_.rules[id].exclusion) check_owners(id);
    }
    if (file_.dialect == OwnersDialect::github) {
      check_repeated();
    } else {
      check_replaced();
    }
  }

 private:
  bool github() const { return file_.dialect == OwnersDialect::github; }
  std::string_view pattern(RuleId id) const { return file_.view(file_.rules[id].pattern); }
  std::string quoted(TextRange range) const { return "`" + text::printable(file_.view(range), 120) + "`"; }

  void complain(RuleId id, const char* kind, std::string text, std::string suggestion = {}) {
    const Rule& rule = file_.rules[id];
    const auto column = github() ? std::optional(rule.column) : std::nullopt;
    out_.add({rule.line, column, kind, std::move(text), std::move(suggestion)});
  }

  void check_pattern(RuleId id) {
    if (index_.end(id).never) {
      complain(id, "pattern-never-matches", quoted(file_.rules[id].pattern) + " cannot match any path",
               "look for `//`, a `[` without `]`, or a `\\` at the end");
    }
    const bool only_stars = pattern(id).find_first_not_of("*/") == std::string_view::npos;
    if (github() && only_stars && pattern(id).ends_with("**/")) {
      complain(id, "ambiguous-pattern", "what " + quoted(file_.rules[id].pattern) + " covers is not documented",
               "write `*` for everything");
    }
    if (!github() && pattern(id).ends_with("/**")) {
      complain(id, "dialect-mix", "on GitLab a last `/**` covers one level, not everything below",
               "write `" + text::printable(pattern(id), 120) + "/*`");
    }
  }

  void check_owners(RuleId id) {
    const Rule& rule = file_.rules[id];
    if (rule.owner_count == 0 && index_.end(id).everything()) {
      complain(id, "ownerless-catch-all", "the rule for everything names no owner");
    }
    const bool looks_like_owner = github_owner_kind(pattern(id)).has_value() && pattern(id).starts_with('@');
    if (rule.owner_count == 0 && looks_like_owner) {
      complain(id, "owner-without-pattern", quoted(rule.pattern) + " stands where the pattern belongs and owns nothing",
               "write a pattern in front of it, for example `* " + text::printable(pattern(id), 120) + "`");
    }
    if (rule.owner_count == 1 && is_person(file_.view(file_.owners[rule.first_owner].text))) {
      complain(id, "single-person-owner", "only " + quoted(file_.owners[rule.first_owner].text) + " owns these files",
               "name a team, or a second person");
    }
  }

  // On GitLab @name may be a group: only e-mail addresses are certain.
  bool is_person(std::string_view owner) const {
    if (!github()) return !owner.starts_with('@');
    const auto kind = github_owner_kind(owner);
    return kind == OwnerKind::user || kind == OwnerKind::email;
  }

  void check_repeated() {
    const std::vector<RuleId> last = last_of_equals(file_, index_);
    for (RuleId id = 0; id < last.size(); ++id) {
      if (last[id] == id) continue;
      complain(id, "duplicate-pattern",
               "line " + std::to_string(file_.rules[last[id]].line) +
                   " has the same pattern and takes the place of this rule");
    }
  }

  void check_replaced() {
    for (const Replaced& it : file_.replaced) {
      const bool same = file_.view(it.pattern) == file_.view(it.by_pattern);
      out_.add({it.line,
                {},
                same ? "duplicate-pattern" : "duplicate-key",
                "line " + std::to_string(it.by_line) +
                    (same ? " has the same pattern" : " has a pattern that means the same") +
                    " and takes the place of this entry, at its position",
                ""});
    }
  }

  const CodeOwnersFile& file_;
  const OwnerIndex& index_;
  Diagnostics& out_;
};

}  // namespace

std::vector<bool> repeated_rules(const CodeOwnersFile& file, const OwnerIndex& index) {
  const std::vector<RuleId> last = last_of_equals(file, index);
  std::vector<bool> repeated(last.size());
  for (RuleId id = 0; id < last.size(); ++id) repeated[id] = last[id] != id;
  return repeated;
}

void lint_rules(const CodeOwnersFile& file, const OwnerIndex& index, Diagnostics& out) {
  RuleLint(file, index, out).run();
}

}  // namespace gatepost::context::codeowners
