// Carries out one action at GitHub.
#pragma once

#include "forge/forge.hpp"
#include "forge/github_api.hpp"
#include "forge/github_self.hpp"
#include "publish/action.hpp"
#include "publish/shown.hpp"

namespace gatepost::forge {

// `self` is who wrote what is ours: for finding again what was written when an answer is lost.
Result<Applied> carry_out(GitHubApi& api, const net::Time& time, const net::Limits& limits, const Self& self,
                          const publish::Action& action, const publish::Shown& shown);

// The check run: created, then extended by 50 annotations at a time, completed with the last of them.
Result<Applied> write_check_run(GitHubApi& api, const publish::WriteCheckRun& run, const publish::Shown& shown);

// Uploads, and waits a while for the server to say whether it can read it.
Result<Applied> upload_sarif(GitHubApi& api, const net::Time& time, const net::Limits& limits,
                             const publish::UploadSarif& upload);

// An answer as if it were the server's, for what was found of a call whose answer was lost.
net::Response found_again(doc::View thing);
// The page of what an answer describes; "" when it names none.
std::string page_of(doc::View thing);

}  // namespace gatepost::forge
