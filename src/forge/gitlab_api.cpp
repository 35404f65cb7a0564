#include "forge/gitlab_api.hpp"

#include <algorithm>
#include <utility>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "forge/answer.hpp"
#include "net/url.hpp"

namespace gatepost::forge {

const std::string_view kJobTokenReports =
    "gitlab: CI_JOB_TOKEN may only read, so nothing is written to the merge request: this run reports with its job "
    "and its artifacts alone";
const std::string_view kJobTokenHint =
    "add a project access token with the scope api and the role Developer as the masked CI/CD variable GATEPOST_TOKEN; "
    "a protected variable is absent on branches that are not protected";

namespace {

constexpr std::string_view kRenewed = "is the token right, and has it not expired?";

bool is_part(std::string_view name) {
  const auto stands = [](char c) { return text::is_alnum(c) || c == '-' || c == '_' || c == '.'; };
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." && std::ranges::all_of(name, stands);
}

// "4711", "group/project", "group/sub/project".
bool is_project(std::string_view name) {
  if (text::parse_number(name)) return true;
  const auto parts = text::split(name, '/');
  return parts.size() >= 2 && parts.size() <= 30 && std::ranges::all_of(parts, is_part);
}

Status check(const Access& access) {
  if (!is_project(access.repository)) {
    return error(ErrorKind::config, "gitlab: \"" + text::printable(access.repository) +
                                        "\" is no project; expected group/project or its number");
  }
  GP_CHECK(net::Url::parse(access.api).context("gitlab: the address of the API"));
  if (access.kind == TokenKind::none || access.token.empty()) {
    return error(ErrorKind::denied, "gitlab: there is no token", std::string(kJobTokenHint));
  }
  return Done{};
}

Access tidied(Access access) {
  while (access.api.ends_with('/')) access.api.pop_back();
  access.repository = text::replace_all(std::move(access.repository), "%2F", "/");
  access.repository = text::replace_all(std::move(access.repository), "%2f", "/");
  return access;
}

net::Credential credential_of(const Access& access) {
  const char* const name = access.kind == TokenKind::gitlab_job ? "JOB-TOKEN" : "PRIVATE-TOKEN";
  return {access.api, {name, access.token}, {}, {}};
}

}  // namespace

GitLabApi::GitLabApi(Access access, net::Http& http, net::Time time, net::Limits limits)
    : access_(tidied(std::move(access))),
      usable_(check(access_)),
      time_(time),
      client_(http, std::move(time), credential_of(access_), limits) {}

Result<net::Call> GitLabApi::call(std::string_view path, std::string method, std::string body,
                                  net::Effect effect) const {
  GP_CHECK(usable_);
  net::Call call{.method = std::move(method),
                 .url = access_.api + "/projects/" + percent_encoded(access_.repository) + std::string(path),
                 .headers = {{"Accept", "application/json"}},
                 .body = std::move(body),
                 .effect = effect};
  if (!call.body.empty()) GP_CHECK(call.headers.add("Content-Type", "application/json"));
  return call;
}

Result<net::Call> GitLabApi::global_call(std::string_view path) const {
  GP_CHECK(usable_);
  return net::Call{.url = access_.api + std::string(path), .headers = {{"Accept", "application/json"}}};
}

Result<net::Response> GitLabApi::send(const net::Call& call) {
  auto response = client_.call(call);
  if (!response && !response.error().message.starts_with("gitlab: ")) {
    return std::move(response).error().context("gitlab");
  }
  return response;
}

Result<net::Response> GitLabApi::ask(const net::Call& call, const Right& right) {
  GP_TRY(net::Response response, send(call));
  if (!response.ok()) return refused(response, right);
  return response;
}

Result<doc::Document> GitLabApi::document(const net::Call& call, const Right& right) {
  GP_TRY(const net::Response response, ask(call, right));
  return json_of(response, what(right));
}

Result<doc::Document> GitLabApi::read(std::string_view path, const Right& right) {
  GP_TRY(const net::Call it, call(path));
  return document(it, right);
}

Result<doc::Document> GitLabApi::read_global(std::string_view path, const Right& right) {
  GP_TRY(const net::Call it, global_call(path));
  return document(it, right);
}

Status GitLabApi::list(std::string_view path, const Right& right, const std::function<bool(doc::View)>& each,
                       std::string_view member, const std::function<void(doc::View)>& whole) {
  const bool has_query = path.find('?') != std::string_view::npos;
  GP_TRY(const net::Call first, call(std::string(path) + (has_query ? "&" : "?") + "per_page=100"));
  Status read = client_.pages(first, [&](const net::Response& response) -> Result<bool> {
    if (!response.ok()) return refused(response, right);
    GP_TRY(const doc::Document page, json_of(response, what(right)));
    if (whole) whole(page.root());
    const doc::View items = member.empty() ? page.root() : page.root().at(member);
    // Taken for an empty list, it would make us write everything again.
    if (!items.is_array()) return error(ErrorKind::unavailable, what(right) + ": the answer is no list");
    for (const doc::View item : items.items()) {
      if (!each(item)) return false;
    }
    return true;
  });
  if (!read && !read.error().message.starts_with("gitlab: ")) return std::move(read).error().context("gitlab");
  return read;
}

void GitLabApi::remember_page(std::string_view url) {
  if (const auto page = net::Url::parse(url)) page_ = page->text;
}

// --- refusals
// ---------------------------------------------------------------------------------------------------------

std::string GitLabApi::what(const Right& right) const {
  return "gitlab: " + std::string(right.act) + " on " + access_.repository;
}

Error GitLabApi::refused(const net::Response& response, const Right& right) const {
  Error plain = client_.error_of(response, what(right), said_in(response.body));
  if (plain.kind != ErrorKind::denied) return plain;
  const std::string reason = plain.message.substr(std::min(what(right).size() + 2, plain.message.size()));
  plain.message =
      "gitlab: the token may not " + std::string(right.act) + " on " + access_.repository + " (" + reason + ")";
  if (is_job()) {
    plain.hint = kJobTokenHint;
  } else if (response.status == 401) {
    plain.hint = kRenewed;
  } else {
    plain.hint = "give the token the scope " + std::string(right.scope) + " and the role " + std::string(right.role) +
                 " on the project";
  }
  return plain;
}

}  // namespace gatepost::forge
