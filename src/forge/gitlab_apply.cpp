#include "forge/gitlab_apply.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "doc/json_writer.hpp"
#include "forge/answer.hpp"
#include "forge/gitlab_position.hpp"
#include "forge/gitlab_shown.hpp"
#include "publish/marker.hpp"

namespace gatepost::forge {
namespace {

using doc::JsonWriter;
using net::Effect;
using publish::Note;

constexpr Right kComment{"api", "Developer", "write comments"};
constexpr Right kNote{"api", "Developer", "write discussions"};
constexpr Right kResolve{"api", "Developer", "resolve threads"};
constexpr Right kStatus{"api", "Developer", "set commit statuses"};
constexpr Right kCheck{"api", "Developer", "answer external status checks"};
constexpr Right kLabel{"api", "Developer", "change labels"};
constexpr Right kReview{"api", "Developer", "request reviews"};
constexpr std::size_t kLongestUrl = 255;  // of a status
constexpr int kLockTries = 3;
constexpr std::chrono::milliseconds kLocked{3'000};

std::string body_of(std::string_view body) {
  JsonWriter json;
  json.begin_object().field("body", body).end_object();
  return json.take();
}

std::string place_of(const Note& note) {
  std::string place = text::printable(note.new_path);
  if (note.last.new_line > 0) place += ":" + std::to_string(note.last.new_line);
  return place;
}

class Writer {
 public:
  Writer(GitLabApi& api, const GitLabSelf& self, const publish::Shown& shown) : api_(api), self_(self), shown_(shown) {}

  // --- the summary ---

  Result<Applied> operator()(const publish::CreateComment& it) {
    GP_CHECK(check_harmless(it.body));
    GP_TRY(net::Call call, api_.call(request() + "/notes", "POST", body_of(it.body), Effect::notifies));
    call.recover = [&] { return find_comment(it.marker); };
    return said(call, kComment);
  }

  Result<Applied> operator()(const publish::UpdateComment& it) {
    GP_CHECK(check_harmless(it.body));
    GP_TRY(const net::Call call,
           api_.call(request() + "/notes/" + percent_encoded(it.id), "PUT", body_of(it.body), Effect::idempotent));
    return said(call, kComment);
  }

  Result<Applied> operator()(const publish::DeleteComment& it) {
    return remove(request() + "/notes/" + percent_encoded(it.id), kComment);
  }

  // --- notes on lines ---

  // A discussion for each. One that GitLab does not take there is said without a place, so that nothing is lost.
  Result<Applied> operator()(const publish::PostNotes& it) {
    for (const Note& note : it.notes) GP_CHECK(check_harmless(note.body));
    Applied all;
    for (const Note& note : it.notes) {
      GP_TRY(Applied one, post(note));
      if (all.url.empty()) all.url = std::move(one.url);
      std::ranges::move(one.notes, std::back_inserter(all.notes));
    }
    return all;
  }

  Result<Applied> operator()(const publish::UpdateNote& it) {
    GP_CHECK(check_harmless(it.body));
    GP_TRY(const net::Call call,
           api_.call(note_path(it.thread, it.comment), "PUT", body_of(it.body), Effect::idempotent));
    return said(call, kNote);
  }

  // Somebody may have answered since the plan was made; with the note the answer would lose its place.
  Result<Applied> operator()(const publish::DeleteNote& it) {
    GP_TRY(const bool answered, is_answered(it));
    if (answered) return Applied{{}, {std::string(kAnswered)}};
    return remove(note_path(it.thread, it.comment), kNote);
  }

  // That GitLab does not let us is told, and no reason to give up notes.
  Result<Applied> operator()(const publish::ResolveThread& it) {
    if (it.thread.empty()) return Applied{{}, {"a thread is not resolved: GitLab did not say which it is"}};
    JsonWriter json;
    json.begin_object().key("resolved").value(it.resolved).end_object();
    GP_TRY(const net::Call call,
           api_.call(discussions() + "/" + percent_encoded(it.thread), "PUT", json.take(), Effect::idempotent));
    GP_TRY(const net::Response response, api_.send(call));
    if (response.ok()) return Applied{};
    Error why = api_.refused(response, kResolve);
    if (why.kind != ErrorKind::denied && why.kind != ErrorKind::bad_input) return why;
    std::string note = it.resolved ? "a thread is not resolved: " : "a thread is not opened again: ";
    note += why.message;
    if (!why.hint.empty()) note += "; " + why.hint;
    return Applied{{}, {std::move(note)}};
  }

  // --- statuses ---

  // Of our own pipeline: without one GitLab takes the newest of the commit's branch, or makes an external one.
  Result<Applied> operator()(const publish::SetStatus& it) {
    if (!is_commit(it.head)) return error(ErrorKind::usage, "gitlab: a status is set on a commit");
    JsonWriter json;
    json.begin_object().field("state", gitlab_state(it.state)).field("name", it.context);
    json.field("description", it.description);
    if (it.pipeline != 0) json.field("pipeline_id", it.pipeline);
    if (it.target_url.size() <= kLongestUrl) json.optional_field("target_url", it.target_url);
    json.end_object();
    GP_TRY(net::Call call, api_.call("/statuses/" + percent_encoded(it.head), "POST", json.take(), Effect::creates));
    call.recover = [&]() -> Result<std::optional<net::Response>> {
      GP_TRY(const bool holds, status_holds(it, true));
      return holds ? std::optional(net::Response{.status = 201, .body = "{}"}) : std::nullopt;
    };
    GP_TRY(const net::Response response, send_patiently(call));
    if (response.ok()) return Applied{};
    // It went from state to state while we asked, or is there already.
    if (response.status == 400 && said_in(response.body).find("transition") != std::string::npos) {
      GP_TRY(const bool holds, status_holds(it, false));
      if (holds) return Applied{};
    }
    return api_.refused(response, kStatus);
  }

  Result<Applied> operator()(const publish::AnswerExternalCheck& it) {
    JsonWriter json;
    json.begin_object().field("sha", it.head).field("external_status_check_id", it.id);
    json.field("status", it.passed ? "passed" : "failed").end_object();
    GP_TRY(const net::Call call,
           api_.call(request() + "/status_check_responses", "POST", json.take(), Effect::idempotent));
    GP_TRY(const net::Response response, api_.send(call));
    if (response.ok()) return Applied{};
    if (response.status == 401) {
      return error(
          ErrorKind::denied, "gitlab: the external status check " + std::to_string(it.id) + " cannot be answered (401)",
          "external status checks need the licence Ultimate: without it leave external_check out of .gatepost.yml");
    }
    return api_.refused(response, kCheck);
  }

  Result<Applied> operator()(const publish::WriteCheckRun&) {
    return error(ErrorKind::usage, "gitlab: there are no check runs; only GitHub has them");
  }
  Result<Applied> operator()(const publish::UploadSarif&) {
    return error(ErrorKind::usage, "gitlab: SARIF is not uploaded; only GitHub takes it");
  }

  // --- labels, reviewers ---

  Result<Applied> operator()(const publish::ChangeLabels& it) {
    Applied applied;
    JsonWriter json;
    json.begin_object();
    json.optional_field("add_labels", labels_of(it.add, applied));
    json.optional_field("remove_labels", labels_of(it.remove, applied));
    json.end_object();
    if (json.text() == "{}") return applied;
    GP_TRY(const net::Call call, api_.call(request(), "PUT", json.take(), Effect::idempotent));
    GP_CHECK(api_.ask(call, kLabel));
    return applied;
  }

  // GitLab takes the whole list: those who are there stay. Of a group only members can be asked.
  Result<Applied> operator()(const publish::RequestReviews& it) {
    Applied applied;
    for (const std::string& team : it.teams) {
      applied.notes.push_back("no review is asked of the group " + text::printable(team) + ": GitLab asks people only");
    }
    std::vector<Person> asked;
    for (const std::string& name : it.people) {
      GP_TRY(auto person, find_person(name));
      if (person) {
        asked.push_back(*std::move(person));
      } else {
        applied.notes.push_back(not_asked(name, "GitLab knows no such user"));
      }
    }
    if (asked.empty()) return applied;
    GP_TRY(const auto now, api_.read(request(), kReview));
    std::erase_if(asked, [&](const Person& one) { return is_reviewer(now.root(), one.id); });
    if (asked.empty()) return applied;
    GP_TRY(const auto after, set_reviewers(now.root(), asked));
    for (const Person& person : asked) {
      if (!is_reviewer(after.root(), person.id)) {
        applied.notes.push_back(not_asked(
            person.name, "GitLab did not take it; is it a member of the project, and does the licence allow several?"));
      }
    }
    return applied;
  }

 private:
  struct Person {
    std::uint64_t id = 0;
    std::string name;
  };

  [[nodiscard]] std::string request() const { return "/merge_requests/" + std::to_string(shown_.request.number); }
  [[nodiscard]] std::string discussions() const { return request() + "/discussions"; }
  [[nodiscard]] std::string note_path(const std::string& thread, const std::string& note) const {
    const std::string below = thread.empty() ? request() : discussions() + "/" + percent_encoded(thread);
    return below + "/notes/" + percent_encoded(note);
  }

  // --- what is said ---

  // 202: what we said was taken for commands, and nothing was written.
  Result<Applied> said(const net::Call& call, const Right& right) {
    GP_TRY(const net::Response response, api_.ask(call, right));
    return applied_of(response);
  }

  [[nodiscard]] Result<Applied> applied_of(const net::Response& response) const {
    // It is done, whatever the answer looks like.
    const auto answer = json_of(response, "gitlab");
    const doc::View thing = answer ? answer->root() : doc::View();
    if (response.status == 202) {
      return error(ErrorKind::bad_input, "gitlab: what was to be said was taken for commands, and nothing was written");
    }
    const std::string note = id_of(thing.at("notes").is_array() ? thing.at("notes").at(0).at("id") : thing.at("id"));
    if (note.empty() || api_.page().empty()) return Applied{api_.page(), {}};
    return Applied{api_.page() + "#note_" + note, {}};
  }

  Result<Applied> post(const Note& note) {
    const auto& files = shown_.request.files;
    const auto file = std::ranges::find(files, note.new_path, &publish::ShownFile::new_path);
    if (file == files.end()) return post_without_place(note, "gitlab: the diff does not have the file");
    const GitLabPosition position = gitlab_position(note, *file);
    JsonWriter json;
    json.begin_object().field("body", note.body).key("position");
    write_position(json, position, shown_.request);
    json.end_object();
    GP_TRY(const net::Response response, post_discussion(note, json.take()));
    if (response.status == 400) return post_without_place(note, api_.refused(response, kNote).message);
    if (!response.ok()) return api_.refused(response, kNote);
    GP_TRY(Applied applied, applied_of(response));
    if (!position.on_lines && note.last.new_line != 0) {
      applied.notes.push_back("the note on " + place_of(note) +
                              " is on the file as a whole: the diff does not show its lines");
    }
    return applied;
  }

  Result<Applied> post_without_place(const Note& note, std::string_view why) {
    GP_TRY(const net::Response response, post_discussion(note, body_of(note.body)));
    if (!response.ok()) return api_.refused(response, kNote);
    GP_TRY(Applied applied, applied_of(response));
    applied.notes.push_back("the note on " + place_of(note) + " is not beside its line: " + std::string(why));
    return applied;
  }

  Result<net::Response> post_discussion(const Note& note, std::string body) {
    GP_TRY(net::Call call, api_.call(discussions(), "POST", std::move(body), Effect::notifies));
    call.recover = [&] { return find_note(note.marker); };
    return api_.send(call);
  }

  Result<bool> is_answered(const publish::DeleteNote& it) {
    bool answered = false;
    GP_CHECK(api_.list(discussions(), kNote, [&](doc::View discussion) {
      const auto notes = discussion.at("notes").items();
      if (id_of(discussion.at("notes").at(0).at("id")) != it.comment) return true;
      answered =
          std::any_of(notes.begin(), notes.end(), [&](doc::View note) { return is_reply_of_others(note, self_); });
      return false;
    }));
    return answered;
  }

  // What is gone already is gone.
  Result<Applied> remove(const std::string& path, const Right& right) {
    GP_TRY(const net::Call call, api_.call(path, "DELETE", {}, Effect::idempotent));
    GP_TRY(const net::Response response, api_.send(call));
    if (!response.ok() && response.status != 404 && response.status != 410) return api_.refused(response, right);
    return Applied{};
  }

  // --- what an answer that was lost has done ---

  static net::Response found_again(doc::View note) {
    JsonWriter json;
    json.begin_object().field("id", id_of(note.at("id"))).end_object();
    return {.status = 201, .headers = {}, .body = json.take(), .url = {}};
  }

  template <class Known, class Id>
  static bool is_known(const std::vector<Known>& known, Id id, doc::View note) {
    return std::ranges::find(known, id_of(note.at("id")), id) != known.end();
  }

  Result<std::optional<net::Response>> find_comment(const std::string& marker) {
    std::optional<net::Response> found;
    GP_CHECK(api_.list(request() + "/notes?sort=desc&order_by=created_at", kComment, [&](doc::View note) {
      const bool known = is_known(shown_.comments, &publish::ShownComment::id, note);
      const bool ours = is_self(note.at("author"), self_) && publish::first_line(note.at("body").text()) == marker;
      if (ours && !known) found = found_again(note);
      return !found;
    }));
    return found;
  }

  Result<std::optional<net::Response>> find_note(const std::string& marker) {
    std::optional<net::Response> found;
    GP_CHECK(api_.list(discussions(), kNote, [&](doc::View discussion) {
      const doc::View note = discussion.at("notes").at(0);
      const bool known = is_known(shown_.threads, &publish::ShownThread::comment, note);
      const bool ours = is_self(note.at("author"), self_) && publish::first_line(note.at("body").text()) == marker;
      if (ours && !known) found = found_again(note);
      return !found;
    }));
    return found;
  }

  // --- statuses ---

  // Another one is being written at this moment.
  Result<net::Response> send_patiently(const net::Call& call) {
    for (int tried = 1;; ++tried) {
      GP_TRY(net::Response response, api_.send(call));
      if (response.status != 409 || tried == kLockTries) return response;
      api_.sleep(kLocked);
    }
  }

  Result<bool> status_holds(const publish::SetStatus& it, bool in_all) {
    GP_TRY(const auto newest, newest_status(api_, it.head, it.context, self_));
    if (!newest || gitlab_state(newest->status.state) != gitlab_state(it.state)) return false;
    return !in_all || (newest->ours && newest->status.description == it.description);
  }

  // --- labels, reviewers ---

  // One text, apart by commas.
  static std::string labels_of(const std::vector<std::string>& labels, Applied& applied) {
    std::string all;
    for (const std::string& label : labels) {
      if (label.find(',') != std::string::npos) {
        applied.notes.push_back("the label \"" + text::printable(label) + "\" is left out: GitLab allows no comma");
      } else if (!label.empty()) {
        all += (all.empty() ? "" : ",") + label;
      }
    }
    return all;
  }

  static std::string not_asked(std::string_view name, std::string_view why) {
    return "no review is asked of @" + text::printable(name) + ": " + std::string(why);
  }

  Result<std::optional<Person>> find_person(const std::string& name) {
    GP_TRY(const auto users, api_.read_global("/users?username=" + percent_encoded(name), kReview));
    for (const doc::View user : users.root().items()) {
      const auto id = number_of(user.at("id"));
      if (id && text::equal_ignoring_case(user.at("username").text(), name)) return std::optional(Person{*id, name});
    }
    return std::optional<Person>();
  }

  static bool is_reviewer(doc::View request, std::uint64_t id) {
    const auto reviewers = request.at("reviewers").items();
    return std::any_of(reviewers.begin(), reviewers.end(), [&](doc::View it) { return number_of(it.at("id")) == id; });
  }

  Result<doc::Document> set_reviewers(doc::View now, const std::vector<Person>& asked) {
    JsonWriter json;
    json.begin_object().key("reviewer_ids").begin_array();
    for (const doc::View user : now.at("reviewers").items()) {
      if (const auto id = number_of(user.at("id"))) json.value(*id);
    }
    for (const Person& person : asked) json.value(person.id);
    json.end_array().end_object();
    GP_TRY(const net::Call call, api_.call(request(), "PUT", json.take(), Effect::idempotent));
    GP_TRY(const net::Response response, api_.ask(call, kReview));
    return json_of(response, "gitlab: request reviews");
  }

  GitLabApi& api_;
  const GitLabSelf& self_;
  const publish::Shown& shown_;
};

}  // namespace

Status check_harmless(std::string_view body) {
  bool begins = true;
  for (const char c : body) {
    if (c == '\r') continue;
    if (begins && c == '/') {
      return error(ErrorKind::bad_input,
                   "gitlab: not sent, because one of its lines begins with \"/\", which GitLab would carry out");
    }
    begins = c == '\n';
  }
  return Done{};
}

Result<Applied> carry_out(GitLabApi& api, const GitLabSelf& self, const publish::Action& action,
                          const publish::Shown& shown) {
  if (api.is_job()) return error(ErrorKind::denied, std::string(kJobTokenReports), std::string(kJobTokenHint));
  Writer writer(api, self, shown);
  return std::visit([&](const auto& what) -> Result<Applied> { return writer(what); }, action.what);
}

}  // namespace gatepost::forge
