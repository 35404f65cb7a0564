// Reads reports by a mapping.
#pragma once

#include "ingest/format.hpp"
#include "ingest/mapping/mapping.hpp"

namespace gatepost::ingest::mapping {

// In which of its formats the content, or the beginning of it, is a report of this mapping; empty when it is none.
std::optional<SourceFormat> recognise(const Mapping& mapping, Candidate& candidate, Extent extent = Extent::whole);
void read(const Mapping& mapping, SourceFormat format, Candidate& candidate, ReportWriter& out);

}  // namespace gatepost::ingest::mapping
