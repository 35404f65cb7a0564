// What a run of the gate found on the commit that a change is at, so that nobody has to scan again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "forge/forge.hpp"
#include "publish/shown.hpp"

namespace gatepost::app {

struct FoundResult {
  std::string text, name;      // name: for messages
  std::uint64_t pipeline = 0;  // GitLab: the one that judged this commit, which a status can be set on; 0: not known
};

// The file that somebody names.
Result<FoundResult> named_result(const std::string& path);
// The newest one that the forge keeps for the head of the change; empty when there is none. It can be read
// (app::read_result), and is still a stranger's: it decides nothing but what was found.
Result<std::optional<FoundResult>> kept_result(forge::Forge& forge, const publish::ChangeRequest& change,
                                               const config::StoredResult& place);
// Why there is none: a sentence.
std::string nothing_kept(const publish::ChangeRequest& change, const config::StoredResult& place);

}  // namespace gatepost::app
