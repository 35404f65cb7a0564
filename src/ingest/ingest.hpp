// Reports in, observations out. Every file ends in exactly one ReportState.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "ingest/format.hpp"
#include "model/observation_table.hpp"

namespace gatepost::ingest {

// Reads one report into the table and returns its index there. Never fails: what cannot be read ends as `unrecognised`,
// with a note that says why. Compressed (gzip) reports are unpacked first.
std::uint32_t read_report(ObservationTable& table, std::string path, Bytes bytes, const Options& options);

// Fills in the SHA-256 of every report, which few outputs show: it takes as long as reading the bytes once more.
void add_digests(ObservationTable& table);

}  // namespace gatepost::ingest
