#include "forge/gitlab_discussion.hpp"

#include <algorithm>
#include <functional>
#include <optional>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "doc/json_writer.hpp"
#include "forge/answer.hpp"
#include "forge/event.hpp"
#include "forge/gitlab_apply.hpp"
#include "publish/marker.hpp"

namespace gatepost::forge {
namespace {

using net::Effect;

constexpr Right kReadNotes{"read_api", "Reporter", "read discussions"};
constexpr Right kReadMembers{"read_api", "Reporter", "read the members of the project"};
constexpr Right kReadUsers{"read_api", "Reporter", "read who is who"};
constexpr Right kReadRequests{"read_api", "Reporter", "read merge requests"};
constexpr Right kComment{"api", "Developer", "write comments"};
constexpr Right kReact{"api", "Reporter", "react to comments"};

std::string request_path(const CommentPlace& place) { return "/merge_requests/" + std::to_string(place.request); }
std::string note_path(const CommentPlace& place) { return request_path(place) + "/notes/" + std::to_string(place.id); }

SaidComment comment_of(doc::View it, CommentPlace place) {
  const doc::View author = it.at("author");
  place.id = number_of(it.at("id")).value_or(0);
  SaidComment said{.place = std::move(place),
                   .body = std::string(it.at("body").text()),
                   .author = std::string(author.at("username").text())};
  said.author_id = number_of(author.at("id")).value_or(0);
  said.by_bot = is_gitlab_bot(said.author) || author.at("bot").boolean() == true;
  said.edited = it.at("created_at").text() != it.at("updated_at").text();
  said.written = parse_timestamp(it.at("created_at").text());
  return said;
}

std::string field(std::string_view name, std::string_view value) {
  doc::JsonWriter json;
  json.begin_object().field(name, value).end_object();
  return json.take();
}

std::string note_of(std::string_view body, bool internal) {
  doc::JsonWriter json;
  json.begin_object().field("body", body);
  if (internal) json.field("internal", true);
  json.end_object();
  return json.take();
}

std::string name_of_level(std::int64_t level) {
  if (level >= 50) return "admin";
  if (level >= 40) return "maintain";
  if (level >= 30) return "write";
  if (level >= 20) return "triage";
  return level >= 10 ? "read" : "none";
}

// The account and the membership are active, and it has not ended: GitLab removes what is over once a day. On its last
// day it has ended.
bool is_in_force(doc::View member, std::chrono::sys_days today) {
  for (const char* const name : {"state", "membership_state"}) {
    const doc::View state = member.at(name);
    if (state.is_string() && state.text() != "active") return false;
  }
  const doc::View ends = member.at("expires_at");
  if (!ends.is_string()) return true;
  const auto day = parse_date(ends.text());
  return day && today < *day;
}

// What a list of members says of one; empty when the token may not ask.
Result<std::optional<std::int64_t>> access_level(GitLabApi& api, const net::Call& call) {
  GP_TRY(const net::Response response, api.send(call));
  if (response.status == 404) return std::optional<std::int64_t>(0);
  if (!response.ok()) return std::optional<std::int64_t>();
  GP_TRY(const auto document, json_of(response, "gitlab: read a member"));
  if (!is_in_force(document.root(), day_of(api.now()))) return std::optional<std::int64_t>(0);
  return std::optional<std::int64_t>(document.root().at("access_level").integer().value_or(0));
}

// The first of ours that begins with the marker. `internal`: whether the comment that is answered is for members alone.
Result<std::optional<net::Response>> find(GitLabApi& api, const GitLabSelf& self, const CommentPlace& place,
                                          const std::string& marker, bool& internal) {
  std::optional<net::Response> found;
  GP_CHECK(api.list(request_path(place) + "/notes", kReadNotes, [&](doc::View it) {
    if (number_of(it.at("id")) == place.id)
      internal = it.at("internal").boolean() == true || it.at("confidential").boolean() == true;
    if (is_self(it.at("author"), self) && publish::first_line(it.at("body").text()) == marker)
      found = net::Response{.status = 201, .headers = {}, .body = "{}", .url = {}};
    return !found;
  }));
  return found;
}

}  // namespace

Result<std::optional<SaidComment>> read_comment(GitLabApi& api, const CommentPlace& place) {
  GP_TRY(const net::Call call, api.call(note_path(place)));
  GP_TRY(const net::Response response, api.send(call));
  if (response.status == 404) return std::optional<SaidComment>();
  if (!response.ok()) return api.refused(response, kReadNotes);
  GP_TRY(const auto document, json_of(response, "gitlab: read a comment"));
  // An event names a discussion for a comment that stands alone, too; but that takes no reply.
  CommentPlace own = place;
  if (!document.root().at("type").is_string()) own.thread.clear();
  return std::optional(comment_of(document.root(), std::move(own)));
}

Result<std::vector<SaidComment>> read_comments(GitLabApi& api, std::uint64_t request, std::string_view beginning) {
  std::vector<SaidComment> all;
  const CommentPlace place{.request = request, .thread = {}};
  GP_CHECK(api.list(request_path(place) + "/discussions", kReadNotes, [&](doc::View discussion) {
    for (const doc::View it : discussion.at("notes").items()) {
      if (it.at("system").boolean() == true || !it.at("body").text().starts_with(beginning)) continue;
      CommentPlace own = place;
      // A comment that stands alone takes no reply: the answer is a comment behind it.
      if (discussion.at("individual_note").boolean() != true) own.thread = discussion.at("id").text();
      all.push_back(comment_of(it, std::move(own)));
    }
    return true;
  }));
  std::ranges::sort(all, {}, [](const SaidComment& it) { return it.place.id; });
  return all;
}

Result<std::string> read_level(GitLabApi& api, const SaidComment& said) {
  GP_TRY(const net::Call call, api.call("/members/all/" + std::to_string(said.author_id)));
  GP_TRY(const auto level, access_level(api, call));
  if (level) return name_of_level(*level);
  return error(ErrorKind::denied, "gitlab: the token may not " + std::string(kReadMembers.act),
               "give the token the scope api and the role Developer on the project");
}

Result<std::optional<bool>> read_membership(GitLabApi& api, const SaidComment& said, const std::string& team) {
  if (api.is_job()) return std::optional<bool>();
  GP_TRY(const net::Call call,
         api.global_call("/groups/" + percent_encoded(team) + "/members/all/" + std::to_string(said.author_id)));
  GP_TRY(const auto level, access_level(api, call));
  if (!level) return std::optional<bool>();
  return std::optional(*level > 0);
}

Result<std::uint64_t> read_account(GitLabApi& api, const std::string& login) {
  GP_TRY(const auto users, api.read_global("/users?username=" + percent_encoded(login), kReadUsers));
  for (const doc::View it : users.root().items()) {
    const auto number = number_of(it.at("id"));
    if (number && text::equal_ignoring_case(it.at("username").text(), login)) return *number;
  }
  return error(ErrorKind::usage, "gitlab: nobody is called " + text::printable(login, 60));
}

// One without any comment is left out, where GitLab says how many there are.
Result<std::vector<std::uint64_t>> read_open_requests(GitLabApi& api) {
  std::vector<std::uint64_t> all;
  GP_CHECK(api.list("/merge_requests?state=opened", kReadRequests, [&](doc::View it) {
    const auto number = number_of(it.at("iid"));
    if (number && it.at("user_notes_count").integer() != 0) all.push_back(*number);
    return true;
  }));
  std::ranges::sort(all);
  return all;
}

// GitLab answers 404 when it is there already.
Status acknowledge(GitLabApi& api, const CommentPlace& place) {
  GP_TRY(const net::Call call,
         api.call(note_path(place) + "/award_emoji", "POST", field("name", "eyes"), Effect::idempotent));
  GP_TRY(const net::Response response, api.send(call));
  if (!response.ok() && response.status != 404) return api.refused(response, kReact);
  return Done{};
}

Result<Applied> answer(GitLabApi& api, const GitLabSelf& self, const CommentPlace& place, const std::string& marker,
                       const std::string& body) {
  bool internal = false;
  GP_TRY(const auto before, find(api, self, place, marker, internal));
  if (before) return Applied{};
  GP_CHECK(check_harmless(body));
  const std::string path = place.thread.empty()
                               ? request_path(place) + "/notes"
                               : request_path(place) + "/discussions/" + percent_encoded(place.thread) + "/notes";
  // What is said in a thread is for those who see the thread.
  const bool hidden = internal && place.thread.empty();
  GP_TRY(net::Call call, api.call(path, "POST", note_of(body, hidden), Effect::notifies));
  call.recover = [&] { return find(api, self, place, marker, internal); };
  GP_CHECK(api.ask(call, kComment));
  return Applied{};
}

}  // namespace gatepost::forge
