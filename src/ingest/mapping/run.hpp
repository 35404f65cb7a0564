// Reads reports by a mapping.
#pragma once

#include "ingest/companions.hpp"
#include "ingest/format.hpp"
#include "ingest/mapping/mapping.hpp"

namespace gatepost::ingest::mapping {

// In which of its formats the content, or the beginning of it, is a report of this mapping; empty when it is none.
std::optional<SourceFormat> recognise(const Mapping& mapping, Candidate& candidate, Extent extent = Extent::whole);
// What lies beside the report may be nullptr.
void read(const Mapping& mapping, SourceFormat format, Candidate& candidate, ReportWriter& out, Companions* beside);

}  // namespace gatepost::ingest::mapping
