#include "app/git_server.hpp"

#include <fmt/core.h>

#include <memory>
#include <string_view>
#include <utility>

#include "app/ci.hpp"
#include "app/connection.hpp"
#include "base/base64.hpp"
#include "net/refusal.hpp"
#include "net/url.hpp"

namespace gatepost::app {
namespace {

// Git's servers take a token as the password of a user whom nobody looks at; only a job of GitLab has a name of its
// own.
net::Credential credential_for(const Ports& ports, const net::Url& repository) {
  const CiFacts ci = detect_ci(ports);
  const auto own = net::Url::parse(ci.server);
  if (!own || own->origin != repository.origin) return {};
  const forge::Access access = find_access(ports, ci);
  if (access.token.reveal().empty()) return {};
  const bool job = access.kind == forge::TokenKind::gitlab_job;
  const std::string_view user = ci.system == CiFacts::System::github ? "x-access-token"
                                : job                                ? "gitlab-ci-token"
                                                                     : "oauth2";
  return {
      .prefix = repository.text,
      .header = {"Authorization", Secret("Basic " + base64_encode(fmt::format("{}:{}", user, access.token.reveal())))},
      .expires = {},
      .renew = {}};
}

}  // namespace

Result<git::Exchange> exchange_with(const Ports& ports, std::string address, std::uint64_t largest_answer,
                                    const net::Limits& limits) {
  while (address.ends_with('/')) address.pop_back();
  GP_TRY(const net::Url repository, net::Url::parse(address));
  net::CurlOptions options = curl_options(ports, "");
  options.user_agent = "git/gatepost";
  options.body_bytes = largest_answer;
  GP_TRY(auto made, ports.http(std::move(options)));
  const std::shared_ptr<net::Http> http = std::move(made);
  const net::Credential credential = credential_for(ports, repository);
  return git::Exchange([=, time = time_of(ports)](const git::ServiceRequest& request) -> Result<std::string> {
    net::Client client(*http, time, credential, limits);
    const bool writes = request.service == "git-receive-pack";
    net::Headers headers = {{"Content-Type", fmt::format("application/x-{}-request", request.service)},
                            {"Accept", fmt::format("application/x-{}-result", request.service)}};
    if (request.version2) GP_CHECK(headers.add("Git-Protocol", "version=2"));
    // A push that is repeated finds the ref moved, by itself or by somebody else, and changes nothing.
    const net::Call call{.method = "POST",
                         .url = repository.text + "/" + request.service,
                         .headers = std::move(headers),
                         .body = request.body,
                         .effect = writes ? net::Effect::idempotent : net::Effect::read};
    GP_TRY(net::Response response, client.call(call));
    if (!response.ok()) return client.error_of(response, "POST " + net::shown_url(call.url));
    return std::move(response.body);
  });
}

}  // namespace gatepost::app
