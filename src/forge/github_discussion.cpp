#include "forge/github_discussion.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "base/percent.hpp"
#include "doc/json_writer.hpp"
#include "forge/answer.hpp"
#include "forge/github_apply.hpp"
#include "publish/marker.hpp"

namespace gatepost::forge {
namespace {

using net::Effect;

constexpr Grant kReadComments{"pull-requests", "read", "read comments"};
constexpr Grant kReadPulls{"pull-requests", "read", "read pull requests"};
constexpr Grant kComment{"pull-requests", "write", "write comments"};
constexpr Grant kReact{"pull-requests", "write", "react to comments"};
constexpr Grant kReadLevel{"metadata", "read", "read what people may do"};

std::string path_of(const CommentPlace& place) {
  return (place.on_lines ? "/pulls/comments/" : "/issues/comments/") + std::to_string(place.id);
}

std::string list_of(const CommentPlace& place) {
  return (place.on_lines ? "/pulls/" : "/issues/") + std::to_string(place.request) + "/comments";
}

SaidComment comment_of(doc::View it, const CommentPlace& place) {
  const doc::View user = it.at("user");
  SaidComment said{
      .place = place, .body = std::string(it.at("body").text()), .author = std::string(user.at("login").text())};
  said.place.id = number_of(it.at("id")).value_or(0);
  said.author_id = number_of(user.at("id")).value_or(0);
  said.by_bot = user.at("type").text() == "Bot" || said.author.ends_with("[bot]");
  said.edited = it.at("created_at").text() != it.at("updated_at").text();
  said.written = parse_timestamp(it.at("created_at").text());
  return said;
}

// An event that names another change than the one that the comment stands at speaks of no comment there.
bool stands_at(doc::View it, const CommentPlace& place) {
  const std::string_view where = it.at(place.on_lines ? "pull_request_url" : "issue_url").text();
  return where.ends_with((place.on_lines ? "/pulls/" : "/issues/") + std::to_string(place.request));
}

std::string field(std::string_view name, std::string_view value) {
  doc::JsonWriter json;
  json.begin_object().field(name, value).end_object();
  return json.take();
}

// The first of ours that begins with the marker.
Result<std::optional<net::Response>> find(GitHubApi& api, const Self& self, const CommentPlace& place,
                                          const std::string& marker) {
  std::optional<net::Response> found;
  GP_CHECK(api.list(list_of(place), kComment, [&](doc::View it) {
    if (is_self(it.at("user"), self) && publish::first_line(it.at("body").text()) == marker) found = found_again(it);
    return !found;
  }));
  return found;
}

Applied applied_of(const net::Response& response) {
  const auto answer = json_of(response, "github");
  return {answer ? page_of(answer->root()) : std::string(), {}};
}

}  // namespace

Result<std::optional<SaidComment>> read_comment(GitHubApi& api, const CommentPlace& place) {
  GP_TRY(const net::Call call, api.call(path_of(place)));
  GP_TRY(const net::Response response, api.send(call));
  if (response.status == 404 || response.status == 410) return std::optional<SaidComment>();
  if (!response.ok()) return api.refused(response, kReadComments);
  GP_TRY(const auto document, json_of(response, "github: read a comment"));
  if (!stands_at(document.root(), place)) return std::optional<SaidComment>();
  return std::optional(comment_of(document.root(), place));
}

Result<std::vector<SaidComment>> read_comments(GitHubApi& api, std::uint64_t request, std::string_view beginning) {
  std::vector<SaidComment> all;
  GP_CHECK(api.list("/issues/" + std::to_string(request) + "/comments", kReadComments, [&](doc::View it) {
    if (it.at("body").text().starts_with(beginning)) all.push_back(comment_of(it, {.request = request, .thread = {}}));
    return true;
  }));
  return all;
}

// Roles of an organisation's own have other names: then the permission says what they amount to.
Result<std::string> read_level(GitHubApi& api, const SaidComment& said) {
  constexpr std::array<std::string_view, 6> kKnown = {"none", "read", "triage", "write", "maintain", "admin"};
  GP_TRY(const net::Call call, api.call("/collaborators/" + percent_encoded(said.author) + "/permission"));
  GP_TRY(const net::Response response, api.send(call));
  if (response.status == 404) return std::string(kKnown[0]);
  if (!response.ok()) return api.refused(response, kReadLevel);
  GP_TRY(const auto document, json_of(response, "github: read what a person may do"));
  for (const char* const name : {"role_name", "permission"}) {
    const std::string level(document.root().at(name).text());
    if (std::ranges::find(kKnown, level) != kKnown.end()) return level;
  }
  return std::string(kKnown[0]);
}

Result<std::optional<bool>> read_membership(GitHubApi& api, const SaidComment& said, const std::string& team) {
  const std::size_t slash = team.find('/');
  if (slash == std::string::npos) return std::optional<bool>();
  GP_TRY(const net::Call call,
         api.global_call("/orgs/" + percent_encoded(team.substr(0, slash)) + "/teams/" +
                         percent_encoded(team.substr(slash + 1)) + "/memberships/" + percent_encoded(said.author)));
  GP_TRY(const net::Response response, api.send(call));
  // A workflow's own token sees no team: to it all of them are not there.
  const bool sees_teams = api.access().kind != TokenKind::github_actions;
  if (response.status == 404 && sees_teams) return std::optional(false);
  if (!response.ok()) return std::optional<bool>();
  const auto document = json_of(response, "github: read a team");
  return std::optional(document && document->root().at("state").text() == "active");
}

Result<std::vector<std::uint64_t>> read_open_requests(GitHubApi& api) {
  std::vector<std::uint64_t> all;
  GP_CHECK(api.list("/pulls?state=open", kReadPulls, [&](doc::View it) {
    if (const auto number = number_of(it.at("number"))) all.push_back(*number);
    return true;
  }));
  std::ranges::sort(all);
  return all;
}

Status acknowledge(GitHubApi& api, const CommentPlace& place) {
  GP_TRY(const net::Call call,
         api.call(path_of(place) + "/reactions", "POST", field("content", "eyes"), Effect::idempotent));
  GP_CHECK(api.ask(call, kReact));
  return Done{};
}

Result<Applied> answer(GitHubApi& api, const Self& self, const CommentPlace& place, const std::string& marker,
                       const std::string& body) {
  GP_TRY(const auto before, find(api, self, place, marker));
  if (before) return applied_of(*before);
  const std::string path =
      place.on_lines ? list_of(place) + "/" + std::to_string(place.id) + "/replies" : list_of(place);
  GP_TRY(net::Call call, api.call(path, "POST", field("body", body), Effect::notifies));
  call.recover = [&] { return find(api, self, place, marker); };
  GP_TRY(const net::Response response, api.ask(call, kComment));
  return applied_of(response);
}

}  // namespace gatepost::forge
