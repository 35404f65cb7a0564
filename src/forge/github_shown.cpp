#include "forge/github_shown.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "doc/json_writer.hpp"
#include "forge/answer.hpp"
#include "publish/marker.hpp"

namespace gatepost::forge {
namespace {

using publish::Shown;
using publish::ShownComment;
using publish::ShownFile;
using publish::ShownThread;

constexpr Grant kReadPulls{"pull-requests", "read", "read pull requests"};
constexpr Grant kReadRepository{"metadata", "read", "read the repository"};
constexpr Grant kReadChecks{"checks", "read", "read checks"};
constexpr Grant kReadStatuses{"statuses", "read", "read commit statuses"};
constexpr std::size_t kMostFiles = 3'000;  // GitHub lists no more
constexpr int kMostStatuses = 1'000, kMostThreadPages = 20;
constexpr std::string_view kOurCheck = "gatepost:";

// What is asked of threads. The second one is for servers that do not know all of the first.
constexpr std::string_view kThreads =
    "query($owner:String!,$name:String!,$number:Int!,$after:String){repository(owner:$owner,name:$name){"
    "pullRequest(number:$number){reviewThreads(first:100,after:$after){pageInfo{hasNextPage endCursor}"
    "nodes{id isResolved resolvedBy{login} viewerCanResolve viewerCanUnresolve comments(first:1){nodes{id fullDatabaseId}}}}}}}";
constexpr std::string_view kPlainThreads =
    "query($owner:String!,$name:String!,$number:Int!,$after:String){repository(owner:$owner,name:$name){"
    "pullRequest(number:$number){reviewThreads(first:100,after:$after){pageInfo{hasNextPage endCursor}"
    "nodes{id isResolved resolvedBy{login} comments(first:1){nodes{id databaseId}}}}}}}";

ShownFile file_of(doc::View it) {
  ShownFile file{.new_path = std::string(it.at("filename").text())};
  const std::string_view status = it.at("status").text(), before = it.at("previous_filename").text();
  file.old_path = status == "renamed" && !before.empty() ? std::string(before) : file.new_path;
  file.added = status == "added" || status == "copied";
  file.deleted = status == "removed";
  const doc::View patch = it.at("patch");
  if (patch.is_string()) {
    auto hunks = publish::parse_patch(patch.text());
    file.lines_known = hunks.has_value();
    if (hunks) file.hunks = *std::move(hunks);
  } else {
    // A renamed file of the same content has no lines to show; all else is binary or too large.
    file.lines_known = status == "renamed" && it.at("changes").integer() == 0;
  }
  return file;
}

bool is_fork(doc::View pull) {
  const doc::View head = pull.at("head").at("repo"), base = pull.at("base").at("repo");
  const auto one = number_of(head.at("id")), other = number_of(base.at("id"));
  if (one && other) return *one != *other;
  // The fork may be gone.
  return head.at("full_name").text().empty() || head.at("full_name").text() != base.at("full_name").text();
}

class Reader {
 public:
  Reader(GitHubApi& api, const Wanted& wanted) : api_(api), wanted_(wanted) {}

  Result<Shown> read(const std::function<Result<Self>()>& find_self) {
    if (wanted_.change_request) {
      GP_CHECK(read_request());
    } else {
      shown_.request.head = wanted_.head;
    }
    // The first call may tell of the App what it may do.
    auto self = find_self();
    shown_.may = abilities();
    if (self) {
      self_ = *std::move(self);
      read_ours();
    } else {
      // Whose words are whose cannot be told: ours would be written again and again.
      note(self.error());
      shown_.may.comment = shown_.may.review = false;
    }
    if (wanted_.change_request) {
      read_files();
      read_reviewers();
    }
    return std::move(shown_);
  }

