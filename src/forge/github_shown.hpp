// What GitHub shows of a pull request and of the commit that was judged.
#pragma once

#include <functional>

#include "forge/forge.hpp"
#include "forge/github_api.hpp"
#include "forge/github_self.hpp"
#include "publish/shown.hpp"

namespace gatepost::forge {

// What must be read to go on comes first. What is optional and cannot be read is told in the notes, and what depends on
// it is not among the abilities. `self` is asked once the pull request is known.
Result<publish::Shown> read_shown(GitHubApi& api, const Wanted& wanted, const std::function<Result<Self>()>& self);

// Of one open pull request whose newest commit is wanted.head, of the repository and branch that `wanted` names.
Result<std::uint64_t> find_pull_request(GitHubApi& api, const Wanted& wanted);

}  // namespace gatepost::forge
