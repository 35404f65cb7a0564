// A team of the directory: what others call it, who belongs to it, and where its work is kept.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost {

// Who calls a team by an alias.
inline constexpr std::array<std::string_view, 9> kTeamSourceNames = {
    "github", "gitlab", "backstage", "opslevel", "cortex", "datadog", "compass", "email", "other"};
enum class TeamSource : std::uint8_t { github, gitlab, backstage, opslevel, cortex, datadog, compass, email, other };

struct TeamAlias {
  TeamSource source = TeamSource::other;
  std::string name;   // "acme/payments"; "acme/*" stands for every team below
  std::string where;  // ".gatepost/teams.yml:4:20"
  friend bool operator==(const TeamAlias&, const TeamAlias&) = default;
};

struct TeamMember {
  std::string name;  // of a forge, or a mail address
  std::string where;
  friend bool operator==(const TeamMember&, const TeamMember&) = default;
};

// Where tickets of a team go.
enum class JiraKind : std::uint8_t {
  any,
  cloud,
  data_center
};  // any: the one that there is, of two the one in the cloud
struct JiraTarget {
  std::string project, issue_type, component, security_level, assignee;  // "" for what is not said
  std::vector<std::string> labels;
  JiraKind kind = JiraKind::any;
  friend bool operator==(const JiraTarget&, const JiraTarget&) = default;
};
struct LinearTarget {
  std::string team, project, assignee;
  std::vector<std::string> labels;
  friend bool operator==(const LinearTarget&, const LinearTarget&) = default;
};

// Issues of a repository at the forge.
struct IssuesTarget {
  std::string repository, assignee;  // "" for the repository that is scanned
  std::vector<std::string> labels;
  friend bool operator==(const IssuesTarget&, const IssuesTarget&) = default;
};

struct Team {
  static constexpr std::size_t kSeverities = 4;  // critical, high, medium, low

  std::string id, where;
  std::vector<TeamAlias> aliases;
  std::string parent;  // id of another team; "" for none
  std::vector<TeamMember> members;
  std::optional<JiraTarget> jira;
  std::optional<LinearTarget> linear;
  std::optional<IssuesTarget> issues;
  std::string chat;
  std::array<std::optional<std::uint32_t>, kSeverities> sla_days;
  friend bool operator==(const Team&, const Team&) = default;
};

}  // namespace gatepost
