#include "forge/event.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "doc/json.hpp"
#include "forge/answer.hpp"

namespace gatepost::forge {
namespace {

using Kind = ForgeEvent::Kind;

constexpr std::size_t kLargestEvent = std::size_t{25} << 20;  // GitHub sends no more
constexpr std::uint32_t kMostValues = 1'000'000;
constexpr std::size_t kMostRequests = 10;  // of one commit

std::string text_of(doc::View view) { return std::string(view.text()); }
// Times are texts, or seconds in old events.
std::string scalar_of(doc::View view) { return view.is_null() ? std::string() : std::string(view.scalar()); }
std::uint64_t number_or_zero(doc::View view) { return number_of(view).value_or(0); }

Result<doc::Document> document_of(std::string body, const char* name) {
  if (body.size() > kLargestEvent) {
    return error(ErrorKind::bad_input,
                 std::string(name) + " is larger than " + std::to_string(kLargestEvent) + " bytes");
  }
  if (body.starts_with("payload=")) {
    return error(ErrorKind::bad_input, std::string(name) + " is a form, not JSON",
                 "set the content type of the webhook to application/json");
  }
  Limits limits;
  limits.values = kMostValues;
  GP_TRY(doc::Document document, doc::parse_json(std::move(body), name, limits));
  if (!document.root().is_object()) return error(ErrorKind::bad_input, std::string(name) + " is not a JSON object");
  return document;
}

// --- GitHub
// -----------------------------------------------------------------------------------------------------------

EventAccount github_account(doc::View user) {
  EventAccount account{number_or_zero(user.at("id")), text_of(user.at("login")), user.at("type").text() == "Bot"};
  if (account.login.ends_with("[bot]")) account.is_bot = true;
  return account;
}

EventRequest github_request(doc::View pull) {
  const doc::View head = pull.at("head"), base = pull.at("base");
  EventRequest request{.number = number_or_zero(pull.at("number")),
                       .head = commit_of(head.at("sha")),
                       .base = commit_of(base.at("sha")),
                       .merge_commit = commit_of(pull.at("merge_commit_sha")),
                       .head_branch = text_of(head.at("ref")),
                       .target_branch = text_of(base.at("ref")),
                       .head_repository = text_of(head.at("repo").at("full_name")),
                       .author = github_account(pull.at("user")),
                       .open = pull.at("state").text() != "closed",
                       .draft = pull.at("draft").boolean() == true};
  const auto one = number_of(head.at("repo").at("id")), other = number_of(base.at("repo").at("id"));
  request.from_fork = !one || one != other;
  request.target_repository = other.value_or(0);
  return request;
}

void add_github_changes(doc::View root, std::string_view action, EventRequest& request) {
  request.former_target = text_of(root.at("changes").at("base").at("ref").at("from"));
  request.left_draft = action == "ready_for_review";
  if (action == "synchronize") request.former_head = commit_of(root.at("before"));
}

// The issue that a pull request also is: it tells neither commits nor branches.
EventRequest github_issue(doc::View issue) {
  return {.number = number_or_zero(issue.at("number")),
          .author = github_account(issue.at("user")),
          .open = issue.at("state").text() != "closed",
          .draft = issue.at("draft").boolean() == true};
}

EventComment github_comment(doc::View it) {
  return {.id = number_or_zero(it.at("id")),
          .body = text_of(it.at("body")),
          .author = github_account(it.at("user")),
          .association = text_of(it.at("author_association")),
          .thread = id_of(it.at("in_reply_to_id")),
          .position_path = text_of(it.at("path")),
          .created = scalar_of(it.at("created_at")),
          .edited = scalar_of(it.at("updated_at"))};
}

// Those that go into the repository `target`, and are at the commit now.
std::vector<std::uint64_t> github_requests(doc::View it, std::uint64_t target) {
  std::vector<std::uint64_t> all;
  const std::string head = commit_of(it.at("head_sha"));
  for (const doc::View one : it.at("pull_requests").items()) {
    const std::uint64_t number = number_or_zero(one.at("number"));
    const bool ours = number_or_zero(one.at("base").at("repo").at("id")) == target;
    if (number == 0 || !ours || commit_of(one.at("head").at("sha")) != head) continue;
    if (std::ranges::find(all, number) == all.end()) all.push_back(number);
    if (all.size() == kMostRequests) break;
  }
  return all;
}

EventRun github_run(doc::View it, std::uint64_t target) {
  return {.id = number_or_zero(it.at("id")),
          .attempt = number_or_zero(it.at("run_attempt")),
          .trigger = text_of(it.at("event")),
          .conclusion = text_of(it.at("conclusion")),
          .head = commit_of(it.at("head_sha")),
          .head_branch = text_of(it.at("head_branch")),
          .head_repository = text_of(it.at("head_repository").at("full_name")),
          .requests = github_requests(it, target)};
}

EventCheck github_check(doc::View root, std::uint64_t target) {
  const doc::View run = root.at("check_run"), it = run.is_object() ? run : root.at("check_suite");
  return {.id = number_or_zero(it.at("id")),
          .name = text_of(it.at("name")),
          .head = commit_of(it.at("head_sha")),
          .external_id = text_of(it.at("external_id")),
          .button = text_of(root.at("requested_action").at("identifier")),
          .head_branch = text_of((run.is_object() ? run.at("check_suite") : it).at("head_branch")),
          .requests = github_requests(it, target)};
}

EventIssue github_labelled(doc::View root) {
  const doc::View it = root.at("issue");
  EventIssue issue{.number = number_or_zero(it.at("number")), .label = text_of(root.at("label").at("name"))};
  for (const doc::View label : it.at("labels").items()) issue.labels.push_back(text_of(label.at("name")));
  return issue;
}

bool is_push(doc::View root) {
  return root.at("before").is_string() && root.at("after").is_string() && root.at("ref").is_string();
}

// What an event is about is what it holds: names are many, and new ones come.
void read_github(doc::View root, ForgeEvent& event) {
  const doc::View pull = root.at("pull_request"), issue = root.at("issue");
  if (pull.is_object()) {
    event.kind = Kind::request;
    event.request = github_request(pull);
    add_github_changes(root, event.action, *event.request);
  } else if (issue.at("pull_request").is_object()) {
    event.request = github_issue(issue);
  }
  if (root.at("comment").is_object() && event.request) {
    event.kind = Kind::comment;
    event.comment = github_comment(root.at("comment"));
  }
  if (event.kind != Kind::other) return;
  if (const doc::View group = root.at("merge_group"); group.is_object()) {
    event.kind = Kind::queue;
    event.queue = EventQueue{commit_of(group.at("head_sha")), commit_of(group.at("base_sha")),
                             text_of(group.at("head_ref")), text_of(group.at("base_ref"))};
  } else if (root.at("workflow_run").is_object()) {
    event.kind = Kind::run;
    event.run = github_run(root.at("workflow_run"), event.repository_id);
  } else if (root.at("check_run").is_object() || root.at("check_suite").is_object()) {
    event.kind = Kind::check;
    event.check = github_check(root, event.repository_id);
  } else if (issue.is_object() && !event.request && !root.at("comment").exists()) {
    event.kind = Kind::issue;
    event.issue = github_labelled(root);
  } else if (is_push(root) && !pull.exists()) {
    event.kind = Kind::push;
    event.push = EventPush{text_of(root.at("ref")), commit_of(root.at("before")), commit_of(root.at("after"))};
  } else if (event.name == "ping") {
    event.kind = Kind::ping;
  }
}

// --- GitLab
// -----------------------------------------------------------------------------------------------------------

EventAccount gitlab_account(doc::View user) {
  EventAccount account{number_or_zero(user.at("id")), text_of(user.at("username")), false};
  account.is_bot = is_gitlab_bot(account.login);
  return account;
}

EventRequest gitlab_request(doc::View it) {
  const std::string_view state = it.at("state").text();
  EventRequest request{.number = number_or_zero(it.at("iid")),
                       .head = commit_of(it.at("last_commit").at("id")),
                       .merge_commit = commit_of(it.at("merge_commit_sha")),
                       .head_branch = text_of(it.at("source_branch")),
                       .target_branch = text_of(it.at("target_branch")),
                       .head_repository = text_of(it.at("source").at("path_with_namespace")),
                       .author = {.id = number_or_zero(it.at("author_id"))},
                       .open = state == "opened" || state.empty()};
  request.draft = it.at("draft").boolean() == true || it.at("work_in_progress").boolean() == true;
  const auto source = number_of(it.at("source_project_id")), target = number_of(it.at("target_project_id"));
  request.from_fork = !source || source != target;
  request.target_repository = target.value_or(0);
  return request;
}

void add_gitlab_changes(doc::View root, EventRequest& request) {
  const doc::View changes = root.at("changes"), draft = changes.at("draft");
  request.former_head = commit_of(root.at("object_attributes").at("oldrev"));
  request.former_target = text_of(changes.at("target_branch").at("previous"));
  request.left_draft = draft.at("previous").boolean() == true && draft.at("current").boolean() == false;
}

EventIssue gitlab_issue(doc::View root) {
  EventIssue issue{.number = number_or_zero(root.at("object_attributes").at("iid"))};
  for (const doc::View label : root.at("labels").items()) issue.labels.push_back(text_of(label.at("title")));
  for (const doc::View label : root.at("changes").at("labels").at("previous").items())
    issue.labels.push_back(text_of(label.at("title")));
  return issue;
}

EventComment gitlab_comment(doc::View root) {
  const doc::View it = root.at("object_attributes");
  return {.id = number_or_zero(it.at("id")),
          .body = text_of(it.at("note")),
          .author = gitlab_account(root.at("user")),
          .thread = text_of(it.at("discussion_id")),
          .position_path = text_of(it.at("position").at("new_path")),
          .created = scalar_of(it.at("created_at")),
          .edited = scalar_of(it.at("updated_at"))};
}

EventRun gitlab_run(doc::View root) {
  const doc::View it = root.at("object_attributes");
  return {.id = number_or_zero(it.at("id")),
          .trigger = text_of(it.at("source")),
          .conclusion = text_of(it.at("status")),
          .head = commit_of(it.at("sha")),
          .head_branch = text_of(it.at("ref")),
          .head_repository = text_of(root.at("project").at("path_with_namespace"))};
}

void read_gitlab(doc::View root, ForgeEvent& event) {
  const doc::View attributes = root.at("object_attributes");
  if (event.name == "merge_request" && attributes.is_object()) {
    event.kind = Kind::request;
    event.request = gitlab_request(attributes);
    add_gitlab_changes(root, *event.request);
  } else if (event.name == "issue" && attributes.is_object()) {
    event.kind = Kind::issue;
    event.issue = gitlab_issue(root);
  } else if (event.name == "note" && root.at("merge_request").is_object() &&
             attributes.at("system").boolean() != true) {
    event.kind = Kind::comment;
    event.request = gitlab_request(root.at("merge_request"));
    event.comment = gitlab_comment(root);
  } else if (event.name == "push" || event.name == "tag_push") {
    event.kind = Kind::push;
    event.push = EventPush{text_of(root.at("ref")), commit_of(root.at("before")), commit_of(root.at("after"))};
  } else if (event.name == "pipeline" && attributes.is_object()) {
    event.kind = Kind::run;
    event.run = gitlab_run(root);
    if (root.at("merge_request").is_object()) event.request = gitlab_request(root.at("merge_request"));
  }
}

// "Merge Request Hook" is merge_request.
std::string gitlab_name(std::string_view header) {
  std::string name = text::lower(header);
  if (name.ends_with(" hook")) name.resize(name.size() - 5);
  return text::replace_all(std::move(name), " ", "_");
}

}  // namespace

bool is_gitlab_bot(std::string_view name) {
  return (name.starts_with("project_") || name.starts_with("group_")) && name.find("_bot") != std::string_view::npos;
}

Result<ForgeEvent> parse_github_event(std::string_view name, std::string body) {
  GP_TRY(const doc::Document document, document_of(std::move(body), "the event of GitHub"));
  const doc::View root = document.root(), repository = root.at("repository");
  ForgeEvent event{.name = std::string(name),
                   .action = text_of(root.at("action")),
                   .repository = text_of(repository.at("full_name")),
                   .default_branch = text_of(repository.at("default_branch")),
                   .repository_id = number_or_zero(repository.at("id")),
                   .installation = number_or_zero(root.at("installation").at("id")),
                   .sender = github_account(root.at("sender"))};
  read_github(root, event);
  return event;
}

Result<ForgeEvent> parse_gitlab_event(std::string_view name, std::string body) {
  GP_TRY(const doc::Document document, document_of(std::move(body), "the event of GitLab"));
  const doc::View root = document.root(), project = root.at("project");
  ForgeEvent event{.name = text_of(root.at("object_kind")),
                   .action = text_of(root.at("object_attributes").at("action")),
                   .repository = text_of(project.at("path_with_namespace")),
                   .default_branch = text_of(project.at("default_branch")),
                   .repository_id = number_or_zero(project.at("id")),
                   .sender = gitlab_account(root.at("user"))};
  if (event.name.empty()) event.name = gitlab_name(name);
  if (event.repository_id == 0) event.repository_id = number_or_zero(root.at("project_id"));
  if (event.sender.login.empty()) {  // of a push
    event.sender = {number_or_zero(root.at("user_id")), text_of(root.at("user_username")), false};
    event.sender.is_bot = is_gitlab_bot(event.sender.login);
  }
  read_gitlab(root, event);
  return event;
}

}  // namespace gatepost::forge
