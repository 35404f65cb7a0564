#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "tracker/jira_api.hpp"
#include "tracker/jira_board.hpp"
#include "tracker/jira_issues.hpp"
#include "tracker/jira_maker.hpp"
#include "tracker/jira_writer.hpp"
#include "tracker/tracker.hpp"

namespace gatepost::tracker {
namespace {

class Jira : public Tracker {
 public:
  Jira(const Access& access, bool data_center, net::Http& http, net::Time time, net::Limits limits)
      : api_(access, data_center, http, std::move(time), limits) {}

  Result<std::string> identity() override {
    GP_TRY(const doc::Document self, api_.read("/myself", "ask who we are"));
    return text::printable(self.root().at("displayName").text(), 80);
  }

  Result<Board> complete(Board board, std::vector<std::string>& notes) override {
    GP_TRY(JiraProject project, read_jira_project(api_, board, notes));
    maker_.know(board.project, std::move(project));
    return board;
  }

  Result<std::vector<ShownTicket>> shown(std::span<const publish::TicketRef> refs) override {
    std::vector<std::string> keys, ids;
    for (const publish::TicketRef& it : refs) {
      keys.push_back(it.key);
      if (!it.id.empty()) ids.push_back(it.id);
    }
    GP_TRY(std::vector<ShownTicket> found, issues_.search(keys, ids));
    for (const std::string& id : ids) {
      if (std::ranges::find(found, id, &ShownTicket::id) != found.end()) continue;
      GP_TRY(auto one, issues_.look_at(id));
      if (one) found.push_back(std::move(*one));
    }
    GP_CHECK(issues_.follow_merged(found));
    return found;
  }

  std::vector<Result<ShownTicket>> create(Wishes tickets) override { return maker_.create(tickets); }

  Status apply(const std::string& id, const publish::TicketWhat& what) override {
    return std::visit(Overloaded{[&](const publish::ChangeTicket& it) { return writer_.change(id, it); },
                                 [&](const publish::CommentTicket& it) { return writer_.comment(id, it.comment); },
                                 [&](const publish::CloseTicket& it) -> Status {
                                   GP_CHECK(writer_.comment(id, it.comment));
                                   return writer_.move(id, true, it.as == TicketPhase::declined);
                                 },
                                 [&](const publish::ReopenTicket& it) -> Status {
                                   GP_CHECK(writer_.move(id, false, false));
                                   return writer_.comment(id, it.comment);
                                 },
                                 [](const auto&) -> Status { return Done{}; }},
                      what);
  }

  Result<std::string> closed_by(const std::string& id) override { return issues_.closed_by(id); }

 private:
  JiraApi api_;
  JiraIssues issues_{api_};
  JiraWriter writer_{api_, issues_};
  JiraMaker maker_{api_, issues_, writer_};
};

}  // namespace

std::unique_ptr<Tracker> jira(Access access, bool data_center, net::Http& http, net::Time time, net::Limits limits) {
  return std::make_unique<Jira>(access, data_center, http, std::move(time), limits);
}

}  // namespace gatepost::tracker
