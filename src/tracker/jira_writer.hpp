// How Jira is told something about a ticket: the documents of issues, and the calls that change, comment on and move
// them.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "doc/document.hpp"
#include "doc/json_writer.hpp"
#include "publish/tickets.hpp"
#include "tracker/jira_api.hpp"
#include "tracker/jira_board.hpp"
#include "tracker/jira_issues.hpp"

namespace gatepost::tracker {

using FieldNames = std::set<std::string, std::less<>>;

// Fields that Jira refused, from `errors` and `errorMessages` of an answer, with what it said of them.
struct RefusedFields {
  FieldNames names;
  std::string said;
  bool dispensable = false;  // a ticket without all of them is better than none
};
RefusedFields refused_fields(doc::View problem);

class JiraWriter {
 public:
  JiraWriter(JiraApi& api, JiraIssues& issues) : api_(api), issues_(issues) {}

  // A new issue, without the fields that its screen lacks and without those named.
  [[nodiscard]] std::string document_of(const publish::CreateTicket& ticket, const JiraProject& project,
                                        const FieldNames& without) const;
  // Fields that a screen lacks are left out.
  Status change(const std::string& id, const publish::ChangeTicket& it);
  Status comment(const std::string& id, const publish::TicketComment& it);
  Status remark(const std::string& id, const std::string& text);
  // Names and ids of transitions differ from project to project; what counts is where they lead.
  Status move(const std::string& id, bool to_done, bool declined);

 private:
  void write_body(doc::JsonWriter& json, std::string_view name, const std::string& body) const;
  void write_user(doc::JsonWriter& json, const std::string& user) const;
  [[nodiscard]] std::string fields_of(const publish::ChangeTicket& it) const;
  [[nodiscard]] std::string author_of(doc::View comment) const;
  Status keep_eldest(const std::string& comments, std::string_view marker, const std::string& author);

  JiraApi& api_;
  JiraIssues& issues_;
};

}  // namespace gatepost::tracker
