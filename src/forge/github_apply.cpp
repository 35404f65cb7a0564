#include "forge/github_apply.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/overloaded.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "doc/json_writer.hpp"
#include "forge/answer.hpp"
#include "net/url.hpp"
#include "publish/marker.hpp"

namespace gatepost::forge {
namespace {

using doc::JsonWriter;
using net::Effect;
using publish::Note;

constexpr Grant kComment{"pull-requests", "write", "write comments"};
constexpr Grant kNote{"pull-requests", "write", "write review comments"};
constexpr Grant kResolve{"contents", "write", "resolve threads"};
constexpr Grant kStatus{"statuses", "write", "set commit statuses"};
constexpr Grant kLabel{"pull-requests", "write", "change labels"};
constexpr Grant kReview{"pull-requests", "write", "request reviews"};
constexpr std::size_t kMostSingleRequests = 5;
constexpr std::string_view kTeamHint =
    "the team needs access to the repository, and the token has to see it: for an App the organization permission "
    "\"members: read\", for a classic token the scope \"read:org\"";

std::string body_of(std::string_view body) {
  JsonWriter json;
  json.begin_object().field("body", body).end_object();
  return json.take();
}

void write_list(JsonWriter& json, std::string_view key, const std::vector<std::string>& items) {
  json.key(key).begin_array();
  for (const std::string& item : items) json.value(item);
  json.end_array();
}

// How a note can be attached.
enum class Hold : std::uint8_t { lines, file, nothing };

Hold hold_of(const Note& note, const publish::Shown& shown) {
  const auto& files = shown.request.files;
  const auto file = std::ranges::find(files, note.new_path, &publish::ShownFile::new_path);
  if (file == files.end() || file->deleted) return Hold::nothing;
  if (note.last.new_line == 0 || !file->lines_known) return Hold::file;
  const auto last = publish::find_new_line(file->hunks, note.last.new_line);
  if (!last) return Hold::file;
  if (note.first.new_line == 0 || note.first.new_line >= note.last.new_line) return Hold::lines;
  const auto first = publish::find_new_line(file->hunks, note.first.new_line);
  return first && first->hunk == last->hunk ? Hold::lines : Hold::file;
}

void write_note(JsonWriter& json, const Note& note) {
  json.begin_object().field("path", note.new_path).field("body", note.body);
  json.field("line", note.last.new_line).field("side", "RIGHT");
  if (note.first.new_line != 0 && note.first.new_line < note.last.new_line) {
    json.field("start_line", note.first.new_line).field("start_side", "RIGHT");
  }
  json.end_object();
}

class Writer {
 public:
  Writer(GitHubApi& api, const Self& self, const publish::Shown& shown) : api_(api), self_(self), shown_(shown) {}

  // --- the summary ---

  Result<Applied> operator()(const publish::CreateComment& it) {
    const std::string path = issue() + "/comments";
    GP_TRY(net::Call call, api_.call(path, "POST", body_of(it.body), Effect::notifies));
    call.recover = [&] {
      return find(path, [&](doc::View comment) {
        return publish::first_line(comment.at("body").text()) == it.marker && !is_shown(comment, shown_.comments);
      });
    };
    return write(call, kComment);
  }

  Result<Applied> operator()(const publish::UpdateComment& it) {
    return change("/issues/comments/" + it.id, "PATCH", body_of(it.body), kComment);
  }

  Result<Applied> operator()(const publish::DeleteComment& it) { return remove("/issues/comments/" + it.id, kComment); }

  // --- notes on lines ---

  // One review, one notification. Files as a whole cannot be part of it.
  Result<Applied> operator()(const publish::PostNotes& it) {
    std::vector<const Note*> on_lines, on_files;
    for (const Note& note : it.notes) {
      const Hold hold = hold_of(note, shown_);
      if (hold == Hold::nothing) {
        return error(ErrorKind::conflict, "github: " + text::printable(note.new_path) + " is not among the files of #" +
                                              std::to_string(shown_.request.number) + ", so it takes no note");
      }
      (hold == Hold::lines ? on_lines : on_files).push_back(&note);
    }
    Applied all;
    if (!on_lines.empty()) {
      GP_TRY(all, post_review(on_lines));
    }
    for (const Note* const note : on_files) {
      GP_TRY(Applied one, post_on_file(*note));
      if (all.url.empty()) all.url = std::move(one.url);
      if (note->last.new_line != 0) {
        all.notes.push_back("the note on " + text::printable(note->new_path) + ":" +
                            std::to_string(note->last.new_line) +
                            " is on the file as a whole: the diff does not show that line");
      }
    }
    return all;
  }

