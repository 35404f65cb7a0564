// Spreadsheets (Office Open XML, ".xlsx"): some tools export nothing else.
#pragma once

#include <optional>
#include <vector>

#include "base/archive.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"

namespace gatepost::ingest {

// Of an archive that is a spreadsheet each sheet as a CSV file under the sheet's name, in the order of the book; empty
// for any other archive. Cells are as they are stored: dates are numbers of days, formulas their last result.
std::optional<Result<std::vector<ArchiveMember>>> sheets_of(const std::vector<ArchiveMember>& members,
                                                            const Limits& limits);

}  // namespace gatepost::ingest
