// Jira and Linear: somebody changed a ticket.
#include <algorithm>
#include <array>

#include "bot/reading.hpp"

namespace gatepost::bot {
namespace {

using Names = std::span<const std::string_view>;

// What a sync reads of a ticket (tracker/jira.cpp, linear.cpp), by the words of their webhooks; "project" and "Key" are
// those of a ticket that moves to another board.
constexpr std::array<std::string_view, 9> kJiraFields = {"summary", "status", "resolution", "priority", "assignee",
                                                         "duedate", "labels", "project",    "Key"};
constexpr std::array<std::string_view, 9> kLinearFields = {
    "title", "stateId", "priority", "assigneeId", "dueDate", "labelIds", "archivedAt", "teamId", "trashed"};

bool among(std::string_view name, Names names) { return std::ranges::find(names, name) != names.end(); }

bool is_ours(doc::View person, Names members, std::span<const std::string> own_accounts) {
  return std::ranges::any_of(members, [&](std::string_view it) { return is_own(person.at(it).text(), own_accounts); });
}

// Plain enough for a key; "" otherwise.
std::string board_name(std::string_view given) {
  constexpr std::size_t kLongest = 100;
  const bool plain = given.size() <= kLongest &&
                     std::ranges::all_of(given, [](char c) { return text::is_alnum(c) || c == '_' || c == '-'; });
  return plain ? std::string(given) : std::string();
}

Reading sync(Sender sender, const std::string& board) {
  Reading reading;
  reading.jobs.push_back({.kind = JobKind::tickets,
                          .sender = sender,
                          .key = "tickets " + std::string(to_string(sender)) + (board.empty() ? "" : " " + board)});
  return reading;
}

// "PAY" of the ticket PAY-12.
std::string jira_project(doc::View issue) {
  const std::string_view project = issue.at("fields").at("project").at("key").text(), key = issue.at("key").text();
  return board_name(project.empty() ? key.substr(0, key.rfind('-')) : project);
}

// True also when it does not say what was changed.
bool changes_ticket(doc::View changelog) {
  const doc::View items = changelog.at("items");
  if (!items.is_array()) return true;
  const auto counts = [](doc::View it) {
    return among(it.at("field").text(), kJiraFields) || among(it.at("fieldId").text(), kJiraFields);
  };
  for (const doc::View it : items.items()) {
    if (counts(it)) return true;
  }
  return false;
}

bool changes_ticket_of_linear(doc::View former) {
  if (!former.is_object()) return true;
  for (const auto& [name, value] : former.members()) {
    if (among(name, kLinearFields)) return true;
  }
  return false;
}

}  // namespace

Reading read_jira_event(std::string_view event, doc::View root, std::span<const std::string> own_accounts) {
  static constexpr std::array<std::string_view, 5> kPerson = {"accountId", "name", "key", "emailAddress",
                                                              "displayName"};
  const bool deleted = event == "jira:issue_deleted";
  if (!deleted && event != "jira:issue_updated")
    return ignore("the event " + text::printable(event) + " changes no ticket that gatepost could know");
  if (is_ours(root.at("user"), kPerson, own_accounts)) return ignore("gatepost changed the ticket itself");
  if (!deleted && !changes_ticket(root.at("changelog")))
    return ignore("nothing that gatepost reads of a ticket was changed");
  return sync(Sender::jira, jira_project(root.at("issue")));
}

Reading read_linear_event(doc::View root, std::span<const std::string> own_accounts) {
  static constexpr std::array<std::string_view, 3> kPerson = {"id", "email", "name"};
  const std::string_view type = root.at("type").text(), action = root.at("action").text();
  if (type != "Issue") return ignore("the type " + text::printable(type) + " is no ticket");
  if (action != "update" && action != "remove" && action != "restore")
    return ignore("the action " + text::printable(action) + " changes no ticket that gatepost could know");
  if (is_ours(root.at("actor"), kPerson, own_accounts)) return ignore("gatepost changed the ticket itself");
  if (action == "update" && !changes_ticket_of_linear(root.at("updatedFrom")))
    return ignore("nothing that gatepost reads of a ticket was changed");
  const doc::View data = root.at("data");
  const std::string_view team = data.at("team").at("key").text();
  return sync(Sender::linear, board_name(team.empty() ? data.at("teamId").text() : team));
}

}  // namespace gatepost::bot
