// Complaints about owners by the directory of teams.
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/text.hpp"
#include "context/owners_lint.hpp"

namespace gatepost::context::codeowners {
namespace {

// By the names that forges and services give their bots.
bool is_bot_name(std::string_view key) {
  constexpr std::array<std::string_view, 3> kEnds = {"[bot]", "-bot", "_bot"};
  constexpr std::array<std::string_view, 3> kNames = {"dependabot", "renovate", "github-actions"};
  const bool token =
      (key.starts_with("project_") || key.starts_with("group_")) && key.find("_bot") != std::string_view::npos;
  return token || std::ranges::find(kNames, key) != kNames.end() ||
         std::ranges::any_of(kEnds, [&](std::string_view end) { return key.ends_with(end); });
}

class TeamLint {
 public:
  TeamLint(const CodeOwnersFile& file, const TeamDirectory& teams, Diagnostics& out)
      : file_(file), teams_(teams), out_(out) {}

  void run() {
    for (const Rule& rule : file_.rules) {
      if (rule.owner_count == 0 || rule.exclusion) continue;
      // Entries below one heading share its owners, who are looked at once.
      if (file_.dialect == OwnersDialect::gitlab && !lists_.insert(rule.first_owner).second) continue;
      check_names(rule);
      check_team_of_one(rule);
    }
  }

 private:
  [[nodiscard]] std::string_view name(const Rule& rule, std::uint32_t i) const {
    return file_.view(file_.owners[rule.first_owner + i].text);
  }

  void complain(const Rule& rule, std::uint32_t i, const char* kind, std::string text, std::string suggestion) {
    const std::uint32_t column = file_.owners[rule.first_owner + i].column;
    const bool github = file_.dialect == OwnersDialect::github;
    out_.add({rule.line, github ? std::optional(column) : std::nullopt, kind, std::move(text), std::move(suggestion)});
  }

  void check_names(const Rule& rule) {
    for (std::uint32_t i = 0; i < rule.owner_count; ++i) {
      const std::string_view owner = name(rule, i);
      const std::string shown = text::printable(owner, 200);
      if (owner.starts_with("@@")) continue;
      if (is_bot_name(team_key(owner))) {
        complain(rule, i, "bot-owner", shown + " is a bot, which answers for nothing", "name the team that runs it");
      } else if (!teams_.team_of(owner)) {
        complain(rule, i, "unknown-owner", shown + " is in no team of the directory",
                 "add it to the aliases or members of a team in .gatepost/teams.yml");
      }
    }
  }

  // Its people, and the members of its teams; nothing when a team does not say who belongs to it.
  void check_team_of_one(const Rule& rule) {
    std::set<std::string> people;
    bool has_team = false;
    for (std::uint32_t i = 0; i < rule.owner_count && people.size() < 2; ++i) {
      const auto match = teams_.team_of(name(rule, i));
      if (!match) return;
      if (teams_.is_person(name(rule, i))) {
        people.insert(team_key(name(rule, i)));
        continue;
      }
      has_team = true;
      const std::vector<TeamMember>& members = teams_.teams()[match->team].members;
      if (members.empty()) return;
      for (const TeamMember& it : members) people.insert(team_key(it.name));
    }
    const bool is_told = !has_team && file_.dialect == OwnersDialect::github && rule.owner_count == 1;
    if (people.size() != 1 || is_told) return;
    complain(rule, 0, "team-of-one",
             "only " + text::printable(*people.begin(), 200) + " stands behind the owners of this rule",
             "add a second person or team");
  }

  const CodeOwnersFile& file_;
  const TeamDirectory& teams_;
  Diagnostics& out_;
  std::unordered_set<std::uint32_t> lists_;
};

}  // namespace

void lint_teams(const CodeOwnersFile& file, const TeamDirectory& teams, Diagnostics& out) {
  TeamLint(file, teams, out).run();
}

}  // namespace gatepost::context::codeowners
