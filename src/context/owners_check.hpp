// `gatepost owners check`: what is wrong with a CODEOWNERS file, and which files nobody owns.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "context/known_owners.hpp"
#include "context/owners.hpp"
#include "context/teams.hpp"
#include "model/ownership.hpp"

namespace gatepost::context {

struct OwnersCheckOptions {
  // Files whose owners decide what is merged and deployed, in GitHub's pattern language.
  std::vector<std::string> sensitive = {
      "/.github/CODEOWNERS", "/.gitlab/CODEOWNERS", "/CODEOWNERS",  "/docs/CODEOWNERS", "/.github/workflows/",
      "/.github/actions/",   "/.gitlab-ci.yml",     "/.gitlab/ci/", "/.circleci/",      "/azure-pipelines.yml",
      "/Jenkinsfile",        "/.gatepost.yml",      "/.gatepost/"};
  // More owners than this on a sensitive file are too many to say that somebody watches it.
  std::size_t most_owners_of_sensitive = 5;
};

struct OwnersCheckInput {
  const CodeOwners& owners;
  std::optional<std::span<const std::string>> paths;  // every file of the revision; empty: not known
  const KnownOwners* known = nullptr;                 // the owners that exist; null: not known
  std::vector<std::string> ignored;                   // CODEOWNERS files that the forge does not read
  const TeamDirectory* teams = nullptr;               // null: nobody stated teams
};

OwnersCheck check_owners(const OwnersCheckInput& input, const OwnersCheckOptions& options = {});

}  // namespace gatepost::context
