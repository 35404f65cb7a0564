// The records of one block on several threads: this one goes through the loops, all of them make observations of what
// it finds, each in a table of its own.
#pragma once

#include <optional>

#include "ingest/mapping/record.hpp"

namespace gatepost::ingest::mapping {

// As read_block, of a block without groups. Nothing, and nothing has happened, when one thread has to do it: the report
// is too much work, and how much of it is read depends on the order in which it is done.
std::optional<Skips> read_with_crew(const BlockSource& source, Scope& scope, ReportWriter& out, unsigned threads);

}  // namespace gatepost::ingest::mapping
