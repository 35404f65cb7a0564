#include "context/teams.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "context/case_fold.hpp"

namespace gatepost::context {
namespace {

constexpr std::string_view kBelow = "/*";
constexpr std::size_t kMostNotes = 20;

// "group:default/payments" for what Backstage calls "payments".
std::string group_key(std::string_view key) {
  std::string kind = "group";
  if (const std::size_t colon = key.find(':'); colon != std::string_view::npos) {
    kind = key.substr(0, colon);
    key.remove_prefix(colon + 1);
  }
  return kind + ":" + (key.find('/') == std::string_view::npos ? "default/" : "") + std::string(key);
}

std::string alias_text(const TeamAlias& alias) {
  return fmt::format("{} {} {}", alias.where, kTeamSourceNames[static_cast<std::size_t>(alias.source)],
                     text::printable(alias.name, kLongestTeamName));
}

// Joins what Backstage says to what is stated.
class Merger {
 public:
  Merger(std::vector<Team> stated, std::vector<Note>& notes)
      : teams_(std::move(stated)), notes_(notes), stated_(teams_.size()) {
    for (std::size_t i = 0; i < teams_.size(); ++i) know(i);
  }

  std::vector<Team> merge(std::span<const Team> groups) {
    std::vector<std::size_t> fresh;
    for (const Team& group : groups) {
      if (teams_.size() >= kMostTeams || names_ > kMostTeamNames) break;
      if (add(group)) fresh.push_back(teams_.size() - 1);
    }
    for (const std::size_t team : fresh) place(teams_[team]);
    cut_cycles(fresh);
    return std::move(teams_);
  }

 private:
  void know(std::size_t team) {
    ids_.try_emplace(team_key(teams_[team].id), team);
    for (const TeamAlias& alias : teams_[team].aliases) claimed_.try_emplace(alias_key(alias), team);
    for (const TeamMember& member : teams_[team].members) members_.emplace(team, team_key(member.name));
    names_ += teams_[team].aliases.size() + teams_[team].members.size();
  }

  [[nodiscard]] std::optional<std::size_t> known(const Team& group) const {
    for (const TeamAlias& alias : group.aliases) {
      if (alias.source == TeamSource::email) continue;  // teams may share an address
      if (const auto found = claimed_.find(alias_key(alias)); found != claimed_.end()) return found->second;
    }
    const auto found = ids_.find(team_key(group.id));
    const bool is_stated = found != ids_.end() && found->second < stated_;
    return is_stated ? std::optional(found->second) : std::nullopt;
  }

  bool add(const Team& group) {
    const auto same = known(group);
    const std::size_t team = same.value_or(teams_.size());
    if (!same) {
      teams_.push_back({.id = group.id, .where = group.where, .parent = group.parent});
      // Groups of two namespaces may have the same name.
      std::string& id = teams_.back().id;
      if (ids_.contains(team_key(id)) && !group.aliases.empty()) id = group.aliases.front().name;
      ids_.try_emplace(team_key(id), team);
    }
    for (const TeamAlias& alias : group.aliases) {
      const auto [at, fresh] = claimed_.try_emplace(alias_key(alias), team);
      if (fresh) teams_[team].aliases.push_back(alias);
      if (at->second != team) contradict(alias, teams_[at->second], teams_[team]);
    }
    for (const TeamMember& member : group.members) {
      if (members_.emplace(team, team_key(member.name)).second) teams_[team].members.push_back(member);
    }
    names_ += group.aliases.size() + group.members.size();
    return !same;
  }

  void contradict(const TeamAlias& alias, const Team& has, const Team& wants) {
    if (notes_.size() >= kMostNotes) return;
    notes_.push_back(
        {Note::Level::warning, "team-alias",
         fmt::format("{} stands for team {} already and is not taken for {}", text::printable(alias.name, 60),
                     text::printable(has.id, 60), text::printable(wants.id, 60)),
         alias.where});
  }

