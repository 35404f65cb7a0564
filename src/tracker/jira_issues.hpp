// What Jira shows of our tickets: looked for by their keys, which they carry as labels, or one by one by their ids.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "doc/document.hpp"
#include "model/ticket.hpp"
#include "tracker/jira_api.hpp"

namespace gatepost::tracker {

// Whether a transition, a status or a resolution of this name says that nothing will be done.
bool says_declined(std::string_view name);

class JiraIssues {
 public:
  explicit JiraIssues(JiraApi& api) : api_(api) {}

  // What carries one of the keys. The index of Cloud lags behind: `fresh` are ids that it is to look at by themselves.
  Result<std::vector<ShownTicket>> search(const std::vector<std::string>& keys, const std::vector<std::string>& fresh);
  // Nothing when it was deleted, or is hidden from us.
  Result<std::optional<ShownTicket>> look_at(const std::string& id);
  // Who gave it the status that it has; "" when Jira does not say.
  Result<std::string> closed_by(const std::string& id);
  // Puts into the place of duplicates what they duplicate.
  Status follow_merged(std::vector<ShownTicket>& found);

 private:
  Status pages_of(const std::string& jql, const std::vector<std::string>& fresh, std::vector<ShownTicket>& found);
  [[nodiscard]] std::string question(const std::string& jql, const std::vector<std::string>& fresh,
                                     const std::string& token, std::size_t start) const;
  [[nodiscard]] ShownTicket ticket_of(doc::View issue);

  JiraApi& api_;
  std::map<std::string, std::string> merged_;  // ids of duplicates, and of what they duplicate
};

}  // namespace gatepost::tracker
