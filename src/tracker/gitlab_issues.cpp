#include <algorithm>
#include <utility>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "doc/json_writer.hpp"
#include "forge/answer.hpp"
#include "forge/gitlab_api.hpp"
#include "tracker/issue_comment.hpp"
#include "tracker/issues.hpp"

namespace gatepost::tracker {
namespace {

using doc::JsonWriter;
using doc::View;
using net::Effect;

constexpr forge::Right kRead{"read_api", "Reporter", "read issues"};
constexpr forge::Right kWrite{"api", "Reporter", "write issues"};

// The number of what it duplicates, in the same project; "" for none. Both are addresses of the interface.
std::string duplicate_of(View links) {
  const std::string_view self = links.at("self").text(), other = links.at("closed_as_duplicate_of").text();
  const std::string_view project = self.substr(0, self.rfind('/') + 1);
  const bool same = !project.empty() && other.starts_with(project);
  const std::string_view number = same ? other.substr(project.size()) : std::string_view();
  return text::parse_number(number) ? std::string(number) : std::string();
}

Issue issue_of(View view) {
  Issue it{.number = forge::id_of(view.at("iid")), .url = std::string(view.at("web_url").text())};
  it.title = view.at("title").text(), it.body = view.at("description").text(),
  it.created = view.at("created_at").text();
  it.due = view.at("due_date").text();
  it.author = view.at("author").at("username").text();
  it.closed_by = view.at("closed_by").at("username").text();
  it.assignee = view.at("assignees").at(0).at("username").text();
  for (const View label : view.at("labels").items()) it.labels.emplace_back(label.text());
  it.merged_into = duplicate_of(view.at("_links"));
  const bool declined = std::ranges::find(it.labels, kDeclinedLabel) != it.labels.end();
  if (view.at("state").text() == "closed") it.phase = declined ? TicketPhase::declined : TicketPhase::done;
  return it;
}

class GitLabRepository : public Repository {
 public:
  GitLabRepository(forge::Access access, net::Http& http, net::Time time, net::Limits limits)
      : api_(std::move(access), http, std::move(time), limits) {}

  Result<std::string> identity() override {
    GP_TRY(const doc::Document user, api_.read_global("/user", kRead));
    return std::string(user.root().at("username").text());
  }

  Status each(const std::function<void(Issue)>& take) override {
    return api_.list("/issues?labels=" + std::string(kTicketLabel), kRead, [&](View it) {
      take(issue_of(it));
      return true;
    });
  }

  Result<std::optional<Issue>> get(const std::string& number) override {
    GP_TRY(const net::Call call, api_.call("/issues/" + number));
    GP_TRY(const net::Response response, api_.send(call));
    if (response.status == 404) return std::optional<Issue>();
    if (!response.ok()) return api_.refused(response, kRead);
    GP_TRY(const doc::Document issue, forge::json_of(response, "gitlab: read an issue"));
    return std::optional(issue_of(issue.root()));
  }

  Result<Issue> create(const IssueChange& wanted, const std::function<Result<std::optional<Issue>>()>& made) override {
    GP_TRY(const std::string body, document_of(wanted));
    GP_TRY(net::Call call, api_.call("/issues", "POST", body, Effect::notifies));
    std::optional<Issue> found;
    call.recover = [&]() -> Result<std::optional<net::Response>> {
      GP_TRY(found, made());
      if (!found) return std::optional<net::Response>();
      return std::optional(net::Response{.status = 201, .headers = {}, .body = "{}", .url = {}});
    };
    GP_TRY(const net::Response response, api_.ask(call, kWrite));
    if (found) return std::move(*found);
    GP_TRY(const doc::Document issue, forge::json_of(response, "gitlab: make an issue"));
    return issue_of(issue.root());
  }

  Status change(const std::string& number, const IssueChange& change) override {
    IssueChange wanted = change;
    if (change.phase && !wanted.labels) GP_CHECK(mark_declined(number, wanted));
    GP_TRY(const std::string body, document_of(wanted));
    if (std::string_view(body) == "{}") return Done{};
    GP_TRY(const net::Call call, api_.call("/issues/" + number, "PUT", body, Effect::idempotent));
    GP_CHECK(api_.ask(call, kWrite));
    return Done{};
  }

  Status comment(const std::string& number, const publish::TicketComment& it) override {
    GP_TRY(const auto issue, get(number));
    const std::string notes = "/issues/" + number + "/notes";
    return comment_once(api_,
                        {.list = notes,
                         .one = notes + "/",
                         .author = issue ? issue->author : std::string(),
                         .author_of = [](View by) { return std::string(by.at("author").at("username").text()); }},
                        it, kRead, kWrite);
  }

 private:
  // GitLab knows one way to close; a label tells that nothing is to be done.
  Status mark_declined(const std::string& number, IssueChange& wanted) {
    GP_TRY(const auto issue, get(number));
    if (!issue) return Done{};
    wanted.labels = issue->labels;
    std::erase(*wanted.labels, kDeclinedLabel);
    if (*wanted.phase == TicketPhase::declined) wanted.labels->emplace_back(kDeclinedLabel);
    return Done{};
  }

  Result<std::string> document_of(const IssueChange& it) {
    JsonWriter json;
    json.begin_object();
    if (it.title) json.field("title", *it.title);
    if (it.body) json.field("description", *it.body);
    if (it.labels) json.field("labels", text::join(*it.labels, ","));
    if (it.due) json.field("due_date", *it.due);
    if (it.assignee) {
      GP_TRY(const std::string id, id_of(*it.assignee));
      json.key("assignee_ids").begin_array();
      if (!id.empty()) json.raw(id);
      json.end_array();
    }
    if (it.phase) json.field("state_event", *it.phase == TicketPhase::open ? "reopen" : "close");
    json.end_object();
    return json.take();
  }

  Result<std::string> id_of(const std::string& username) {
    if (username.empty()) return std::string();
    GP_TRY(const doc::Document users, api_.read_global("/users?username=" + percent_encoded(username), kRead));
    return forge::id_of(users.root().at(0).at("id"));
  }

  forge::GitLabApi api_;
};

}  // namespace

std::unique_ptr<Repository> gitlab_repository(forge::Access access, net::Http& http, net::Time time,
                                              net::Limits limits) {
  return std::make_unique<GitLabRepository>(std::move(access), http, std::move(time), limits);
}

}  // namespace gatepost::tracker
