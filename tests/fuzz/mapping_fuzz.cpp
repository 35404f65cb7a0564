// A mapping and a report: "mapping\n---\nreport", any bytes. A mapping compiles or is refused with a place, and one
// that compiles reads any report to a stated end.
#include <memory>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "fuzz/check.hpp"
#include "ingest/ingest.hpp"
#include "ingest/mapping/mapping.hpp"

using namespace gatepost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input = fuzz::text_of(data, size);
  const std::size_t cut = input.find("\n---\n");
  const std::string report = cut == std::string::npos ? "{}" : input.substr(cut + 5);
  auto mapping = ingest::mapping::parse_mapping(input.substr(0, cut), "mapping.yaml");
  if (!mapping) {
    FUZZ_CHECK(text::is_utf8(mapping.error().message));
    FUZZ_CHECK(mapping.error().message.find("mapping.yaml") != std::string::npos);
    return 0;
  }
  const std::string id = mapping->id;
  std::vector<ingest::mapping::Mapping> mappings;
  mappings.push_back(std::move(*mapping));
  const ingest::Options options{
      .tool = id, .mappings = std::make_shared<const std::vector<ingest::mapping::Mapping>>(std::move(mappings))};
  ObservationTable table;
  ingest::read_report(table, "report", Bytes::of(report), options);
  const ReportInfo& info = table.reports().front();
  FUZZ_CHECK(info.records.mapped == table.size());
  FUZZ_CHECK(info.state != ReportState::complete || table.size() > 0);
  FUZZ_CHECK(info.state != ReportState::complete || info.records.rejected == 0);
  for (Row row = 0; row < table.size(); ++row) {
    const Observation it = table.observation(row);
    FUZZ_CHECK(!it.engine.empty());
    FUZZ_CHECK(text::is_utf8(it.title) && text::is_utf8(it.message) && text::is_utf8(it.rule));
  }
  return 0;
}
