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
  std::string event;              // "pull_request", "push", "merge_request_event" …; "" when unknown
  std::string workspace;          // the directory that the CI checked out, or ""
  std::string repository;         // "acme/shop", or ""
  std::string target_repository;  // of a change from elsewhere: where it goes; "" when that is `repository`
  std::optional<std::uint64_t> change_request;
  std::string merge_commit, change_head, queue_base, forge_merge_base, push_base, event_base,
      target_branch;  // as git::ChangeFacts

  // Where a result is published, and what it is called. Everything here may be "" or 0.
  std::string server;        // "https://github.com"
  std::string api, graphql;  // addresses of its interfaces
  std::string project;       // what the interface calls the repository: "acme/shop"; GitLab: the target's number
  std::string code_url;      // the files of a commit are below it: "https://github.com/acme/shop/blob"
  std::string ref;           // "refs/pull/7/merge"
  std::string branch, default_branch;  // that the pipeline runs on; of the repository. "" when unknown
  std::uint64_t run = 0;               // number of this run; a later run has a higher one
  std::uint64_t attempt = 0;           // GitLab: number of the job
  std::string pipeline_head;  // GitLab: the commit of the pipeline `run`, when that is one of `project`; else ""
  std::string run_url;        // its page
  bool from_fork = false;
  bool restricted = false;        // the change comes from a fork or from Dependabot: tokens may read, and no more
  bool judges_other_run = false;  // a trusted run after an untrusted one (workflow_run): `change_head` is that one's
  std::string head_repository, head_branch;  // of a change from elsewhere, for looking it up
  std::string summary_file, output_file;     // GitHub: the job's summary and the step's outputs
  std::vector<Note> notes;
};

// From environment variables and, for GitHub, the event file. Something else's variables of the same names are not
// believed: GitLab is GITLAB_CI together with CI_PROJECT_ID.
CiFacts detect_ci(const Ports& ports);

// The same run, about the change request of this number, of which nothing else is known.
CiFacts about_change(CiFacts ci, std::uint64_t number);

// The CODEOWNERS language of the forge behind the CI; empty when there is none.
std::optional<OwnersDialect> dialect_of(CiFacts::System system);
const char* to_string(CiFacts::System system);

}  // namespace gatepost::app