  // A parent in Backstage's words becomes an id; one that is nowhere is none.
  void place(Team& team) const {
    const auto by_alias = claimed_.find(group_key(team_key(team.parent)));
    const auto by_id = ids_.find(team_key(team.parent));
    if (team.parent.empty()) return;
    if (by_alias != claimed_.end())
      team.parent = teams_[by_alias->second].id;
    else if (by_id != ids_.end())
      team.parent = teams_[by_id->second].id;
    else
      team.parent.clear();
  }

  // Stated teams have no cycles, so whatever closes one is a fresh team.
  void cut_cycles(const std::vector<std::size_t>& fresh) {
    for (const std::size_t start : fresh) {
      std::set<std::size_t> on_the_way = {start};
      for (std::size_t at = start; !teams_[at].parent.empty();) {
        const auto up = ids_.find(team_key(teams_[at].parent));
        if (up == ids_.end() || on_the_way.size() > kMostDepth || !on_the_way.insert(up->second).second) {
          teams_[start].parent.clear();
          break;
        }
        at = up->second;
      }
    }
  }

  static constexpr std::size_t kMostDepth = 100;  // deeper is nobody's organisation
  std::vector<Team> teams_;
  std::vector<Note>& notes_;
  std::map<std::string, std::size_t, std::less<>> claimed_, ids_;
  std::set<std::pair<std::size_t, std::string>> members_;
  std::size_t stated_;
  std::size_t names_ = 0;
};

// In the order in which they are named, each team once.
std::vector<std::pair<std::uint32_t, RoutedTeam>> teams_of(const TeamDirectory& directory,
                                                           std::span<const Owner> owners) {
  std::vector<std::pair<std::uint32_t, RoutedTeam>> found;
  std::set<std::uint32_t> seen;
  for (const Owner& owner : owners) {
    auto match = directory.team_of(owner.team.value);
    if (!match || !seen.insert(match->team).second) continue;
    found.emplace_back(match->team,
                       RoutedTeam{directory.teams()[match->team].id, owner.team.value, std::move(match->because)});
  }
  return found;
}

}  // namespace

std::string team_key(std::string_view name) {
  name = text::trim(name);
  if (name.starts_with('@') && !name.starts_with("@@")) name.remove_prefix(1);
  return case_fold(name);
}

std::string alias_key(const TeamAlias& alias) {
  std::string key = team_key(alias.name);
  return alias.source == TeamSource::backstage ? group_key(key) : key;
}

std::string_view forge_login(std::string_view mail) {
  const std::size_t at = mail.find('@');
  if (at == std::string_view::npos) return {};
  const std::string_view host = mail.substr(at + 1);
  if (!text::equal_ignoring_case(host, "users.noreply.github.com") &&
      !text::equal_ignoring_case(host, "users.noreply.gitlab.com"))
    return {};
  std::string_view login = mail.substr(0, at);
  // GitHub puts the number of the account in front of a "+", GitLab in front of a "-".
  const std::size_t digits = login.find_first_not_of("0123456789");
  if (digits != std::string_view::npos && digits > 0 && (login[digits] == '+' || login[digits] == '-'))
    login.remove_prefix(digits + 1);
  return login;
}

TeamDirectory::TeamDirectory(std::vector<Team> teams) : teams_(std::move(teams)) {
  for (std::uint32_t team = 0; team < teams_.size(); ++team) {
    ids_.try_emplace(team_key(teams_[team].id), Entry{team, teams_[team].where});
    for (const TeamAlias& alias : teams_[team].aliases) add_alias(team, alias);
    for (const TeamMember& it : teams_[team].members) {
      members_.try_emplace(team_key(it.name),
                           Entry{team, fmt::format("{} member {}", it.where, text::printable(it.name, 100))});
    }
  }
}

void TeamDirectory::add_alias(std::uint32_t team, const TeamAlias& alias) {
  std::string key = alias_key(alias);
  Names& names = key.ends_with(kBelow) ? wildcards_ : aliases_;
  if (key.ends_with(kBelow)) key.resize(key.size() - kBelow.size());
  names.try_emplace(std::move(key), Entry{team, alias_text(alias)});
}

// "acme/*" stands for "acme/x" and "acme/x/y".
const TeamDirectory::Entry* TeamDirectory::below(std::string_view key) const {
  if (wildcards_.empty() || key.find('@') != std::string_view::npos) return nullptr;
  for (std::size_t slash = key.rfind('/'); slash != std::string_view::npos && slash > 0;
       slash = key.rfind('/', slash - 1)) {
    if (const auto found = wildcards_.find(key.substr(0, slash)); found != wildcards_.end()) return &found->second;
  }
  return nullptr;
}

const TeamDirectory::Entry* TeamDirectory::find(std::string_view owner) const {
  owner = text::trim(owner);
  if (owner.starts_with("@@") || owner.empty() || owner.size() > kLongestTeamName) return nullptr;
  const auto in = [](const Names& names, std::string_view key) {
    const auto found = names.find(key);
    return found == names.end() ? nullptr : &found->second;
  };
  const std::string key = team_key(owner);
  if (const Entry* const it = in(aliases_, key)) return it;
  if (const Entry* const it = in(members_, key)) return it;
  // A name without "@" may be one of a catalogue or our own.
  const bool bare = key.find('@') == std::string::npos && !owner.starts_with('@');
  if (bare) {
    if (const Entry* const it = in(aliases_, group_key(key))) return it;
    if (const std::string_view user = key; user.starts_with("user:")) {
      if (const Entry* const it = in(members_, user.substr(user.find_last_of(":/") + 1))) return it;
    }
    if (const Entry* const it = in(ids_, key)) return it;
  }
  if (const Entry* const it = below(key)) return it;
  const std::string_view login = forge_login(key);
  return login.empty() ? nullptr : in(members_, login);
}

std::optional<TeamDirectory::Match> TeamDirectory::team_of(std::string_view owner) const {
  if (teams_.empty()) return std::nullopt;
  const Entry* const found = find(owner);
  return found == nullptr ? std::nullopt : std::optional(Match{found->team, found->because});
}

bool TeamDirectory::is_person(std::string_view owner) const {
  const std::string key = team_key(owner);
  return members_.contains(key) && !aliases_.contains(key);
}

std::size_t TeamDirectory::depth(std::uint32_t team) const {
  std::size_t depth = 0;
  for (auto up = ids_.find(team_key(teams_[team].parent)); !teams_[team].parent.empty() && up != ids_.end();
       up = ids_.find(team_key(teams_[team].parent))) {
    team = up->second.team;
    if (++depth > teams_.size()) break;
  }
  return depth;
}

bool route_to_teams(const TeamDirectory& directory, std::span<const Owner> owners, OwnershipStep step,
                    AssigneeChoice choice, Routing& routing) {
  auto found = teams_of(directory, owners);
  if (found.empty()) return false;
  std::size_t chosen = 0;
  if (choice == AssigneeChoice::last) chosen = found.size() - 1;
  if (choice == AssigneeChoice::most_specific) {
    const auto depth = [&](const auto& it) { return directory.depth(it.first); };
    chosen = static_cast<std::size_t>(std::ranges::max_element(found, {}, depth) - found.begin());
  }
  routing.team_step = step;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const bool takes_over = i == chosen || choice == AssigneeChoice::all;
    (takes_over ? routing.assignees : routing.watchers).push_back(std::move(found[i].second));
  }
  return true;
}

std::vector<Team> merge_teams(std::vector<Team> stated, std::span<const Team> groups, std::vector<Note>& notes) {
  if (groups.empty()) return stated;
  return Merger(std::move(stated), notes).merge(groups);
}

}  // namespace gatepost::context
