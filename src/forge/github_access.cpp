#include "forge/github_access.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "doc/json_writer.hpp"
#include "forge/answer.hpp"
#include "net/jwt.hpp"
#include "net/url.hpp"

namespace gatepost::forge {
namespace {

// All that we ever use, as far as the installation grants it. Contents are read; where writing is granted, that is for
// resolving threads, which GitHub ties to it.
constexpr std::array<std::string_view, 9> kWishes = {
    "actions", "checks", "contents", "issues", "members", "metadata", "pull_requests", "security_events", "statuses"};
// Of these to read is enough: results that runs left, and who is in a team.
constexpr std::array<std::string_view, 2> kOnlyRead = {"actions", "members"};

bool is_part(std::string_view name) {
  const auto stands = [](char c) { return text::is_alnum(c) || c == '-' || c == '_' || c == '.'; };
  return !name.empty() && name.size() <= 100 && name != "." && name != ".." && std::ranges::all_of(name, stands);
}

class AppToken {
 public:
  AppToken(const Access& access, net::Http& http, const net::Time& time, const net::Limits& limits)
      : access_(access), http_(http), time_(time), limits_(limits) {}

  Result<net::Credential> get(std::chrono::milliseconds budget, Installation& installation) const {
    GP_TRY(Secret jwt, net::app_jwt(access_.app_key, access_.app_id, time_.now()).context("github: the App's key"));
    net::Limits limits = limits_;
    limits.total = budget;
    net::Client client(http_, time_, {access_.api, bearer(jwt), {}, {}}, limits);
    GP_TRY(const auto found, find(client));
    const doc::View it = found.root();
    Installation told{.id = number_of(it.at("id")).value_or(0), .slug = std::string(it.at("app_slug").text())};
    if (told.id == 0) return error(ErrorKind::unavailable, "github: the answer names no installation of the App");
    return token(client, it.at("permissions"), std::move(told), installation);
  }

 private:
  static net::SecretHeader bearer(const Secret& token) {
    return {"Authorization", Secret("Bearer " + std::string(token.reveal()))};
  }

  Result<doc::Document> ask(net::Client& client, const net::Call& call, const std::string& hint) const {
    GP_TRY(const net::Response response, client.call(call));
    if (response.ok()) return json_of(response, "github: get a token of the App");
    Error why = client.error_of(response, "github: get a token of the App", said_in(response.body));
    if (response.status != 403 && response.status < 500 && response.status != 429) why.hint = hint;
    return why;
  }

  Result<doc::Document> find(net::Client& client) const {
    const net::Call call{.url = access_.api + "/repos/" + access_.repository + "/installation",
                         .headers = github_headers()};
    return ask(client, call,
               "is the App installed on " + access_.repository + ", and are its id and private key the right ones?");
  }

  [[nodiscard]] std::string body(doc::View granted) const {
    doc::JsonWriter json;
    json.begin_object().key("repositories").begin_array();
    json.value(std::string_view(access_.repository).substr(access_.repository.find('/') + 1)).end_array();
    json.key("permissions").begin_object();
    for (const std::string_view wish : kWishes) {
      const std::string_view level = granted.at(wish).text();
      const bool only_read = std::ranges::find(kOnlyRead, wish) != kOnlyRead.end();
      if (level == "read" || level == "write") json.field(wish, only_read ? "read" : level);
    }
    json.end_object().end_object();
    return json.take();
  }

  Result<net::Credential> token(net::Client& client, doc::View granted, Installation told,
                                Installation& installation) const {
    net::Call call{.method = "POST",
                   .url = access_.api + "/app/installations/" + std::to_string(told.id) + "/access_tokens",
                   .headers = github_headers(),
                   .body = body(granted),
                   .effect = net::Effect::idempotent};  // one token more harms nobody
    GP_CHECK(call.headers.add("Content-Type", "application/json"));
    GP_TRY(const auto answer, ask(client, call, "has the App's owner accepted its permissions for the installation?"));
    const doc::View it = answer.root();
    if (it.at("token").text().empty()) return error(ErrorKind::unavailable, "github: the answer holds no token");
    for (const auto& [name, level] : it.at("permissions").members()) told.permissions[std::string(name)] = level.text();
    installation = std::move(told);
    return net::Credential{common_prefix(access_.api, access_.graphql),
                           bearer(Secret(std::string(it.at("token").text()))),
                           parse_timestamp(it.at("expires_at").text()),
                           {}};
  }

  Access access_;
  net::Http& http_;
  net::Time time_;
  net::Limits limits_;
};

}  // namespace

net::Headers github_headers() {
  return {{"Accept", "application/vnd.github+json"}, {"X-GitHub-Api-Version", "2022-11-28"}};
}

std::string common_prefix(const std::string& api, const std::string& graphql) {
  const auto left = net::Url::parse(api), right = net::Url::parse(graphql);
  if (!left || !right || left->origin != right->origin) return api;
  const auto one = text::split(left->path, '/'), other = text::split(right->path, '/');
  std::string path;
  for (std::size_t i = 1; i < std::min(one.size(), other.size()) && one[i] == other[i]; ++i) {
    if (!one[i].empty()) path += "/" + std::string(one[i]);
  }
  return left->origin + path;
}

Status check_access(const Access& access) {
  const auto parts = text::split(access.repository, '/');
  if (parts.size() != 2 || !is_part(parts[0]) || !is_part(parts[1])) {
    return error(ErrorKind::config,
                 "github: \"" + text::printable(access.repository) + "\" is no repository; expected owner/name");
  }
  GP_CHECK(net::Url::parse(access.api).context("github: the address of the API"));
  const bool is_app = access.kind == TokenKind::github_app;
  if (access.kind == TokenKind::none || (!is_app && access.token.empty())) {
    return error(ErrorKind::denied, "github: there is no token", "set GITHUB_TOKEN, or GATEPOST_TOKEN");
  }
  if (is_app && (access.app_id.empty() || access.app_key.empty())) {
    return error(ErrorKind::denied, "github: the App's id or private key is missing",
                 "set GATEPOST_APP_ID and GATEPOST_APP_PRIVATE_KEY");
  }
  return Done{};
}

net::Credential github_credential(const Access& access, net::Http& http, const net::Time& time,
                                  const net::Limits& limits, std::shared_ptr<Installation> installation) {
  const std::string prefix = common_prefix(access.api, access.graphql);
  if (access.kind != TokenKind::github_app) {
    return {prefix, {"Authorization", Secret("Bearer " + std::string(access.token.reveal()))}, {}, {}};
  }
  // Expired from the beginning: got with the first call.
  net::Credential credential{prefix, {"Authorization", Secret()}, Timestamp{0}, {}};
  credential.renew = [app = AppToken(access, http, time, limits), installation = std::move(installation)](
                         std::chrono::milliseconds budget) { return app.get(budget, *installation); };
  return credential;
}

}  // namespace gatepost::forge
