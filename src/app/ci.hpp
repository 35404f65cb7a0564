// What the CI system that we run in says about itself and the change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/ports.hpp"
#include "base/note.hpp"
#include "model/ownership.hpp"

namespace gatepost::app {

struct CiFacts {
  enum class System { none, github, gitlab };
  System system = System::none;
  std::string event;       // "pull_request", "push", "merge_request_event" …; "" when unknown
  std::string workspace;   // the directory that the CI checked out, or ""
  std::string repository;  // "acme/shop", or ""
  std::optional<std::uint64_t> change_request;
  std::string merge_commit, change_head, queue_base, forge_merge_base, event_base,
      target_branch;  // as git::ChangeFacts
  std::vector<Note> notes;
};

// From environment variables and, for GitHub, the event file. Something else's variables of the same names are not
// believed: GitLab is GITLAB_CI together with CI_PROJECT_ID.
CiFacts detect_ci(const Ports& ports);

// The CODEOWNERS language of the forge behind the CI; empty when there is none.
std::optional<OwnersDialect> dialect_of(CiFacts::System system);
const char* to_string(CiFacts::System system);

}  // namespace gatepost::app
