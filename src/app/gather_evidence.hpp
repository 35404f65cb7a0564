// VEX documents and runtime evidence, each with how far its place is to be believed. What cannot be read counts for
// nothing, and a note says so.
#pragma once

#include <string>
#include <vector>

#include "app/settings_files.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "context/evidence.hpp"
#include "git/object_id.hpp"
#include "git/repository.hpp"
#include "model/change.hpp"

namespace gatepost::app {

struct EvidenceRequest {
  git::ObjectId rules;                    // the revision that settings come from
  const ChangeSet* change = nullptr;      // what it brings is not believed
  bool own_files = false;                 // a person looks at the own work tree: what lies there is theirs
  std::vector<std::string> vex, runtime;  // files that the command line names
  std::vector<std::string> products;      // names of what the repository builds
};

// Files of the settings' patterns come from the revision of the rules, from the change, and from the work tree beside
// both. Fails when a file that the command line names cannot be opened.
Result<context::Evidence> gather_evidence(const git::Repository& repository, const config::Settings& settings,
                                          const EvidenceRequest& request);

// Where only single files can be asked for: those that the settings name without a pattern.
Result<context::Evidence> evidence_without_tree(const config::Settings& settings, const ReadFile& read);

}  // namespace gatepost::app
