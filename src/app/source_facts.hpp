// What the repository's files say about observations: the code around each place, and whether a package's lines
// changed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/gather.hpp"
#include "correlate/placement.hpp"
#include "git/tree.hpp"
#include "model/change.hpp"
#include "model/observation_table.hpp"

namespace gatepost::app {

// A tree with what each file of its index is.
struct SourceTree {
  const git::Tree& tree;
  const correlate::FileIndex& files;
  std::span<const git::Listing::Entry> entries;
};

// Reads each file that the table speaks of once, and keeps none. `change` may be absent: then nothing is known about
// packages.
// `edited` tells for which lines of which files more is wanted, to recognise findings there in another scan; it may be
// empty.
using IsEdited = std::function<bool(std::string_view path, std::uint32_t line)>;
SourceFacts source_facts(const ObservationTable& table, const SourceTree& sources, const ChangeSet* change,
                         const IsEdited& edited = {});

// GitHub's primaryLocationLineHash of each line, [0] being line 1; empty when the file is not there.
std::vector<std::string> github_line_hashes(const git::Tree& tree, std::string_view path);

}  // namespace gatepost::app