  Result<Applied> operator()(const publish::UpdateNote& it) {
    return change("/pulls/comments/" + it.comment, "PATCH", body_of(it.body), kNote);
  }

  // Somebody may have answered since the plan was made; with the note the answer would lose its place.
  Result<Applied> operator()(const publish::DeleteNote& it) {
    bool answered = false;
    GP_CHECK(api_.list(pull() + "/comments", kNote, [&](doc::View comment) {
      answered = id_of(comment.at("in_reply_to_id")) == it.comment && !is_self(comment.at("user"), self_);
      return !answered;
    }));
    if (answered) return Applied{{}, {std::string(kAnswered)}};
    return remove("/pulls/comments/" + it.comment, kNote);
  }

  // That GitHub does not let us is told, and no reason to give up notes: it ties this to writing contents.
  Result<Applied> operator()(const publish::ResolveThread& it) {
    JsonWriter json;
    json.begin_object().field("id", it.thread).end_object();
    const std::string name = it.resolved ? "resolveReviewThread" : "unresolveReviewThread";
    const auto answer = api_.graphql("mutation($id:ID!){" + name + "(input:{threadId:$id}){thread{id isResolved}}}",
                                     json.text(), kResolve, Effect::idempotent);
    if (!answer && answer.error().kind != ErrorKind::denied) return answer.error();
    const bool done =
        answer && answer->root().at("data").at(name).at("thread").at("isResolved").boolean() == it.resolved;
    if (done) return Applied{};
    std::string note = it.resolved ? "a thread is not resolved" : "a thread is not opened again";
    if (!answer) note += ": " + answer.error().message + "; " + answer.error().hint;
    return Applied{{}, {std::move(note)}};
  }

  // --- check run, status ---

  Result<Applied> operator()(const publish::WriteCheckRun& it) { return write_check_run(api_, it, shown_); }

  Result<Applied> operator()(const publish::SetStatus& it) {
    if (!is_commit(it.head)) return error(ErrorKind::usage, "github: a status is set on a commit");
    JsonWriter json;
    json.begin_object().field("state", it.state).field("context", it.context);
    json.field("description", it.description).optional_field("target_url", it.target_url).end_object();
    // Said twice it says the same.
    return change("/statuses/" + it.head, "POST", json.take(), kStatus);
  }

  Result<Applied> operator()(const publish::AnswerExternalCheck&) {
    return error(ErrorKind::usage, "github: there are no external status checks; only GitLab has them");
  }

  // --- labels, reviewers ---

  Result<Applied> operator()(const publish::ChangeLabels& it) {
    if (!it.add.empty()) {
      JsonWriter json;
      json.begin_object();
      write_list(json, "labels", it.add);
      json.end_object();
      GP_CHECK(change(issue() + "/labels", "POST", json.take(), kLabel));
    }
    for (const std::string& label : it.remove) {
      if (has_dot_segment(label)) continue;  // it would be another address; no such label is ours
      GP_CHECK(remove(issue() + "/labels/" + percent_encoded(label), kLabel));
    }
    return Applied{};
  }

  // One name that GitHub does not take refuses them all: then without the teams, then one by one.
  Result<Applied> operator()(const publish::RequestReviews& it) {
    const std::vector<std::string> people = not_yet(it.people, ""), teams = not_yet(it.teams, api_.owner() + "/");
    if (people.empty() && teams.empty()) return Applied{};
    auto all = request(people, teams);
    if (all) return all;
    Error why = std::move(all).error();
    if (people.empty() && why.kind == ErrorKind::denied) why.hint = kTeamHint;
    if (people.size() + teams.size() < 2) return why;
    if (!teams.empty() && !people.empty() && is_about_a_name(why)) {
      auto without = request(people, {});
      if (without) {
        leave_out(*without, teams, why, api_.owner() + "/");
        return without;
      }
      why = std::move(without).error();
    }
    if (why.kind != ErrorKind::bad_input) return why;
    return one_by_one(people, teams, std::move(why));
  }

