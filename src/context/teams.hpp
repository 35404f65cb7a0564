// The teams of an organisation, and which of them an owner belongs to, whatever the owner is called.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/note.hpp"
#include "model/owner.hpp"
#include "model/routing.hpp"
#include "model/team.hpp"

namespace gatepost::context {

// More is an error, never a part of it.
inline constexpr std::size_t kMostTeams = 20'000;
inline constexpr std::size_t kMostTeamNames = 500'000;  // aliases and members of all teams
inline constexpr std::size_t kLongestTeamName = 200;

// How names are compared: without case, blanks around it and "@" in front; Backstage's with kind and namespace.
std::string team_key(std::string_view name);
std::string alias_key(const TeamAlias& alias);

// "12+bob@users.noreply.github.com" is "bob"; "" for any other address.
std::string_view forge_login(std::string_view mail);

class TeamDirectory {
 public:
  struct Match {
    std::uint32_t team = 0;  // into teams()
    std::string because;
  };

  TeamDirectory() = default;
  // Readers refuse aliases that two teams have; here the first counts. Of several teams of a member the first is
  // theirs.
  explicit TeamDirectory(std::vector<Team> teams);

  [[nodiscard]] bool empty() const { return teams_.empty(); }
  [[nodiscard]] const std::vector<Team>& teams() const { return teams_; }
  // By alias, then as a member, then by id, then by the longest alias with "/*". A role of GitLab ("@@maintainer") is
  // nobody's.
  [[nodiscard]] std::optional<Match> team_of(std::string_view owner) const;
  // True when the name is a member's and no team's.
  [[nodiscard]] bool is_person(std::string_view owner) const;
  // Steps to the top: 0 for a team without a parent.
  [[nodiscard]] std::size_t depth(std::uint32_t team) const;

 private:
  struct Entry {
    std::uint32_t team = 0;
    std::string because;
  };
  using Names = std::map<std::string, Entry, std::less<>>;
  void add_alias(std::uint32_t team, const TeamAlias& alias);
  [[nodiscard]] const Entry* find(std::string_view owner) const;
  [[nodiscard]] const Entry* below(std::string_view key) const;

  std::vector<Team> teams_;
  Names aliases_, members_, ids_, wildcards_;  // wildcards_: without the "/*"
};

// Puts the teams of `owners` into `routing`, and the step that named them; false when no owner has one.
bool route_to_teams(const TeamDirectory& directory, std::span<const Owner> owners, OwnershipStep step,
                    AssigneeChoice choice, Routing& routing);

// `stated` wins: a group of Backstage that it knows by an alias or id adds aliases and members that nobody has; others
// follow as teams of their own. What contradicts is told.
std::vector<Team> merge_teams(std::vector<Team> stated, std::span<const Team> groups, std::vector<Note>& notes);

}  // namespace gatepost::context
