#include <utility>

#include "doc/json_writer.hpp"
#include "forge/answer.hpp"
#include "forge/github_api.hpp"
#include "tracker/issue_comment.hpp"
#include "tracker/issues.hpp"

namespace gatepost::tracker {
namespace {

using doc::JsonWriter;
using doc::View;
using net::Effect;

constexpr forge::Grant kRead{"issues", "read", "read issues"};
constexpr forge::Grant kWrite{"issues", "write", "write issues"};

Issue issue_of(View view) {
  Issue it{.number = forge::id_of(view.at("number")), .url = std::string(view.at("html_url").text())};
  it.title = view.at("title").text(), it.body = view.at("body").text(), it.created = view.at("created_at").text();
  it.author = view.at("user").at("login").text();
  it.closed_by = view.at("closed_by").at("login").text();
  it.assignee = view.at("assignees").at(0).at("login").text();
  for (const View label : view.at("labels").items()) it.labels.emplace_back(label.at("name").text());
  // "https://api.github.com/repos/acme/shop": what was transferred is answered from where it is now.
  constexpr std::string_view kRepositories = "/repos/";
  const std::string_view home = view.at("repository_url").text();
  if (const std::size_t at = home.find(kRepositories); at != std::string_view::npos)
    it.repository = home.substr(at + kRepositories.size());
  const std::string_view reason = view.at("state_reason").text();
  if (view.at("state").text() == "closed")
    it.phase = reason == "not_planned" || reason == "duplicate" ? TicketPhase::declined : TicketPhase::done;
  return it;
}

void write_list(JsonWriter& json, std::string_view name, const std::vector<std::string>& items) {
  json.key(name).begin_array();
  for (const std::string& item : items) json.value(item);
  json.end_array();
}

// GitHub's issues have no day by which they are due: the description says it.
std::string document_of(const IssueChange& it) {
  JsonWriter json;
  json.begin_object();
  if (it.title) json.field("title", *it.title);
  if (it.body) json.field("body", *it.body);
  if (it.labels) write_list(json, "labels", *it.labels);
  if (it.assignee)
    write_list(json, "assignees", it.assignee->empty() ? std::vector<std::string>() : std::vector{*it.assignee});
  if (it.phase) json.field("state", *it.phase == TicketPhase::open ? "open" : "closed");
  if (it.phase) {
    json.field("state_reason", *it.phase == TicketPhase::open   ? "reopened"
                               : *it.phase == TicketPhase::done ? "completed"
                                                                : "not_planned");
  }
  json.end_object();
  return json.take();
}

class GitHubRepository : public Repository {
 public:
  GitHubRepository(forge::Access access, net::Http& http, net::Time time, net::Limits limits)
      : api_(std::move(access), http, std::move(time), limits) {}

  Result<std::string> identity() override {
    GP_TRY(const doc::Document repository, api_.read("", kRead));
    return std::string(repository.root().at("full_name").text());
  }

  Status each(const std::function<void(Issue)>& take) override {
    return api_.list("/issues?state=all&labels=" + std::string(kTicketLabel), kRead, [&](View it) {
      if (!it.at("pull_request").exists()) take(issue_of(it));
      return true;
    });
  }

  Result<std::optional<Issue>> get(const std::string& number) override {
    GP_TRY(const net::Call call, api_.call("/issues/" + number));
    GP_TRY(const net::Response response, api_.send(call));
    if (response.status == 404 || response.status == 410) return std::optional<Issue>();
    if (!response.ok()) return api_.refused(response, kRead);
    GP_TRY(const doc::Document issue, forge::json_of(response, "github: read an issue"));
    return std::optional(issue_of(issue.root()));
  }

  Result<Issue> create(const IssueChange& wanted, const std::function<Result<std::optional<Issue>>()>& made) override {
    GP_TRY(net::Call call, api_.call("/issues", "POST", document_of(wanted), Effect::notifies));
    std::optional<Issue> found;
    call.recover = [&]() -> Result<std::optional<net::Response>> {
      GP_TRY(found, made());
      if (!found) return std::optional<net::Response>();
      return std::optional(net::Response{.status = 201, .headers = {}, .body = "{}", .url = {}});
    };
    GP_TRY(const net::Response response, api_.ask(call, kWrite));
    if (found) return std::move(*found);
    GP_TRY(const doc::Document issue, forge::json_of(response, "github: make an issue"));
    return issue_of(issue.root());
  }

  Status change(const std::string& number, const IssueChange& change) override {
    IssueChange wanted = change;
    wanted.due.reset();
    const std::string body = document_of(wanted);
    if (std::string_view(body) == "{}") return Done{};
    GP_TRY(const net::Call call, api_.call("/issues/" + number, "PATCH", body, Effect::idempotent));
    GP_CHECK(api_.ask(call, kWrite));
    return Done{};
  }

  Status comment(const std::string& number, const publish::TicketComment& it) override {
    GP_TRY(const auto issue, get(number));
    return comment_once(api_,
                        {.list = "/issues/" + number + "/comments",
                         .one = "/issues/comments/",
                         .author = issue ? issue->author : std::string(),
                         .author_of = [](View by) { return std::string(by.at("user").at("login").text()); }},
                        it, kRead, kWrite);
  }

 private:
  forge::GitHubApi api_;
};

}  // namespace

std::unique_ptr<Repository> github_repository(forge::Access access, net::Http& http, net::Time time,
                                              net::Limits limits) {
  return std::make_unique<GitHubRepository>(std::move(access), http, std::move(time), limits);
}

}  // namespace gatepost::tracker
