// What people say about a merge request, and what they may do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "forge/forge.hpp"
#include "forge/gitlab_api.hpp"
#include "forge/gitlab_self.hpp"

namespace gatepost::forge {

// As Forge says of each.
Result<std::optional<SaidComment>> read_comment(GitLabApi& api, const CommentPlace& place);
Result<std::vector<SaidComment>> read_comments(GitLabApi& api, std::uint64_t request, std::string_view beginning);
Result<std::string> read_level(GitLabApi& api, const SaidComment& said);
Result<std::optional<bool>> read_membership(GitLabApi& api, const SaidComment& said, const std::string& team);
Result<std::uint64_t> read_account(GitLabApi& api, const std::string& login);
Result<std::vector<std::uint64_t>> read_open_requests(GitLabApi& api);
Status acknowledge(GitLabApi& api, const CommentPlace& place);
Result<Applied> answer(GitLabApi& api, const GitLabSelf& self, const CommentPlace& place, const std::string& marker,
                       const std::string& body);

}  // namespace gatepost::forge
