// Which format a report has: the formats written in C++ first, then the mappings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/format.hpp"
#include "ingest/mapping/mapping.hpp"

namespace gatepost::ingest {

// What `gatepost formats` tells of one.
struct FormatInfo {
  std::string id, title, kind, recognised_by, yields;
  std::vector<std::string> clean_reports;  // whole files that the tool writes for a clean scan, without blanks
};
// All formats of the binary, by id. Compiles every mapping.
std::vector<FormatInfo> describe_formats();
// Their ids, sorted; without compiling anything.
std::vector<std::string_view> format_ids();

// A report's format: one of the two is set, or none when nothing fits.
struct Recognised {
  const Format* format = nullptr;
  const mapping::Mapping* mapping = nullptr;
  mapping::SourceFormat source = mapping::SourceFormat::json;
  [[nodiscard]] bool found() const { return format != nullptr || mapping != nullptr; }
  [[nodiscard]] std::string_view id() const;
};

// Tries options.tool only, when it is given. Two mappings that both fit, and of which none says that it precedes the
// other, are noted, and nothing is recognised.
Recognised recognise(Candidate& candidate, const Options& options, std::vector<Note>& notes);

// True when these bytes are all that the tool of the format writes for a clean scan: "[]".
bool is_clean_report(std::string_view id, const Bytes& bytes, const Options& options);

}  // namespace gatepost::ingest
