// What people say about a pull request, and what they may do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "forge/forge.hpp"
#include "forge/github_api.hpp"
#include "forge/github_self.hpp"

namespace gatepost::forge {

// As Forge says of each.
Result<std::optional<SaidComment>> read_comment(GitHubApi& api, const CommentPlace& place);
Result<std::vector<SaidComment>> read_comments(GitHubApi& api, std::uint64_t request, std::string_view beginning);
Result<std::string> read_level(GitHubApi& api, const SaidComment& said);
Result<std::optional<bool>> read_membership(GitHubApi& api, const SaidComment& said, const std::string& team);
Result<std::vector<std::uint64_t>> read_open_requests(GitHubApi& api);
Status acknowledge(GitHubApi& api, const CommentPlace& place);
Result<Applied> answer(GitHubApi& api, const Self& self, const CommentPlace& place, const std::string& marker,
                       const std::string& body);

}  // namespace gatepost::forge
