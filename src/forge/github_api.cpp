#include "forge/github_api.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "doc/json_writer.hpp"
#include "forge/answer.hpp"
#include "net/url.hpp"

namespace gatepost::forge {
namespace {

// Refusals that no permission would change.
bool is_about_the_thing(std::string_view said) {
  const std::string words = text::lower(said);
  constexpr std::array<std::string_view, 5> kSigns = {"locked", "archived", "not enabled", "must be enabled",
                                                      "is disabled"};
  return std::ranges::any_of(kSigns, [&](std::string_view sign) { return words.find(sign) != std::string::npos; });
}

// Of errors that came with status 200.
ErrorKind graphql_kind(doc::View problem) {
  const std::string_view type = problem.at("type").text();
  if (type == "FORBIDDEN" || type == "NOT_FOUND" || type == "INSUFFICIENT_SCOPES") return ErrorKind::denied;
  return type == "RATE_LIMITED" ? ErrorKind::unavailable : ErrorKind::bad_input;
}

Access without_slash(Access access) {
  while (access.api.ends_with('/')) access.api.pop_back();
  return access;
}

bool has_data(doc::View data) {
  return std::ranges::any_of(data.members(), [](const auto& member) { return !member.second.is_null(); });
}

}  // namespace

GitHubApi::GitHubApi(Access access, net::Http& http, net::Time time, net::Limits limits)
    : access_(without_slash(std::move(access))),
      usable_(check_access(access_)),
      installation_(std::make_shared<Installation>()),
      client_(http, time, github_credential(access_, http, time, limits, installation_), limits) {}

bool GitHubApi::is_public_github() const {
  const auto url = net::Url::parse(access_.api);
  return url && url->host == "api.github.com";
}

std::string GitHubApi::owner() const { return access_.repository.substr(0, access_.repository.find('/')); }

Result<net::Call> GitHubApi::call(std::string_view path, std::string method, std::string body,
                                  net::Effect effect) const {
  GP_CHECK(usable_);
  net::Call call{.method = std::move(method),
                 .url = access_.api + "/repos/" + access_.repository + std::string(path),
                 .headers = github_headers(),
                 .body = std::move(body),
                 .effect = effect};
  if (!call.body.empty()) GP_CHECK(call.headers.add("Content-Type", "application/json"));
  return call;
}

Result<net::Call> GitHubApi::global_call(std::string_view path) const {
  GP_CHECK(usable_);
  return net::Call{.url = access_.api + std::string(path), .headers = github_headers()};
}

Result<net::Response> GitHubApi::send(const net::Call& call) {
  auto response = client_.call(call);
  if (!response && !response.error().message.starts_with("github: ")) {
    return std::move(response).error().context("github");
  }
  return response;
}

Result<net::Response> GitHubApi::ask(const net::Call& call, const Grant& grant) {
  GP_TRY(net::Response response, send(call));
  if (!response.ok()) return refused(response, grant);
  return response;
}

Result<doc::Document> GitHubApi::document(const net::Call& call, const Grant& grant) {
  GP_TRY(const net::Response response, ask(call, grant));
  return json_of(response, what(grant));
}

Result<doc::Document> GitHubApi::read(std::string_view path, const Grant& grant) {
  GP_TRY(const net::Call it, call(path));
  return document(it, grant);
}

Result<doc::Document> GitHubApi::read_global(std::string_view path, const Grant& grant) {
  GP_TRY(const net::Call it, global_call(path));
  return document(it, grant);
}

Status GitHubApi::list(std::string_view path, const Grant& grant, const std::function<bool(doc::View)>& each,
                       std::string_view member) {
  const bool has_query = path.find('?') != std::string_view::npos;
  GP_TRY(const net::Call first, call(std::string(path) + (has_query ? "&" : "?") + "per_page=100"));
  Status read = client_.pages(first, [&](const net::Response& response) -> Result<bool> {
    if (!response.ok()) return refused(response, grant);
    GP_TRY(const doc::Document page, json_of(response, what(grant)));
    const doc::View items = member.empty() ? page.root() : page.root().at(member);
    // Taken for an empty list, it would make us write everything again.
    if (!items.is_array()) return error(ErrorKind::unavailable, what(grant) + ": the answer is no list");
    for (const doc::View item : items.items()) {
      if (!each(item)) return false;
    }
    return true;
  });
  if (!read && !read.error().message.starts_with("github: ")) return std::move(read).error().context("github");
  return read;
}

Result<doc::Document> GitHubApi::graphql(std::string_view query, std::string_view variables, const Grant& grant,
                                         net::Effect effect) {
  GP_CHECK(usable_);
  if (access_.graphql.empty()) return error(ErrorKind::unavailable, what(grant) + ": no address of GraphQL is known");
  doc::JsonWriter json;
  json.begin_object().field("query", query).key("variables").raw(variables).end_object();
  net::Call call{
      .method = "POST", .url = access_.graphql, .headers = github_headers(), .body = json.take(), .effect = effect};
  GP_CHECK(call.headers.add("Content-Type", "application/json"));
  GP_TRY(const net::Response response, ask(call, grant));
  GP_TRY(doc::Document answer, json_of(response, what(grant)));
  const doc::View problem = answer.root().at("errors").at(0);
  if (!problem.exists() || has_data(answer.root().at("data"))) return answer;
  // With the status that REST would have given, so that the sentences are the same.
  net::Response as_rest = response;
  const ErrorKind kind = graphql_kind(problem);
  as_rest.status = kind == ErrorKind::denied ? 403 : kind == ErrorKind::unavailable ? 429 : 422;
  return refused(as_rest, grant);
}

// --- refusals
// ---------------------------------------------------------------------------------------------------------

std::string GitHubApi::what(const Grant& grant) const {
  return "github: " + std::string(grant.act) + " on " + access_.repository;
}

Error GitHubApi::refused(const net::Response& response, const Grant& grant) const {
  const std::string said = said_in(response.body);
  Error plain = client_.error_of(response, what(grant), said);
  if (response.status == 401) {
    plain.hint = "is the token right, and has it not expired?";
    return plain;
  }
  const bool by_sign_on = response.headers.has("X-GitHub-SSO");
  if (plain.kind != ErrorKind::denied || by_sign_on || is_about_the_thing(said)) return plain;
  const std::string reason = plain.message.substr(std::min(what(grant).size() + 2, plain.message.size()));
  plain.message =
      "github: the token may not " + std::string(grant.act) + " on " + access_.repository + " (" + reason + ")";
  plain.hint = hint_for(grant);
  return plain;
}

std::string GitHubApi::hint_for(const Grant& grant) const {
  const std::string permission = "\"" + std::string(grant.permission) + ": " + std::string(grant.level) + "\"";
  if (access_.kind == TokenKind::github_app) {
    return "give the App the repository permission " + permission + ", and accept it for the installation";
  }
  if (access_.kind == TokenKind::user) {
    if (grant.permission == "checks") return "check runs are written by Apps only: use GITHUB_TOKEN or a GitHub App";
    return "give the token the permission " + permission + ", or a classic one the scope \"repo\"";
  }
  if (grant.level == "write" && restriction_ == Restriction::fork) {
    return "the change comes from a fork, whose runs get a token that may only read: publish from a second workflow, "
           "on workflow_run, that has " +
           permission;
  }
  if (grant.level == "write" && restriction_ == Restriction::dependabot) {
    return "runs for Dependabot get a token that may only read: publish from a second workflow, on workflow_run, that "
           "has " +
           permission;
  }
  return "grant " + permission + " in the workflow's permissions";
}

}  // namespace gatepost::forge
