// New tickets in Jira. No call that makes some is ever sent twice: before it there is a look whether they are there,
// and after it another, for answers that were lost and for what a second run made at the same moment.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "doc/document.hpp"
#include "publish/tickets.hpp"
#include "tracker/jira_api.hpp"
#include "tracker/jira_board.hpp"
#include "tracker/jira_issues.hpp"
#include "tracker/jira_writer.hpp"

namespace gatepost::tracker {

using Wishes = std::span<const publish::CreateTicket* const>;

class JiraMaker {
 public:
  JiraMaker(JiraApi& api, JiraIssues& issues, JiraWriter& writer) : api_(api), issues_(issues), writer_(writer) {}

  // What a project takes; known before tickets are made in it.
  void know(const std::string& project, JiraProject takes) { projects_.insert_or_assign(project, std::move(takes)); }
  // One result for each, in their order.
  std::vector<Result<ShownTicket>> create(Wishes tickets);

 private:
  std::vector<Result<ShownTicket>> create_some(Wishes tickets);
  void make(Wishes tickets, const std::vector<std::size_t>& which, std::vector<Result<ShownTicket>>& results);
  // `issues` has those that were made, in their order; `errors` those that were not, by their number.
  void take(Wishes tickets, const std::vector<std::size_t>& which, doc::View answer,
            std::vector<Result<ShownTicket>>& results);
  // Once more without the fields that were refused, when it can do without them.
  Result<ShownTicket> make_without(const publish::CreateTicket& ticket, doc::View problem);
  [[nodiscard]] ShownTicket fresh(const publish::CreateTicket& ticket, doc::View issue) const;
  [[nodiscard]] std::string document_of(const publish::CreateTicket& ticket, const FieldNames& without) const;
  // For what was made without our hearing of it, and for what another run made at the same moment.
  void look_again(Wishes tickets, const std::vector<std::size_t>& made, std::vector<Result<ShownTicket>>& results);
  void meet_twins(Wishes tickets, const std::vector<std::size_t>& made, const std::vector<ShownTicket>& found,
                  std::vector<Result<ShownTicket>>& results);
  // Whoever came second withdraws; that it does not work is for the next run to see.
  void retire(const ShownTicket& twin, const ShownTicket& first);

  JiraApi& api_;
  JiraIssues& issues_;
  JiraWriter& writer_;
  std::map<std::string, JiraProject> projects_;
};

}  // namespace gatepost::tracker
