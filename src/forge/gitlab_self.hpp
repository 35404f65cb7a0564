// Who we are to GitLab. What we wrote is recognised by its author as much as by its marker.
#pragma once

#include <cstdint>
#include <string>

#include "forge/gitlab_api.hpp"

namespace gatepost::forge {

struct GitLabSelf {
  std::string username;  // of a project access token: "project_4711_bot_…"
  std::uint64_t id = 0;
};

// CI_JOB_TOKEN is nobody: it may not ask, and writes nothing that could be found again.
Result<GitLabSelf> find_gitlab_self(GitLabApi& api);
// An `author` or `user` is ourselves.
bool is_self(doc::View user, const GitLabSelf& self);

}  // namespace gatepost::forge
