// Any bytes as an archive, alone and as a report.
#include <algorithm>

#include "base/archive.hpp"
#include "base/text.hpp"
#include "fuzz/check.hpp"
#include "ingest/ingest.hpp"

using namespace gatepost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Limits limits;
  limits.archive_members = 20;
  limits.member_bytes = 1 << 16;
  limits.archive_bytes = 1 << 18;
  limits.unpacked_bytes = 1 << 20;
  const Bytes bytes = Bytes::of(fuzz::text_of(data, size));
  const auto members = read_archive(bytes, limits);
  if (members) {
    std::uint64_t all = 0;
    FUZZ_CHECK(members->size() <= limits.archive_members);
    FUZZ_CHECK(std::ranges::is_sorted(*members, {}, &ArchiveMember::name));
    for (const ArchiveMember& member : *members) {
      FUZZ_CHECK(text::is_utf8(member.name));
      FUZZ_CHECK(member.bytes.all(limits.member_bytes).ok());
      all += member.bytes.size();
    }
    FUZZ_CHECK(all <= limits.archive_bytes);
  } else {
    FUZZ_CHECK(text::is_utf8(members.error().message));
  }
  ingest::Options options;
  options.limits = limits;
  ObservationTable table;
  const std::uint32_t report = ingest::read_report(table, "input", bytes, options);
  const ReportInfo& info = table.reports().at(report);
  FUZZ_CHECK(info.state != ReportState::unrecognised || (table.size() == 0 && !info.notes.empty()));
  FUZZ_CHECK(!is_complete(info.state) || info.records.rejected == 0);
  for (Row row = 0; row < table.size(); ++row) FUZZ_CHECK(table.observation(row).report == report);
  return 0;
}
