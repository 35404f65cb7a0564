// Who we are to GitHub. What we wrote is recognised by its author as much as by its marker.
#pragma once

#include <cstdint>
#include <string>

#include "forge/github_api.hpp"

namespace gatepost::forge {

struct Self {
  std::string login;     // "github-actions[bot]", as REST writes it
  std::uint64_t id = 0;  // 0: not known
};

Result<Self> find_self(GitHubApi& api);
// A `user`, `creator` or `owner` of REST is ourselves.
bool is_self(doc::View user, const Self& self);
// The same of GraphQL, which leaves the "[bot]" out of an App's login.
bool is_self_of_graphql(doc::View user, const Self& self);
// The slug of the App behind us: "github-actions"; "" for a person.
std::string app_slug_of(const Self& self);

}  // namespace gatepost::forge
