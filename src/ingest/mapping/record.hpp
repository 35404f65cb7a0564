// One record of a report as an observation.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ingest/format.hpp"
#include "ingest/mapping/mapping.hpp"

namespace gatepost::ingest::mapping {

// What is read from: records of one block in one report.
struct BlockSource {
  const Mapping& mapping;
  const Block& block;
  std::string_view place;  // of the report, which the pointers in it are behind
};

struct Record {
  std::optional<Observation> observation;  // empty of a record that was skipped or rejected
  std::string at;                          // its pointer
  bool skipped = false;                    // it states no problem
};

// Of the loops' variables as they are in the scope. What is to be told of it, that it is rejected included, is told to
// `out`; the observation is not.
Record read_record(const BlockSource& source, Scope& scope, ReportWriter& out);

}  // namespace gatepost::ingest::mapping