 private:
  void note(const Error& why) { shown_.notes.push_back(sentence_of(why)); }
  bool worked(const Status& status) {
    if (!status) note(status.error());
    return status.ok();
  }
  [[nodiscard]] std::string pull() const { return "/pulls/" + std::to_string(shown_.request.number); }
  [[nodiscard]] const std::string& judged() const { return wanted_.head.empty() ? shown_.request.head : wanted_.head; }

  // --- the pull request ---

  Status read_request() {
    std::uint64_t number = wanted_.number;
    if (number == 0) {
      GP_TRY(number, find_pull_request(api_, wanted_));
    }
    GP_TRY(const auto document, api_.read("/pulls/" + std::to_string(number), kReadPulls));
    describe(document.root());
    publish::ChangeRequest& request = shown_.request;
    request.number = number;
    if (request.head.empty()) {
      return error(ErrorKind::unavailable,
                   "github: the answer does not name the newest commit of #" + std::to_string(number));
    }
    if (wanted_.number == 0 && request.head != wanted_.head) {
      return error(ErrorKind::conflict, "github: #" + std::to_string(number) + " was pushed to a moment ago",
                   "the run for the newest commit will publish");
    }
    return Done{};
  }

  void describe(doc::View pull) {
    publish::ChangeRequest& request = shown_.request;
    request.head = commit_of(pull.at("head").at("sha"));
    request.base = commit_of(pull.at("base").at("sha"));
    request.target_branch = pull.at("base").at("ref").text();
    request.author = pull.at("user").at("login").text();
    request.open = pull.at("state").text() != "closed";
    request.from_fork = is_fork(pull);
    changed_files_ = pull.at("changed_files").integer();
    for (const doc::View label : pull.at("labels").items()) shown_.labels.emplace_back(label.at("name").text());
    std::ranges::sort(shown_.labels);
    for (const doc::View user : pull.at("requested_reviewers").items()) add_reviewer(user.at("login").text());
    for (const doc::View team : pull.at("requested_teams").items()) {
      if (!team.at("slug").text().empty()) add_reviewer(api_.owner() + "/" + std::string(team.at("slug").text()));
    }
  }

  void read_files() {
    publish::ChangeRequest& request = shown_.request;
    request.files_complete = worked(api_.list(pull() + "/files", kReadPulls, [&](doc::View file) {
      if (!file.at("filename").text().empty()) request.files.push_back(file_of(file));
      return request.files.size() < kMostFiles;
    }));
    const auto listed = static_cast<std::int64_t>(request.files.size());
    const bool known_count = changed_files_.has_value();
    if (known_count ? *changed_files_ > listed : request.files.size() >= kMostFiles) request.files_complete = false;
    std::ranges::sort(request.files, {}, &ShownFile::new_path);
  }

  void add_reviewer(std::string_view name) {
    if (!name.empty()) shown_.reviewers.emplace_back(name);
  }

  void read_reviewers() {
    worked(api_.list(pull() + "/reviews", kReadPulls, [&](doc::View review) {
      if (review.at("state").text() != "PENDING") add_reviewer(review.at("user").at("login").text());
      return true;
    }));
    std::ranges::sort(shown_.reviewers);
    const auto doubled = std::ranges::unique(shown_.reviewers);
    shown_.reviewers.erase(doubled.begin(), doubled.end());
  }

  // --- what is ours ---

  void read_ours() {
    if (wanted_.change_request) {
      if (!worked(read_comments())) shown_.may.comment = false;
      if (worked(read_notes())) {
        read_threads();
      } else {
        shown_.threads.clear();
        shown_.may.review = false;
      }
    }
    if (judged().empty()) return;
    if (shown_.may.check && !worked(read_check())) shown_.may.check = false;  // there may be one already
    worked(read_status());
  }

