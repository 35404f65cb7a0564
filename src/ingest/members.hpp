// Reports in an archive: what a pipeline's artifact holds, or a tool's own bundle, is one report.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "ingest/companions.hpp"
#include "ingest/format.hpp"

namespace gatepost::ingest {

// Reads one file into the report that the writer stands for, and decides its state. What lies beside it may be nullptr.
using ReadPlain = void (*)(std::string path, const Bytes& bytes, const Options& options, ReportWriter& out,
                           Companions* beside);

// Reads each member of the archive on its own and puts together what comes of it: places are "member!place", the state
// is the worst of those that were recognised, and partial when a member looks like a report that nobody recognised.
void read_members(const Bytes& archive, const Options& options, ReportWriter& out, ReadPlain read);

}  // namespace gatepost::ingest
