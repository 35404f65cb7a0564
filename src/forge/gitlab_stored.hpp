// What jobs left for a commit.
#pragma once

#include <optional>

#include "forge/forge.hpp"
#include "forge/gitlab_api.hpp"

namespace gatepost::forge {

// Forge::stored_result. The storage's host never gets our token: the redirect leads elsewhere.
Result<std::optional<StoredFile>> read_stored_result(GitLabApi& api, const WantedResult& wanted);

}  // namespace gatepost::forge
