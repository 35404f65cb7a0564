// Comments in the code that name waivers: "# gatepost:waive W-2026-014".
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/source_text.hpp"
#include "model/change.hpp"
#include "model/observation_table.hpp"
#include "policy/waiver.hpp"

namespace gatepost::app {

using ReferencesByRow = std::map<Row, std::vector<policy::WaiverReference>>;

// The ids that the comment on a line names. `alone`: only when nothing but the comment is on the line.
std::vector<std::string> waivers_named(std::string_view line, bool alone);

// Of each row those on its first line, and those on the line above when nothing else is there. `edits` is absent for a
// file that the change left alone.
void add_references(const ObservationTable& table, std::span<const Row> rows, const correlate::SourceText& source,
                    std::string_view path, const FileChange* edits, ReferencesByRow& out);

}  // namespace gatepost::app
