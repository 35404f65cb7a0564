// Reads the code of the head for what it imports.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "context/surroundings.hpp"
#include "correlate/placement.hpp"
#include "git/repository.hpp"
#include "git/tree.hpp"
#include "model/assessment.hpp"
#include "model/observation_table.hpp"

namespace gatepost::app {

struct ImportRequest {
  const git::Repository& repository;
  const git::Tree& head;
  std::span<const git::Listing::Entry> entries;  // of the head; `files` has the paths
  const ObservationTable& table;
  const correlate::FileIndex& files;
  const correlate::Placement& placement;
  unsigned threads = 1;
};
// Of every package that a finding in a manifest is about. Nothing is read when there is none. It is the head that is
// judged, so the head's code answers, also where the answer lowers a risk.
context::Surroundings::Imports gather_imports(const ImportRequest& request, std::vector<Note>& notes);

// The manifest and the package that a finding is about, as gather_imports calls them; empty for others.
std::optional<std::pair<std::string, std::string>> import_question(const Assessment& assessment,
                                                                   const Finding& finding);

}  // namespace gatepost::app
