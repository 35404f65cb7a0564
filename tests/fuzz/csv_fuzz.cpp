#include "doc/csv.hpp"

#include "base/text.hpp"
#include "fuzz/check.hpp"

using namespace gatepost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = doc::CsvDocument::parse(fuzz::text_of(data, size), "input");
  if (!document) {
    FUZZ_CHECK(document.error().message.starts_with("input:"));
    FUZZ_CHECK(text::is_utf8(document.error().message));
    return 0;
  }
  FUZZ_CHECK(!document->header().empty());
  std::uint32_t line = 0;
  for (std::size_t row = 0; row < document->size(); ++row) {
    FUZZ_CHECK(document->row(row).size() == document->header().size());
    FUZZ_CHECK(document->line(row) > line);
    line = document->line(row);
    for (const std::string& title : document->header()) FUZZ_CHECK(text::is_utf8(document->cell(row, title)));
    FUZZ_CHECK(document->cell(row, "no such column\n").empty());
  }
  return 0;
}
