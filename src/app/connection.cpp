#include "app/connection.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace gatepost::app {
namespace {

using forge::Access;
using forge::TokenKind;

constexpr int kMostWrites = 80;

struct TokenName {
  const char* variable;
  TokenKind kind;
};
constexpr TokenName kGitHubTokens[] = {{"GATEPOST_INPUT_TOKEN", TokenKind::user},
                                       {"GATEPOST_TOKEN", TokenKind::user},
                                       {"GITHUB_TOKEN", TokenKind::github_actions}};
constexpr TokenName kGitLabTokens[] = {{"GATEPOST_INPUT_TOKEN", TokenKind::user},
                                       {"GATEPOST_TOKEN", TokenKind::user},
                                       {"GITLAB_TOKEN", TokenKind::user},
                                       {"CI_JOB_TOKEN", TokenKind::gitlab_job}};

template <std::size_t N>
void find_token(const Ports& ports, const TokenName (&names)[N], Access& access) {
  for (const TokenName& name : names) {
    auto value = ports.environment(name.variable);
    if (!value || text::trim(*value).empty()) continue;
    access.kind = name.kind;
    access.token = Secret(std::move(*value));
    return;
  }
}

// GitHub's tokens of workflows and of Apps begin with this. A hint, no promise: who we are the forge is asked.
bool is_of_an_installation(const Secret& token) { return token.reveal().starts_with("ghs_"); }

void find_app(const Ports& ports, Access& access) {
  const auto id = ports.environment("GATEPOST_APP_ID");
  auto key = ports.environment("GATEPOST_APP_PRIVATE_KEY");
  if (!id || !key) return;
  access.kind = TokenKind::github_app;
  access.app_id = *id;
  access.app_key = Secret(std::move(*key));
}

std::string first_of(const Ports& ports, std::initializer_list<const char*> names) {
  for (const char* const name : names) {
    if (auto value = ports.environment(name)) return *value;
  }
  return {};
}

Error no_token(CiFacts::System system) {
  if (system == CiFacts::System::gitlab)
    return error(ErrorKind::denied, "there is no token to write to GitLab with",
                 "add a project access token (role Developer, scope api) as the masked CI/CD variable GATEPOST_TOKEN");
  return error(ErrorKind::denied, "there is no token to write to GitHub with",
               "pass it to the step: env: {GITHUB_TOKEN: ${{ github.token }}}");
}

}  // namespace

net::CurlOptions curl_options(const Ports& ports, const std::string& version) {
  return {.user_agent = "gatepost/" + version,
          .ca_file = first_of(ports, {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}),
          .https_proxy = first_of(ports, {"HTTPS_PROXY", "https_proxy"}),
          // The upper-case name is what a request's "Proxy:" header becomes in a CGI program.
          .http_proxy = first_of(ports, {"http_proxy"}),
          .no_proxy = first_of(ports, {"NO_PROXY", "no_proxy"}),
          .allow_plain_http = first_of(ports, {"GATEPOST_ALLOW_PLAIN_HTTP"}) == "1"};
}

net::Time time_of(const Ports& ports) {
  auto latest = std::make_shared<Timestamp>();
  return {.now =
              [latest, clock = ports.clock] {
                *latest = std::max(*latest, clock());
                return *latest;
              },
          .sleep = ports.sleep};
}

Access find_access(const Ports& ports, const CiFacts& ci) {
  Access access{.api = ci.api, .graphql = ci.graphql, .repository = ci.project};
  if (ci.system == CiFacts::System::github) {
    find_token(ports, kGitHubTokens, access);
    if (access.kind == TokenKind::user && is_of_an_installation(access.token)) access.kind = TokenKind::github_actions;
    find_app(ports, access);
  } else if (ci.system == CiFacts::System::gitlab) {
    find_token(ports, kGitLabTokens, access);
  }
  return access;
}

Result<Connection> connect(const Ports& ports, const CiFacts& ci, const std::string& version, net::Pace* pace) {
  if (ci.system == CiFacts::System::none)
    return error(ErrorKind::usage, "there is no forge to speak to: neither GitHub Actions nor GitLab CI is recognised",
                 "run it in a pipeline; gatepost check judges anywhere without --publish");
  Access access = find_access(ports, ci);
  if (access.kind == TokenKind::none) return no_token(ci.system);
  GP_TRY(auto http, ports.http(curl_options(ports, version)));
  const net::Limits limits{.writes = kMostWrites, .jitter = ci.run, .pace = pace};  // what may be written is planned
  auto forge = ci.system == CiFacts::System::github ? forge::github(std::move(access), *http, time_of(ports), limits)
                                                    : forge::gitlab(std::move(access), *http, time_of(ports), limits);
  return Connection{std::move(http), std::move(forge)};
}

}  // namespace gatepost::app
