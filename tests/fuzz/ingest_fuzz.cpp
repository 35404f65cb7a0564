// Any bytes as a report: every file ends in one state, and every observation can be read back.
#include "fuzz/check.hpp"
#include "ingest/ingest.hpp"

using namespace gatepost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ingest::Options options;
  options.threads = 1 + size % 2;
  options.limits.unpacked_bytes = 1 << 20;
  options.secret_key = Secret("key");
  ObservationTable table;
  const std::uint32_t report = ingest::read_report(table, "input", Bytes::of(fuzz::text_of(data, size)), options);
  const ReportInfo& info = table.reports().at(report);
  FUZZ_CHECK(info.state != ReportState::unrecognised || table.size() == 0);
  FUZZ_CHECK(info.state != ReportState::complete_empty || table.size() == 0);
  FUZZ_CHECK(info.state != ReportState::unrecognised || !info.notes.empty());
  FUZZ_CHECK(!is_complete(info.state) || info.records.rejected == 0);
  for (Row row = 0; row < table.size(); ++row) {
    const Observation seen = table.observation(row);
    FUZZ_CHECK(seen.report == report);
    FUZZ_CHECK(!seen.at.empty());
  }
  return 0;
}
