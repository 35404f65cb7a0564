// What workflow runs left for a commit.
#pragma once

#include <optional>

#include "forge/forge.hpp"
#include "forge/github_api.hpp"

namespace gatepost::forge {

// Forge::stored_result. The archive's host never gets our token: the redirect leads elsewhere.
Result<std::optional<StoredFile>> read_stored_result(GitHubApi& api, const WantedResult& wanted);

}  // namespace gatepost::forge
