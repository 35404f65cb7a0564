// What GitLab shows of a merge request and of a commit.
#pragma once

#include <functional>

#include "forge/forge.hpp"
#include "forge/gitlab_api.hpp"
#include "forge/gitlab_self.hpp"

namespace gatepost::forge {

// What cannot be read is told in Shown::notes, and what would be wrong to write without it is not possible then.
Result<publish::Shown> read_shown(GitLabApi& api, const Wanted& wanted,
                                  const std::function<Result<GitLabSelf>()>& find_self);

// The one open merge request whose newest commit is `wanted.head`.
Result<std::uint64_t> find_merge_request(GitLabApi& api, const Wanted& wanted);

// The newest status of a name on a commit, with the words of GitHub; empty when there is none.
struct GitLabStatus {
  publish::ShownStatus status;
  bool ours = false;
};
Result<std::optional<GitLabStatus>> newest_status(GitLabApi& api, const std::string& commit, std::string_view name,
                                                  const GitLabSelf& self);
// What a person said: neither GitLab's own remarks nor ours.
bool is_reply_of_others(doc::View note, const GitLabSelf& self);
// "failure" and "error" are "failed".
std::string_view gitlab_state(std::string_view state);

}  // namespace gatepost::forge
