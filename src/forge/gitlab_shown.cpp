#include "forge/gitlab_shown.hpp"

#include <algorithm>
#include <utility>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "forge/answer.hpp"
#include "publish/marker.hpp"

namespace gatepost::forge {
namespace {

using publish::Shown;
using publish::ShownComment;
using publish::ShownFile;
using publish::ShownThread;

constexpr Right kReadRequests{"read_api", "Reporter", "read merge requests"};
constexpr Right kReadDiffs{"read_api", "Reporter", "read the changes of merge requests"};
constexpr Right kReadNotes{"read_api", "Reporter", "read discussions"};
constexpr Right kReadStatuses{"read_api", "Reporter", "read commit statuses"};
constexpr Right kReadChecks{"read_api", "Reporter", "read external status checks"};
constexpr std::size_t kMostFiles = 5'000;
constexpr int kMostStatuses = 1'000;
// A merge request is shown before its diff is ready.
constexpr int kPolls = 5;
constexpr std::chrono::milliseconds kBetweenPolls{2'000};

std::string_view first_of(doc::View it, std::string_view name, std::string_view other) {
  const std::string_view text = it.at(name).text();
  return text.empty() ? it.at(other).text() : text;
}

// Its lines, when the diff is shown: not for binary files, and not for what is too much.
void read_lines(doc::View it, ShownFile& file) {
  const std::string_view diff = it.at("diff").text();
  const bool left_out = it.at("collapsed").boolean() == true || it.at("too_large").boolean() == true;
  if (left_out || diff.empty()) {
    // A renamed file of the same content, or one whose mode changed, has no lines to show.
    const bool same_lines = it.at("renamed_file").boolean() == true || it.at("a_mode").text() != it.at("b_mode").text();
    file.lines_known = !left_out && same_lines && !file.added && !file.deleted;
    return;
  }
  auto hunks = publish::parse_patch(diff);
  file.lines_known = hunks.has_value();
  if (hunks) file.hunks = *std::move(hunks);
}

ShownFile file_of(doc::View it) {
  ShownFile file{.old_path = std::string(first_of(it, "old_path", "new_path")),
                 .new_path = std::string(first_of(it, "new_path", "old_path")),
                 .added = it.at("new_file").boolean() == true,
                 .deleted = it.at("deleted_file").boolean() == true};
  read_lines(it, file);
  return file;
}

// The fork may be gone.
bool is_fork(doc::View request) {
  const auto source = number_of(request.at("source_project_id")), target = number_of(request.at("target_project_id"));
  return !source || source != target;
}

std::string_view github_state(std::string_view status) {
  if (status == "failed") return "failure";
  return status == "running" ? std::string_view("pending") : status;
}

// It becomes part of addresses.
std::string discussion_of(doc::View discussion) {
  const std::string_view id = discussion.at("id").text();
  return std::ranges::all_of(id, text::is_alnum) ? std::string(id) : std::string();
}

class Reader {
 public:
  Reader(GitLabApi& api, const Wanted& wanted) : api_(api), wanted_(wanted) {}

  Result<Shown> read(const std::function<Result<GitLabSelf>()>& find_self) {
    shown_.may = abilities();
    if (wanted_.change_request) {
      GP_CHECK(read_request());
    } else {
      shown_.request.head = wanted_.head;
    }
    if (api_.is_job()) return only_read();
    auto self = find_self();
    if (self) {
      self_ = *std::move(self);
      read_ours();
    } else {
      // Whose words are whose cannot be told: ours would be written again and again.
      note(self.error());
      shown_.may.comment = shown_.may.review = false;
    }
    if (wanted_.change_request) read_files();
    return std::move(shown_);
  }

 private:
  // What the token of a job may not ask is not asked, and nobody's words are ours.
  Result<Shown> only_read() {
    shown_.request.files_complete = !wanted_.change_request;
    shown_.notes.push_back(std::string(kJobTokenReports) + "; " + std::string(kJobTokenHint));
    return std::move(shown_);
  }

  void note(const Error& why) { shown_.notes.push_back(sentence_of(why)); }
  bool worked(const Status& status) {
    if (!status) note(status.error());
    return status.ok();
  }
  [[nodiscard]] std::string path() const { return "/merge_requests/" + std::to_string(shown_.request.number); }
  [[nodiscard]] const std::string& judged() const { return wanted_.head.empty() ? shown_.request.head : wanted_.head; }

  // --- the merge request ---

  Status read_request() {
    publish::ChangeRequest& request = shown_.request;
    request.number = wanted_.number;
    if (request.number == 0) {
      GP_TRY(request.number, find_merge_request(api_, wanted_));
    }
    for (int poll = 0;; ++poll) {
      GP_TRY(const auto document, api_.read(path(), kReadRequests));
      describe(document.root());
      if (request.head.empty()) {
        return error(ErrorKind::unavailable,
                     "gitlab: the answer does not name the newest commit of !" + std::to_string(request.number));
      }
      if (read_commits(document.root().at("diff_refs"))) break;
      if (poll == kPolls) {
        not_ready();
        break;
      }
      api_.sleep(kBetweenPolls);
    }
    if (wanted_.number == 0 && request.head != wanted_.head) {
      return error(ErrorKind::conflict, "gitlab: !" + std::to_string(request.number) + " was pushed to a moment ago",
                   "the run for the newest commit will publish");
    }
    return Done{};
  }

  void describe(doc::View it) {
    publish::ChangeRequest& request = shown_.request;
    request.head = commit_of(it.at("sha"));
    request.target_branch = it.at("target_branch").text();
    request.author = it.at("author").at("username").text();
    const std::string_view state = it.at("state").text();
    request.open = state.empty() || state == "opened";
    request.from_fork = is_fork(it);
    changed_files_ = it.at("changes_count").scalar();
    shown_.labels.clear();
    shown_.reviewers.clear();
    for (const doc::View label : it.at("labels").items()) {
      const std::string_view name = label.is_object() ? label.at("name").text() : label.text();
      if (!name.empty()) shown_.labels.emplace_back(name);
    }
    for (const doc::View user : it.at("reviewers").items()) {
      if (!user.at("username").text().empty()) shown_.reviewers.emplace_back(user.at("username").text());
    }
    std::ranges::sort(shown_.labels);
    std::ranges::sort(shown_.reviewers);
    api_.remember_page(it.at("web_url").text());
  }

  // The commits that notes on lines have to name: of the newest version, which must be that of the head. False as long
  // as GitLab has not compared them.
  bool read_commits(doc::View diff_refs) {
    if (commit_of(diff_refs.at("head_sha")) != shown_.request.head) return false;
    take_commits(diff_refs, "base_sha", "start_sha");
    if (api_.is_job()) return true;
    bool same_head = false;
    const Status read = api_.list(path() + "/versions", kReadDiffs, [&](doc::View version) {
      same_head = commit_of(version.at("head_commit_sha")) == shown_.request.head;
      if (same_head) take_commits(version, "base_commit_sha", "start_commit_sha");
      return false;
    });
    return !worked(read) || same_head;
  }
  void take_commits(doc::View it, std::string_view base, std::string_view start) {
    shown_.request.base = commit_of(it.at(base));
    shown_.request.start = commit_of(it.at(start));
  }

  void not_ready() {
    shown_.notes.push_back("gitlab: the changes of !" + std::to_string(shown_.request.number) +
                           " are not ready yet, so no notes are put on their lines");
    shown_.may.review = false;
  }

  void read_files() {
    publish::ChangeRequest& request = shown_.request;
    bool overflow = false;
    const auto each = [&](doc::View it) {
      ShownFile file = file_of(it);
      if (!file.new_path.empty()) request.files.push_back(std::move(file));
      return request.files.size() < kMostFiles;
    };
    Status read = api_.list(path() + "/diffs", kReadDiffs, each);
    if (!read && read.error().kind == ErrorKind::denied) {
      // Before 15.7 there was another way; what is wrong with this one is told when that is wrong, too.
      request.files.clear();
      const auto whole = [&](doc::View it) { overflow = overflow || it.at("overflow").boolean() == true; };
      if (const Status old = api_.list(path() + "/changes", kReadDiffs, each, "changes", whole)) read = Done{};
    }
    request.files_complete = worked(read) && !overflow && has_all_files();
    std::ranges::sort(request.files, {}, &ShownFile::new_path);
  }

  // The count is a text: "1000+" when there are more than GitLab counts.
  [[nodiscard]] bool has_all_files() const {
    const std::size_t listed = shown_.request.files.size();
    if (changed_files_.empty()) return listed < kMostFiles;
    const auto count = text::parse_number(changed_files_);
    return count && *count <= listed;
  }

  // --- what is ours ---

  void read_ours() {
    if (wanted_.change_request) {
      if (!worked(read_discussions())) {
        shown_.threads.clear();
        shown_.comments.clear();
        shown_.may.comment = shown_.may.review = false;
      }
      read_external_check();
    }
    if (judged().empty()) return;
    auto status = newest_status(api_, judged(), wanted_.name, self_);
    if (!status) {
      note(status.error());
    } else if (*status && (*status)->ours) {
      shown_.status = std::move((*status)->status);
    }
  }

  // All notes, those that belong to no discussion among them.
  Status read_discussions() {
    Status read = api_.list(path() + "/discussions", kReadNotes, [&](doc::View discussion) {
      const doc::View first = discussion.at("notes").at(0);
      if (!is_self(first.at("author"), self_) || id_of(first.at("id")).empty()) return true;
      const std::string_view body = first.at("body").text();
      if (publish::is_summary(body, wanted_.name)) {
        shown_.comments.push_back({id_of(first.at("id")), std::string(body)});
      } else if (publish::is_note(body, wanted_.name)) {
        add_thread(discussion, first);
      }
      return true;
    });
    std::ranges::sort(shown_.comments, is_older, &ShownComment::id);
    std::ranges::sort(shown_.threads, is_older, &ShownThread::comment);
    return read;
  }

  void add_thread(doc::View discussion, doc::View first) {
    const doc::View position = first.at("position");
    ShownThread thread{.thread = discussion_of(discussion),
                       .comment = id_of(first.at("id")),
                       .body = std::string(first.at("body").text()),
                       .path = std::string(first_of(position, "new_path", "old_path")),
                       .resolved = first.at("resolved").boolean() == true,
                       .resolved_by_us = is_self(first.at("resolved_by"), self_)};
    if (position.at("position_type").text() == "text") {
      // It moves along with its line, from version to version, until that is gone.
      thread.outdated = commit_of(position.at("head_sha")) != shown_.request.head;
      if (!thread.outdated) thread.line = line_of(position.at("new_line"));
    }
    for (const doc::View reply : discussion.at("notes").items()) {
      if (is_reply_of_others(reply, self_)) thread.has_replies = true;
    }
    shown_.threads.push_back(std::move(thread));
  }

  void read_external_check() {
    if (wanted_.external_check == 0) return;
    worked(api_.list(path() + "/status_checks", kReadChecks, [&](doc::View check) {
      if (number_of(check.at("id")) != wanted_.external_check) return true;
      const std::string_view status = check.at("status").text();
      if (status == "passed" || status == "failed") shown_.external_check = status == "passed";
      return false;
    }));
  }

  [[nodiscard]] publish::Abilities abilities() const {
    const bool may = !api_.is_job(), request = may && wanted_.change_request;
    return {.comment = request,
            .review = request,
            .resolve = request,
            .check = false,
            .status = may,
            .label = request,
            .request_review = request,
            .upload_sarif = false,
            .is_app = false};
  }

  GitLabApi& api_;
  const Wanted& wanted_;
  GitLabSelf self_;
  Shown shown_;
  std::string changed_files_;
};

}  // namespace

Result<publish::Shown> read_shown(GitLabApi& api, const Wanted& wanted,
                                  const std::function<Result<GitLabSelf>()>& find_self) {
  return Reader(api, wanted).read(find_self);
}

Result<std::optional<GitLabStatus>> newest_status(GitLabApi& api, const std::string& commit, std::string_view name,
                                                  const GitLabSelf& self) {
  std::optional<GitLabStatus> newest;
  std::string newest_id;
  int seen = 0;
  const std::string path = "/repository/commits/" + percent_encoded(commit) + "/statuses?name=" + percent_encoded(name);
  GP_CHECK(api.list(path, kReadStatuses, [&](doc::View it) {
    std::string id = id_of(it.at("id"));
    // Jobs of pipelines have statuses, too; of one name the newest counts.
    if (it.at("name").text() == name && !id.empty() && (!newest || is_older(newest_id, id))) {
      newest = {{std::string(github_state(it.at("status").text())), std::string(it.at("description").text()),
                 std::string(it.at("target_url").text())},
                is_self(it.at("author"), self)};
      newest_id = std::move(id);
    }
    return ++seen < kMostStatuses;
  }));
  return newest;
}

bool is_reply_of_others(doc::View note, const GitLabSelf& self) {
  return note.at("system").boolean() != true && !is_self(note.at("author"), self);
}

std::string_view gitlab_state(std::string_view state) {
  return state == "failure" || state == "error" ? std::string_view("failed") : state;
}

}  // namespace gatepost::forge
