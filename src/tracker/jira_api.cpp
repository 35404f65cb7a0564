#include "tracker/jira_api.hpp"

#include <utility>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"
#include "forge/answer.hpp"

namespace gatepost::tracker {
namespace {

constexpr std::size_t kLargestRefusal = std::size_t{1} << 20U;

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

net::Credential credential_of(const Access& access) {
  const std::string token(access.token.reveal());
  const std::string value =
      access.user.empty() ? "Bearer " + token : "Basic " + base64_encode(access.user + ":" + token);
  return {.prefix = without_slash(access.url), .header = {"Authorization", Secret(value)}, .expires = {}, .renew = {}};
}

bool wants_captcha(const net::Response& response) {
  const std::string reason = text::lower(response.headers.get("X-Seraph-LoginReason")) + " " +
                             text::lower(response.headers.get("X-Authentication-Denied-Reason"));
  return reason.find("captcha") != std::string::npos || reason.find("denied") != std::string::npos;
}

}  // namespace

JiraApi::JiraApi(const Access& access, bool data_center, net::Http& http, net::Time time, net::Limits limits)
    : url_(without_slash(access.url)),
      data_center_(data_center),
      time_(time),
      client_(http, std::move(time), credential_of(access), limits) {}

std::string JiraApi::page_of(std::string_view key) const { return url_ + "/browse/" + std::string(key); }

Result<net::Response> JiraApi::send(std::string_view path, std::string_view what, std::string method, std::string body,
                                    net::Effect effect, std::function<Result<std::optional<net::Response>>()> recover) {
  if (stopped_) return *stopped_;
  net::Call call{.method = std::move(method),
                 .url = url_ + (data_center_ ? "/rest/api/2" : "/rest/api/3") + std::string(path),
                 .headers = {{"Accept", "application/json"}},
                 .body = std::move(body),
                 .effect = effect,
                 .recover = std::move(recover)};
  if (!call.body.empty()) GP_CHECK(call.headers.add("Content-Type", "application/json"));
  auto response = client_.call(call);
  if (!response) return std::move(response).error().context("jira: " + std::string(what));
  if (response->status == 401 || (response->status == 403 && wants_captcha(*response))) {
    stopped_ = client_.error_of(*response, "jira: " + std::string(what), jira_said(response->body));
    stopped_->kind = ErrorKind::denied;
    stopped_->hint =
        wants_captcha(*response)
            ? "Jira asks for a CAPTCHA: log in once in a browser as the owner of the token, then check the token"
            : "is the token right, and has it not expired? With an API token the user is its owner's mail "
              "address, without a user the token is sent as a bearer's";
    return *stopped_;
  }
  return response;
}

Result<net::Response> JiraApi::ask(std::string_view path, std::string_view what, std::string method, std::string body,
                                   net::Effect effect, std::function<Result<std::optional<net::Response>>()> recover) {
  GP_TRY(net::Response response, send(path, what, std::move(method), std::move(body), effect, std::move(recover)));
  if (!response.ok()) return refused(response, what);
  return response;
}

Result<doc::Document> JiraApi::read(std::string_view path, std::string_view what) {
  GP_TRY(const net::Response response, ask(path, what));
  return forge::json_of(response, "jira: " + std::string(what));
}

Result<doc::Document> JiraApi::query(std::string_view path, std::string_view what, std::string body) {
  GP_TRY(const net::Response response, ask(path, what, "POST", std::move(body)));
  return forge::json_of(response, "jira: " + std::string(what));
}

Error JiraApi::refused(const net::Response& response, std::string_view what) const {
  return client_.error_of(response, "jira: " + std::string(what), jira_said(response.body));
}

std::string jira_said(std::string_view body) {
  if (body.size() > kLargestRefusal) return {};
  const auto document = doc::parse_json(std::string(body), "the answer");
  if (!document) return {};
  std::vector<std::string> said;
  for (const doc::View it : document->root().at("errorMessages").items()) said.emplace_back(it.text());
  for (const auto& [field, it] : document->root().at("errors").members())
    said.push_back(std::string(field) + ": " + std::string(it.text()));
  if (said.empty()) said.emplace_back(document->root().at("message").text());
  return text::fold_whitespace(text::join(said, "; "));
}

}  // namespace gatepost::tracker
