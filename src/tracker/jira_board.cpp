#include "tracker/jira_board.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/percent.hpp"
#include "base/text.hpp"

namespace gatepost::tracker {
namespace {

// From info to critical; the first that a project has.
constexpr std::array<std::array<std::string_view, 3>, kBandNames.size()> kUsualNames = {
    {{"lowest", "trivial", ""},
     {"low", "minor", ""},
     {"medium", "normal", ""},
     {"high", "major", ""},
     {"highest", "critical", "blocker"}}};

// The list of a page, whatever the product calls it.
doc::View list_of(const doc::Document& page, std::string_view name) {
  const doc::View list = page.root().at(name);
  return list.is_array() ? list : page.root().at("values");
}

struct Type {
  std::string id, name;
};

Result<Type> choose_type(JiraApi& api, const Board& board) {
  const std::string what = "read the project " + text::printable(board.project, 40);
  GP_TRY(const doc::Document page,
         api.read("/issue/createmeta/" + percent_encoded(board.project) + "/issuetypes?maxResults=100", what));
  std::vector<Type> types;
  for (const doc::View it : list_of(page, "issueTypes").items()) {
    if (it.at("subtask").boolean().value_or(false)) continue;
    types.push_back({std::string(it.at("id").scalar()), std::string(it.at("name").text())});
  }
  for (const std::string_view name :
       {std::string_view(board.issue_type), std::string_view("Bug"), std::string_view("Task")}) {
    for (const Type& it : types) {
      if (!name.empty() && text::equal_ignoring_case(it.name, name)) return it;
    }
    if (!board.issue_type.empty()) break;
  }
  if (board.issue_type.empty() && !types.empty()) return types.front();
  std::vector<std::string> names;
  for (const Type& it : types) names.push_back(text::printable(it.name, 40));
  return error(ErrorKind::config,
               fmt::format("jira: the project {} has no type of issue \"{}\" that we may create",
                           text::printable(board.project, 40), text::printable(board.issue_type, 40)),
               names.empty() ? "the token's owner needs the permission to create issues there"
                             : "set jira.issuetype in .gatepost/teams.yml to one of " + text::join(names, ", "));
}

void read_allowed(doc::View field, std::map<std::string, std::string, std::less<>>& into) {
  for (const doc::View it : field.at("allowedValues").items())
    into.emplace(text::lower(it.at("name").text()), std::string(it.at("id").scalar()));
}

Status read_fields(JiraApi& api, const Board& board, JiraProject& project) {
  const std::string path =
      "/issue/createmeta/" + percent_encoded(board.project) + "/issuetypes/" + percent_encoded(project.type);
  GP_TRY(const doc::Document page,
         api.read(path + "?maxResults=200", "read the fields of " + text::printable(board.project, 40)));
  for (const doc::View field : list_of(page, "fields").items()) {
    const std::string id(field.at("fieldId").exists() ? field.at("fieldId").text() : field.at("key").text());
    project.fields.insert(id);
    if (id == "components") read_allowed(field, project.components);
    if (id == "security") read_allowed(field, project.levels);
    if (id != "priority") continue;
    for (const doc::View it : field.at("allowedValues").items())
      project.priorities.emplace_back(it.at("id").scalar(), it.at("name").text());
  }
  return Done{};
}

// What a person is called by: an account in Cloud, a name in Data Center.
std::string name_of(const JiraApi& api, doc::View user) {
  return std::string(user.at(api.is_data_center() ? "name" : "accountId").text());
}

Result<std::string> lead_of(JiraApi& api, const Board& board) {
  GP_TRY(const doc::Document project, api.read("/project/" + percent_encoded(board.project),
                                               "read the lead of " + text::printable(board.project, 40)));
  return name_of(api, project.root().at("lead"));
}

// A name or mail address has to mean one person; ids are taken as they are.
Result<std::string> find_assignee(JiraApi& api, const Board& board) {
  if (board.assignee == "lead") return lead_of(api, board);
  const bool is_id = board.assignee.find(':') != std::string::npos;
  if (api.is_data_center() || is_id) return board.assignee;
  const std::string path = "/user/assignable/search?project=" + percent_encoded(board.project) +
                           "&query=" + percent_encoded(board.assignee) + "&maxResults=2";
  GP_TRY(const doc::Document users, api.read(path, "find the assignee of " + text::printable(board.project, 40)));
  return users.root().size() == 1 ? name_of(api, users.root().at(0)) : std::string();
}

}  // namespace

std::string JiraProject::priority_id(std::string_view name) const {
  const auto found = std::ranges::find(priorities, name, &std::pair<std::string, std::string>::second);
  return found == priorities.end() ? "" : found->first;
}

std::array<std::string, kBandNames.size()> jira_priorities(
    const std::vector<std::pair<std::string, std::string>>& priorities) {
  std::array<std::string, kBandNames.size()> words;
  if (priorities.empty()) return words;
  for (std::size_t band = 0; band < words.size(); ++band) {
    for (const std::string_view usual : kUsualNames[band]) {
      const auto found = std::ranges::find_if(
          priorities, [&](const auto& it) { return !usual.empty() && text::equal_ignoring_case(it.second, usual); });
      if (words[band].empty() && found != priorities.end()) words[band] = found->second;
    }
    const std::size_t most = words.size() - 1;
    const std::size_t place = ((most - band) * (priorities.size() - 1) + (most - 1) / 2) / most;
    if (words[band].empty()) words[band] = priorities[place].second;
  }
  return words;
}

Result<JiraProject> read_jira_project(JiraApi& api, Board& board, std::vector<std::string>& notes) {
  JiraProject project;
  GP_TRY(const Type type, choose_type(api, board));
  project.type = type.id;
  GP_CHECK(read_fields(api, board, project));
  board.priorities = jira_priorities(project.priorities);
  const auto miss = [&](std::string_view what, std::string& name) {
    notes.push_back(fmt::format("jira: the project {} has no {} \"{}\" that we may use: its tickets are without one",
                                text::printable(board.project, 40), what, text::printable(name, 60)));
    name.clear();
  };
  if (!board.component.empty() && !project.components.contains(text::lower(board.component)))
    miss("component", board.component);
  if (!board.security_level.empty() && !project.levels.contains(text::lower(board.security_level))) {
    return error(ErrorKind::config,
                 fmt::format("jira: the project {} has no security level \"{}\" that we may use",
                             text::printable(board.project, 40), text::printable(board.security_level, 60)),
                 "tickets without it would be seen by more people: correct jira.security_level in .gatepost/teams.yml");
  }
  if (!board.assignee.empty()) {
    GP_TRY(std::string account, find_assignee(api, board));
    if (account.empty()) miss("assignee", board.assignee);
    board.assignee = std::move(account);
  }
  return project;
}

}  // namespace gatepost::tracker