  Status read_comments() {
    const std::string path = "/issues/" + std::to_string(shown_.request.number) + "/comments";
    Status read = api_.list(path, kReadPulls, [&](doc::View it) {
      std::string id = id_of(it.at("id"));
      const std::string_view body = it.at("body").text();
      if (!id.empty() && publish::is_summary(body, wanted_.name) && is_self(it.at("user"), self_)) {
        shown_.comments.push_back({std::move(id), std::string(body)});
      }
      return true;
    });
    std::ranges::sort(shown_.comments, is_older, &ShownComment::id);
    return read;
  }

  Status read_notes() {
    std::vector<std::string> answered;  // by somebody else
    Status read = api_.list(pull() + "/comments", kReadPulls, [&](doc::View it) {
      const bool ours = is_self(it.at("user"), self_);
      if (const std::string root = id_of(it.at("in_reply_to_id")); !root.empty()) {
        if (!ours) answered.push_back(root);
      } else if (ours && publish::is_note(it.at("body").text(), wanted_.name)) {
        add_note(it);
      }
      return true;
    });
    std::ranges::sort(answered);
    for (ShownThread& thread : shown_.threads)
      thread.has_replies = std::ranges::binary_search(answered, thread.comment);
    std::ranges::sort(shown_.threads, is_older, &ShownThread::comment);
    return read;
  }

  void add_note(doc::View it) {
    ShownThread thread{.comment = id_of(it.at("id")),
                       .body = std::string(it.at("body").text()),
                       .path = std::string(it.at("path").text())};
    if (thread.comment.empty()) return;
    const bool on_file = it.at("subject_type").text() == "file";
    const bool new_side = it.at("side").text() != "LEFT";
    if (!on_file && new_side) thread.line = line_of(it.at("line"));
    thread.outdated = !on_file && line_of(it.at("line")) == 0;
    by_node_[std::string(it.at("node_id").text())] = thread.comment;
    shown_.threads.push_back(std::move(thread));
  }

  Status read_check() {
    const std::string path =
        "/commits/" + judged() + "/check-runs?filter=latest&check_name=" + percent_encoded(wanted_.name);
    return api_.list(
        path, kReadChecks,
        [&](doc::View it) {
          const std::string_view external = it.at("external_id").text();
          const bool ours = external.starts_with(kOurCheck) && it.at("name").text() == wanted_.name &&
                            it.at("app").at("slug").text() == app_slug_of(self_);
          std::string id = id_of(it.at("id"));
          // The latest is the one that GitHub shows.
          if (ours && !id.empty() && (!shown_.check || is_older(shown_.check->id, id))) {
            shown_.check = {std::move(id), std::string(external), it.at("status").text() == "completed"};
          }
          return true;
        },
        "check_runs");
  }

  // The newest of our context decides; somebody else's is not ours, and is answered by one of ours.
  Status read_status() {
    int seen = 0;
    return api_.list("/commits/" + judged() + "/statuses", kReadStatuses, [&](doc::View it) {
      if (!text::equal_ignoring_case(it.at("context").text(), wanted_.name)) return ++seen < kMostStatuses;
      if (is_self(it.at("creator"), self_)) {
        shown_.status = {std::string(it.at("state").text()), std::string(it.at("description").text()),
                         std::string(it.at("target_url").text())};
      }
      return false;
    });
  }

  // --- threads: only GraphQL knows of them ---

  void read_threads() {
    if (shown_.threads.empty()) return;
    const Status full = read_threads(kThreads, "fullDatabaseId");
    if (full) {
      shown_.may.resolve = may_resolve_ && may_resolve_at_all();
      return;
    }
    const bool unknown_fields = full.error().kind == ErrorKind::bad_input;
    const Status read = unknown_fields ? read_threads(kPlainThreads, "databaseId") : full;
    if (!read) {
      note(read.error());
      shown_.may.resolve = false;
      for (ShownThread& thread : shown_.threads) thread.thread.clear();
    } else {
      // It does not say whether we may; only of a workflow's token it is known that it mostly may not.
      shown_.may.resolve = api_.access().kind == TokenKind::user;
    }
  }

