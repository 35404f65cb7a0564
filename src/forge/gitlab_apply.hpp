// Carries out one action at GitLab.
#pragma once

#include "forge/forge.hpp"
#include "forge/gitlab_api.hpp"
#include "forge/gitlab_self.hpp"
#include "publish/action.hpp"
#include "publish/shown.hpp"

namespace gatepost::forge {

// `self` is who wrote what is ours: for finding again what was written when an answer is lost.
Result<Applied> carry_out(GitLabApi& api, const GitLabSelf& self, const publish::Action& action,
                          const publish::Shown& shown);

// GitLab carries out a line that begins with a slash, with our rights; it takes "\r" away first. Such a text is an
// error.
Status check_harmless(std::string_view body);

}  // namespace gatepost::forge
