// What a project of Jira takes: its types of issues, the fields on their screen, its priorities.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/ticket.hpp"
#include "tracker/jira_api.hpp"

namespace gatepost::tracker {

struct JiraProject {
  std::string type;                                                    // id of the type of issue
  std::set<std::string, std::less<>> fields;                           // that can be set when an issue is made
  std::vector<std::pair<std::string, std::string>> priorities;         // id and name, the highest first
  std::map<std::string, std::string, std::less<>> components, levels;  // names in lower case, ids

  [[nodiscard]] std::string priority_id(std::string_view name) const;  // "" when it has no such priority
};

// Reads what `board` names; the board gets its words for priorities and the id of its assignee.
Result<JiraProject> read_jira_project(JiraApi& api, Board& board, std::vector<std::string>& notes);

// Our bands in the words of the project: by their usual names, else by their place in the list.
std::array<std::string, kBandNames.size()> jira_priorities(
    const std::vector<std::pair<std::string, std::string>>& priorities);

}  // namespace gatepost::tracker