 private:
  [[nodiscard]] std::string issue() const { return "/issues/" + std::to_string(shown_.request.number); }
  [[nodiscard]] std::string pull() const { return "/pulls/" + std::to_string(shown_.request.number); }

  Result<Applied> write(const net::Call& call, const Grant& grant) {
    GP_TRY(const net::Response response, api_.ask(call, grant));
    // It is done, whatever the answer looks like.
    const auto answer = json_of(response, "github");
    return Applied{answer ? page_of(answer->root()) : std::string(), {}};
  }

  Result<Applied> change(std::string_view path, std::string method, std::string body, const Grant& grant) {
    GP_TRY(const net::Call call, api_.call(path, std::move(method), std::move(body), Effect::idempotent));
    return write(call, grant);
  }

  // What is gone already is gone.
  Result<Applied> remove(std::string_view path, const Grant& grant) {
    GP_TRY(const net::Call call, api_.call(path, "DELETE", {}, Effect::idempotent));
    GP_TRY(const net::Response response, api_.send(call));
    if (!response.ok() && response.status != 404 && response.status != 410) return api_.refused(response, grant);
    return Applied{};
  }

  template <class Known>
  static bool is_shown(doc::View thing, const std::vector<Known>& known) {
    const std::string id = id_of(thing.at("id"));
    return std::ranges::any_of(known, [&](const Known& it) {
      if constexpr (requires { it.comment; }) {
        return it.comment == id;
      } else {
        return it.id == id;
      }
    });
  }

  // The first of ours in a list for which `fits` holds.
  Result<std::optional<net::Response>> find(const std::string& path, const std::function<bool(doc::View)>& fits) {
    std::optional<net::Response> found;
    GP_CHECK(api_.list(path, kComment, [&](doc::View thing) {
      if (is_self(thing.at("user"), self_) && fits(thing)) found = found_again(thing);
      return !found;
    }));
    return found;
  }

  Result<std::optional<net::Response>> find_note(const Note& note) {
    return find(pull() + "/comments", [&](doc::View comment) {
      return publish::first_line(comment.at("body").text()) == note.marker && !is_shown(comment, shown_.threads);
    });
  }

  Result<Applied> post_review(const std::vector<const Note*>& notes) {
    JsonWriter json;
    json.begin_object().field("commit_id", shown_.request.head).field("event", "COMMENT");
    json.field("body", "gatepost: " + text::count_of(notes.size(), "note") + " on the lines of this change.");
    json.key("comments").begin_array();
    for (const Note* const note : notes) write_note(json, *note);
    json.end_array().end_object();
    GP_TRY(net::Call call, api_.call(pull() + "/reviews", "POST", json.take(), Effect::notifies));
    // GitHub takes all of a review or nothing.
    call.recover = [&] { return find_note(*notes.front()); };
    return write(call, kNote);
  }

  Result<Applied> post_on_file(const Note& note) {
    JsonWriter json;
    json.begin_object().field("body", note.body).field("commit_id", shown_.request.head);
    json.field("path", note.new_path).field("subject_type", "file").end_object();
    GP_TRY(net::Call call, api_.call(pull() + "/comments", "POST", json.take(), Effect::notifies));
    call.recover = [&] { return find_note(note); };
    return write(call, kNote);
  }

  // Without those who were asked before, and without the author, who cannot be.
  [[nodiscard]] std::vector<std::string> not_yet(const std::vector<std::string>& names,
                                                 const std::string& prefix) const {
    std::vector<std::string> left;
    for (const std::string& name : names) {
      const auto same = [&](const std::string& other) { return text::equal_ignoring_case(prefix + name, other); };
      if (!std::ranges::any_of(shown_.reviewers, same) && !same(shown_.request.author)) left.push_back(name);
    }
    return left;
  }

