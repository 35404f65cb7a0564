// All records of one block of a mapping.
#pragma once

#include "ingest/mapping/record.hpp"

namespace gatepost::ingest::mapping {

// Adds the block's observations to the report, on up to `threads` threads: their number changes nothing of what is
// read. The documents that the scope shows are shared among as many (doc/page_loan.hpp).
Skips read_block(const BlockSource& source, Scope& scope, ReportWriter& out, unsigned threads);

}  // namespace gatepost::ingest::mapping
