// One record of a report as an observation.
#pragma once

#include <cstdint>
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
  std::optional<Draft> draft;  // finished; empty of a record that was skipped or rejected
  std::string at;              // its pointer
  bool skipped = false;        // it states no problem
  bool unjudged = false;       // skipped, and nothing of what `when` compares is there
};

// Records without an observation.
struct Skips {
  std::uint64_t skipped = 0;
  std::uint64_t unjudged = 0;  // of the skipped ones

  void add(const Record& record) {
    skipped += record.skipped ? 1 : 0;
    unjudged += record.unjudged ? 1 : 0;
  }
  void add(const Skips& other) {
    skipped += other.skipped;
    unjudged += other.unjudged;
  }
};

// Of the loops' variables as they are in the scope. What is to be told of it, that it is rejected included, is told to
// `out`; the observation is not.
Record read_record(const BlockSource& source, Scope& scope, ReportWriter& out);

// An item of the list that the loop at `depth` goes through is no record: rejected, unless an earlier block has done
// so.
void reject_stray(const BlockSource& source, std::size_t depth, const Value& item, Scope& scope, ReportWriter& out);

}  // namespace gatepost::ingest::mapping