  Result<Applied> request(const std::vector<std::string>& people, const std::vector<std::string>& teams) {
    JsonWriter json;
    json.begin_object();
    if (!people.empty()) write_list(json, "reviewers", people);
    if (!teams.empty()) write_list(json, "team_reviewers", teams);
    json.end_object();
    const std::string path = pull() + "/requested_reviewers";
    GP_TRY(net::Call call, api_.call(path, "POST", json.take(), Effect::notifies));
    call.recover = [&]() -> Result<std::optional<net::Response>> {
      GP_TRY(const auto now, api_.read(path, kReview));
      const auto asked = [&](std::string_view list, std::string_view key, const std::string& name) {
        const auto items = now.root().at(list).items();
        return std::any_of(items.begin(), items.end(),
                           [&](doc::View it) { return text::equal_ignoring_case(it.at(key).text(), name); });
      };
      const bool all = std::ranges::all_of(people, [&](const auto& it) { return asked("users", "login", it); }) &&
                       std::ranges::all_of(teams, [&](const auto& it) { return asked("teams", "slug", it); });
      return all ? std::optional(net::Response{.status = 201, .body = "{}"}) : std::nullopt;
    };
    GP_CHECK(write(call, kReview));
    return Applied{};
  }

  // 422 for who is no collaborator; 403 and 404 may be for a team that our token cannot see.
  static bool is_about_a_name(const Error& why) {
    return why.kind == ErrorKind::bad_input || why.kind == ErrorKind::denied;
  }

  // Of a team (with its organisation before the name) the permission of the repository says nothing.
  static void leave_out(Applied& applied, const std::vector<std::string>& names, const Error& why,
                        const std::string& organisation) {
    for (const std::string& name : names) {
      std::string note = "no review is asked of @" + organisation + text::printable(name) + ": " + why.message;
      if (!organisation.empty()) note += "; " + std::string(kTeamHint);
      applied.notes.push_back(std::move(note));
    }
  }

  Result<Applied> one_by_one(const std::vector<std::string>& people, const std::vector<std::string>& teams, Error why) {
    Applied applied;
    std::size_t tried = 0, worked = 0;
    const auto each = [&](const std::vector<std::string>& names, bool are_teams) {
      for (const std::string& name : names) {
        const std::vector<std::string> one{name}, none;
        if (tried++ < kMostSingleRequests) {
          auto asked = are_teams ? request(none, one) : request(one, none);
          if (asked) {
            ++worked;
            continue;
          }
          why = std::move(asked).error();
        }
        leave_out(applied, {name}, why, are_teams ? api_.owner() + "/" : "");
      }
    };
    each(people, false);
    each(teams, true);
    if (worked == 0) return why;
    return applied;
  }

  GitHubApi& api_;
  const Self& self_;
  const publish::Shown& shown_;
};

}  // namespace

std::string page_of(doc::View thing) {
  const std::string_view given = thing.at("html_url").text();
  const auto url = net::Url::parse(given);
  if (!url) return {};
  const std::size_t hash = given.find('#');
  const std::string_view fragment = hash == std::string_view::npos ? std::string_view() : given.substr(hash + 1);
  const auto stands = [](char c) { return text::is_alnum(c) || c == '-' || c == '_'; };
  return !fragment.empty() && std::ranges::all_of(fragment, stands) ? url->text + "#" + std::string(fragment)
                                                                    : url->text;
}

net::Response found_again(doc::View thing) {
  JsonWriter json;
  json.begin_object().field("id", id_of(thing.at("id"))).field("html_url", thing.at("html_url").text()).end_object();
  return {.status = 201, .headers = {}, .body = json.take(), .url = {}};
}

Result<Applied> carry_out(GitHubApi& api, const net::Time& time, const net::Limits& limits, const Self& self,
                          const publish::Action& action, const publish::Shown& shown) {
  if (const auto* const upload = std::get_if<publish::UploadSarif>(&action.what)) {
    return upload_sarif(api, time, limits, *upload);
  }
  Writer writer(api, self, shown);
  return std::visit(Overloaded{[](const publish::UploadSarif&) -> Result<Applied> { return Applied{}; },
                               [&](const auto& what) -> Result<Applied> { return writer(what); }},
                    action.what);
}

}  // namespace gatepost::forge