  Status read_threads(std::string_view query, std::string_view id) {
    std::string after;
    for (int page = 0; page < kMostThreadPages; ++page) {
      GP_TRY(const auto answer, api_.graphql(query, variables(after), kReadPulls));
      const doc::View threads = answer.root().at("data").at("repository").at("pullRequest").at("reviewThreads");
      if (!threads.at("nodes").is_array()) {
        return error(ErrorKind::unavailable, "github: the answer holds no review threads");
      }
      for (const doc::View thread : threads.at("nodes").items()) match(thread, id);
      after = threads.at("pageInfo").at("endCursor").text();
      if (threads.at("pageInfo").at("hasNextPage").boolean() != true || after.empty()) break;
    }
    return Done{};
  }

  [[nodiscard]] std::string variables(const std::string& after) const {
    doc::JsonWriter json;
    json.begin_object().field("owner", api_.owner());
    json.field("name", std::string_view(api_.access().repository).substr(api_.owner().size() + 1));
    json.field("number", shown_.request.number).optional_field("after", after).end_object();
    return json.take();
  }

  void match(doc::View thread, std::string_view id) {
    const doc::View root = thread.at("comments").at("nodes").at(0);
    std::string comment = id_of(root.at(id));
    if (comment.empty()) {
      const auto known = by_node_.find(std::string(root.at("id").text()));
      if (known != by_node_.end()) comment = known->second;
    }
    const auto ours = std::ranges::find(shown_.threads, comment, &ShownThread::comment);
    if (comment.empty() || ours == shown_.threads.end()) return;
    ours->thread = thread.at("id").text();
    ours->resolved = thread.at("isResolved").boolean() == true;
    ours->resolved_by_us = ours->resolved && is_self_of_graphql(thread.at("resolvedBy"), self_);
    const bool may =
        thread.at("viewerCanResolve").boolean() == true || thread.at("viewerCanUnresolve").boolean() == true;
    may_resolve_ = may_resolve_ || may;
  }

  // --- abilities ---

  [[nodiscard]] bool app_may_write(const char* permission) const {
    const Installation* const app = api_.installation();
    if (app == nullptr) return true;
    const auto found = app->permissions.find(permission);
    return found != app->permissions.end() && found->second == "write";
  }
  // GitHub ties resolving to writing contents, whatever it says of a thread. A workflow's token has that by choice
  // only, and does not say so unless the repository does.
  bool may_resolve_at_all() {
    if (api_.access().kind == TokenKind::user) return true;
    if (api_.access().kind == TokenKind::github_app) return app_may_write("contents") && app_may_write("pull_requests");
    const auto repository = api_.read("", kReadRepository);
    return repository && repository->root().at("permissions").at("push").boolean() == true;
  }

  [[nodiscard]] publish::Abilities abilities() const {
    const bool request = wanted_.change_request;
    const bool pulls = app_may_write("pull_requests");
    return {.comment = request && pulls,
            .review = request && pulls,
            .resolve = false,
            .check = api_.access().kind != TokenKind::user && app_may_write("checks"),
            .status = app_may_write("statuses"),
            .label = request && pulls,
            .request_review = request && pulls,
            .upload_sarif = app_may_write("security_events"),
            .request_team = api_.access().kind != TokenKind::github_actions,
            .is_app = api_.access().kind == TokenKind::github_app};
  }

  GitHubApi& api_;
  const Wanted& wanted_;
  Self self_;
  Shown shown_;
  std::optional<std::int64_t> changed_files_;
  bool may_resolve_ = false;                    // what GitHub says of our threads
  std::map<std::string, std::string> by_node_;  // node id of a note: its id
};

}  // namespace

Result<publish::Shown> read_shown(GitHubApi& api, const Wanted& wanted, const std::function<Result<Self>()>& self) {
  return Reader(api, wanted).read(self);
}

}  // namespace gatepost::forge
