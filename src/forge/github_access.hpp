// How we prove to GitHub who we are.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "forge/forge.hpp"
#include "net/client.hpp"

namespace gatepost::forge {

// Of a GitHub App in our repository, as GitHub told with its token.
struct Installation {
  std::uint64_t id = 0;
  std::string slug;                                // the App's; its login is "slug[bot]"
  std::map<std::string, std::string> permissions;  // of the token: {"pull_requests", "write"}
};

// Headers of every request.
net::Headers github_headers();
// "https://host/api/v3" and "https://host/api/graphql" have "https://host/api" in common; the REST interface alone when
// the other is on another server.
std::string common_prefix(const std::string& api, const std::string& graphql);
// Why nothing can be asked with it; Done when it can.
Status check_access(const Access& access);
// An App's token is got when it is needed first, and again before it ends; `installation` then tells of it.
net::Credential github_credential(const Access& access, net::Http& http, const net::Time& time,
                                  const net::Limits& limits, std::shared_ptr<Installation> installation);

}  // namespace gatepost::forge
