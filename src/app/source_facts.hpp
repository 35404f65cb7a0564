// What the repository's files say about observations: the code around each place, and whether a package's lines
// changed.
#pragma once

#include <optional>
#include <string>

#include "app/gather.hpp"
#include "correlate/placement.hpp"
#include "git/tree.hpp"
#include "model/change.hpp"
#include "model/observation_table.hpp"

namespace gatepost::app {

// Reads each file that the table speaks of once, and keeps none. `change` may be absent: then nothing is known about
// packages.
SourceFacts source_facts(const ObservationTable& table, const correlate::FileIndex& files, const git::Tree& tree,
                         const ChangeSet* change);

// GitHub's primaryLocationLineHash of a line, "" when the file or the line is not there.
std::string github_line_hash(const git::Tree& tree, std::string_view path, std::uint32_t line);

}  // namespace gatepost::app
