#include "config/teams_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "context/teams.hpp"

namespace gatepost::config {
namespace {

constexpr std::size_t kLongestId = 100;
constexpr std::size_t kMostProblems = 50;  // nobody reads more
constexpr std::size_t kMostLabels = 20;
constexpr std::array<std::string_view, 2> kJiraKinds = {"cloud", "data-center"};  // JiraKind, without any
constexpr std::uint32_t kMostDays = 3650;
constexpr std::array<std::string_view, Team::kSeverities> kSeverities = {"critical", "high", "medium", "low"};

bool is_id(std::string_view id) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !id.empty() && id.size() <= kLongestId && id.find_first_not_of(kAllowed) == std::string_view::npos;
}

bool is_name(std::string_view name) {
  if (text::trim(name).empty() || name.size() > context::kLongestTeamName) return false;
  return std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

// "7d" or "2w".
std::optional<std::uint32_t> days(std::string_view text) {
  if (text.size() < 2 || (text.back() != 'd' && text.back() != 'w')) return std::nullopt;
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size() - 1;
  const auto [rest, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc() || rest != end || number == 0 || number > kMostDays) return std::nullopt;
  number *= text.back() == 'w' ? 7 : 1;
  return number > kMostDays ? std::nullopt : std::optional(number);
}

class TeamReader {
 public:
  explicit TeamReader(Problems& problems) : problems_(problems) {}

  std::vector<Team> read(doc::View root) {
    Section section(root, problems_);
    const doc::View list = section.file_list("teams", ".gatepost/teams.yml", context::kMostTeams);
    section.finish();
    for (const doc::View view : list.items()) {
      teams_.push_back(team(view));
      if (problems_.size() > kMostProblems || names_ > context::kMostTeamNames) break;
    }
    if (names_ > context::kMostTeamNames)
      problems_.add(list, fmt::format("the teams have more than {} aliases and members", context::kMostTeamNames));
    check_parents();
    return std::move(teams_);
  }

 private:
  Team team(doc::View view) {
    Section section(view, problems_);
    Team it{.id = section.required_text("id"), .where = view.where()};
    const std::size_t index = teams_.size();
    if (!it.id.empty() && !is_id(it.id)) {
      problems_.add(view.at("id"), fmt::format("id \"{}\" is not allowed: letters, digits and . _ - , at most {}",
                                               text::printable(it.id, 60), kLongestId));
    }
    const auto [earlier, fresh] = ids_.try_emplace(context::team_key(it.id), index);
    if (!fresh && !it.id.empty()) {
      problems_.add(view.at("id"), fmt::format("team \"{}\" was already given at {}", text::printable(it.id, 60),
                                               teams_[earlier->second].where));
    }
    aliases(section.get("aliases"), index, it);
    members(section, it);
    it.parent = section.text("parent");
    if (!it.parent.empty()) parents_.push_back({index, section.get("parent")});
    jira(section.get("jira"), it);
    linear(section.get("linear"), it);
    issues(section.get("issues"), it);
    it.chat = section.text("chat");
    sla(section.get("sla"), it);
    section.finish();
    return it;
  }

  void aliases(doc::View view, std::size_t team, Team& it) {
    Section section(view, problems_);
    for (std::size_t source = 0; source < kTeamSourceNames.size(); ++source) {
      const std::string_view key = kTeamSourceNames[source];
      const doc::View list = section.get(key);
      const std::vector<std::string> texts = section.texts(key);
      for (std::size_t i = 0; i < texts.size(); ++i) {
        const doc::View at = list.is_array() ? list.at(i) : list;
        alias({static_cast<TeamSource>(source), texts[i], at.where()}, at, team, it);
        if (problems_.size() > kMostProblems) return;
      }
    }
    section.finish();
  }

  void alias(TeamAlias alias, const doc::View& at, std::size_t team, Team& it) {
    ++names_;
    const std::string_view name = alias.name;
    const std::string shown = text::printable(name, 60);
    if (!is_name(name)) {
      return problems_.add(at, fmt::format("alias \"{}\" is no name; expected one of at most {} bytes", shown,
                                           context::kLongestTeamName));
    }
    if (const std::size_t star = name.find('*');
        star != std::string_view::npos && (star + 1 != name.size() || star < 2 || name[star - 1] != '/')) {
      return problems_.add(at, fmt::format("alias \"{}\" has a * elsewhere than in a \"/*\" at its end", shown));
    }
    if (alias.source == TeamSource::email && name.find('@') == std::string_view::npos)
      return problems_.add(at, fmt::format("alias \"{}\" is no mail address", shown));
    const auto [earlier, fresh] =
        claimed_.try_emplace(context::alias_key(alias), Claim{team, alias.source, alias.where});
    const Claim& claim = earlier->second;
    if (!fresh && (claim.team != team || claim.source == alias.source)) {
      problems_.add(at,
                    fmt::format("\"{}\" already stands for team {} at {}", shown,
                                text::printable(claim.team == team ? it.id : teams_[claim.team].id, 60), claim.where));
    }
    it.aliases.push_back(std::move(alias));
  }

  void members(Section& section, Team& it) {
    const doc::View list = section.get("members");
    const std::vector<std::string> texts = section.texts("members");
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const doc::View at = list.is_array() ? list.at(i) : list;
      ++names_;
      if (!is_name(texts[i])) {
        problems_.add(at, fmt::format("member \"{}\" is no name", text::printable(texts[i], 60)));
      } else if (!seen.try_emplace(context::team_key(texts[i]), i).second) {
        problems_.add(at, fmt::format("member \"{}\" was already given", text::printable(texts[i], 60)));
      } else {
        it.members.push_back({texts[i], at.where()});
      }
      if (problems_.size() > kMostProblems) return;
    }
  }

  std::vector<std::string> labels(Section& section) {
    std::vector<std::string> labels = section.texts("labels");
    if (labels.size() > kMostLabels) {
      problems_.add(section.get("labels"), fmt::format("{} labels; expected at most {}", labels.size(), kMostLabels));
    }
    return labels;
  }

  void jira(doc::View view, Team& it) {
    if (!view.exists()) return;
    Section section(view, problems_);
    const auto kind = section.choice("kind", kJiraKinds);
    JiraTarget target{.project = section.required_text("project"),
                      .issue_type = section.text("issuetype"),
                      .component = section.text("component"),
                      .security_level = section.text("security_level"),
                      .assignee = section.text("assignee"),
                      .labels = labels(section),
                      .kind = kind ? static_cast<JiraKind>(*kind + 1) : JiraKind::any};
    section.finish();
    it.jira = std::move(target);
  }

  void linear(doc::View view, Team& it) {
    if (!view.exists()) return;
    Section section(view, problems_);
    LinearTarget target{.team = section.required_text("team"),
                        .project = section.text("project"),
                        .assignee = section.text("assignee"),
                        .labels = labels(section)};
    section.finish();
    it.linear = std::move(target);
  }

  void issues(doc::View view, Team& it) {
    if (!view.exists()) return;
    Section section(view, problems_);
    IssuesTarget target{
        .repository = section.text("repository"), .assignee = section.text("assignee"), .labels = labels(section)};
    section.finish();
    it.issues = std::move(target);
  }

  void sla(doc::View view, Team& it) {
    Section section(view, problems_);
    for (std::size_t i = 0; i < kSeverities.size(); ++i) {
      const std::string text = section.text(kSeverities[i]);
      const doc::View at = section.get(kSeverities[i]);
      if (!at.exists()) continue;
      it.sla_days[i] = days(text);
      if (!it.sla_days[i]) {
        problems_.add(at, fmt::format("{} is \"{}\"; expected a time like 7d or 2w, at most {} days", kSeverities[i],
                                      text::printable(text, 40), kMostDays));
      }
    }
    section.finish();
  }

  void check_parents() {
    if (problems_.size() > kMostProblems) return;
    std::vector<std::string_view> ids;
    for (const Team& it : teams_) ids.push_back(it.id);
    for (const auto& [team, at] : parents_) {
      const auto parent = ids_.find(context::team_key(teams_[team].parent));
      if (parent == ids_.end()) {
        const std::string close = text::nearest(teams_[team].parent, ids);
        problems_.add(at,
                      fmt::format("parent \"{}\" is no team of this file{}", text::printable(teams_[team].parent, 60),
                                  close.empty() ? "" : fmt::format("; did you mean \"{}\"?", close)));
        if (problems_.size() > kMostProblems) return;
        continue;
      }
      teams_[team].parent = teams_[parent->second].id;
    }
    check_cycles();
  }

  // Each team is walked over once: what was seen on an earlier walk ends well or was told.
  void check_cycles() {
    std::vector<std::size_t> walk_of(teams_.size(), 0);
    for (const auto& [start, at] : parents_) {
      std::vector<std::size_t> way;
      std::size_t team = start;
      while (walk_of[team] == 0) {
        walk_of[team] = start + 1;
        way.push_back(team);
        const auto parent = ids_.find(context::team_key(teams_[team].parent));
        if (teams_[team].parent.empty() || parent == ids_.end()) break;
        team = parent->second;
      }
      const auto begin = std::ranges::find(way, team);
      const bool closed = begin != way.end() && (walk_of[team] == start + 1) && !teams_[way.back()].parent.empty() &&
                          context::team_key(teams_[way.back()].parent) == context::team_key(teams_[team].id);
      if (closed) tell_cycle({begin, way.end()});
      if (problems_.size() > kMostProblems) return;
    }
  }

  void tell_cycle(const std::vector<std::size_t>& cycle) {
    constexpr std::size_t kShown = 6;
    std::string names;
    for (std::size_t i = 0; i < std::min(cycle.size(), kShown); ++i) names += teams_[cycle[i]].id + " -> ";
    if (cycle.size() > kShown) names += "... -> ";
    const auto at = std::ranges::find(parents_, cycle.front(), &Parent::team);
    problems_.add(at->at, fmt::format("parents go round in a circle: {}{}", names, teams_[cycle.front()].id));
  }

  struct Claim {
    std::size_t team = 0;
    TeamSource source = TeamSource::other;
    std::string where;
  };
  struct Parent {
    std::size_t team = 0;
    doc::View at;
  };

  Problems& problems_;
  std::vector<Team> teams_;
  std::map<std::string, std::size_t> ids_;
  std::map<std::string, Claim> claimed_;
  std::vector<Parent> parents_;
  std::size_t names_ = 0;
};

}  // namespace

std::vector<Team> read_teams(doc::View root, Problems& problems) { return TeamReader(problems).read(root); }

}  // namespace gatepost::config
