// Reports in, observations out. Every file ends in exactly one ReportState.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "ingest/format.hpp"
#include "model/observation_table.hpp"

namespace gatepost::ingest {

// Reads one report into the table and returns its index there. Never fails: what cannot be read ends as `unrecognised`,
// with a note that says why. Compressed (gzip) reports are unpacked first.
std::uint32_t read_report(ObservationTable& table, std::string path, Bytes bytes, const Options& options);

struct ReportFile {
  std::string path;
  Bytes bytes;
  std::string tool;  // as Options::tool
};
// The same for several, in their order. options.threads of them are unpacked, recognised and parsed at a time, and no
// more are held in memory as trees; the table is the one that reading them one after the other gives.
void read_reports(ObservationTable& table, std::vector<ReportFile> files, const Options& options);

// Fills in the SHA-256 of every report, which few outputs show: it takes as long as reading the bytes once more.
void add_digests(ObservationTable& table);

}  // namespace gatepost::ingest
