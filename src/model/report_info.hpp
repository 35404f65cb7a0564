// What became of one report file.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/note.hpp"

namespace gatepost {

// Every ingest ends in exactly one of these. Only the first two may close findings.
enum class ReportState : std::uint8_t {
  complete,        // recognised, every record mapped
  complete_empty,  // recognised, and positive evidence that a scan ended with nothing to say; or, without any engine,
                   // a whole document that is no scan (docs/adr/0010-an-inventory-is-no-scan.md)
  partial,         // records rejected, the file cut, or the tool reports errors: may open, never closes
  unrecognised,    // nothing we know
  tool_error,      // the tool reports that it failed
};
inline constexpr std::array<std::string_view, 5> kReportStateNames = {"complete", "complete-empty", "partial",
                                                                      "unrecognised", "tool-error"};
inline std::string_view to_string(ReportState state) { return kReportStateNames[static_cast<std::size_t>(state)]; }
inline bool is_complete(ReportState state) {
  return state == ReportState::complete || state == ReportState::complete_empty;
}

struct ToolInfo {
  std::string name, version;
  friend bool operator==(const ToolInfo&, const ToolInfo&) = default;
};

struct RecordCounts {
  std::uint64_t seen = 0;      // records in the file
  std::uint64_t mapped = 0;    // became observations
  std::uint64_t rejected = 0;  // could not be read
  std::uint64_t grouped = 0;   // folded into another observation
  std::uint64_t skipped = 0;   // no statement of a problem: a passed check, a parent record
  friend bool operator==(const RecordCounts&, const RecordCounts&) = default;
};

struct ReportInfo {
  std::string path;                  // as given on the command line, or relative to the repository
  std::string format;                // "sarif"; "" when unknown
  std::vector<ToolInfo> tools;       // one for each run
  std::vector<std::string> engines;  // the engines that reported here, also without findings; sorted
  std::string sha256;                // of the file's bytes, hex
  ReportState state = ReportState::unrecognised;
  RecordCounts records;
  std::vector<Note> notes;
  std::string database;  // the day of the advisories that the scanner knew, "2026-11-01"; "" when it does not say
  friend bool operator==(const ReportInfo&, const ReportInfo&) = default;
};

}  // namespace gatepost
