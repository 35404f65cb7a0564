// Observations as gatepost itself writes them ("observations/1", docs/cli.md), read back. Whoever hands them over is a
// stranger all the same.
#pragma once

#include <string>
#include <vector>

#include "base/note.hpp"
#include "base/result.hpp"
#include "doc/document.hpp"
#include "model/observation.hpp"
#include "model/report_info.hpp"

namespace gatepost::ingest {

// One observation; `report` and `at` are left to the caller. What it does not say, or says in another type, stays
// unknown. An error when it lacks its engine or its kind.
Result<Observation> read_normalised(doc::View record);

// What a report says of its tool, or tools.
std::vector<ToolInfo> normalised_tools(doc::View report);
// Of one note about a report or a run: known levels only, texts of bounded length.
Result<Note> read_normalised_note(doc::View note);

}  // namespace gatepost::ingest
