// Besides: what is shown in parts is what the whole tree shows.
#include "doc/csv.hpp"

#include "base/text.hpp"
#include "doc/csv_paged.hpp"
#include "fuzz/check.hpp"
#include "fuzz/views.hpp"

using namespace gatepost;

namespace {

void check_in_parts(const std::string& text) {
  constexpr doc::PageSizes kTiny{.window = 64, .page = 24};
  const auto paged = doc::parse_paged_csv(Bytes::of(text), "input", {}, {}, kTiny);
  if (!paged) return;
  const auto whole = doc::parse_csv(text, "input");
  FUZZ_CHECK(whole.ok());
  fuzz::check_view(paged->records.document.root());
  FUZZ_CHECK(fuzz::written(paged->records.document.root()) == fuzz::written(whole->records.document.root()));
  FUZZ_CHECK(paged->records.rejected == whole->records.rejected &&
             paged->records.truncated == whole->records.truncated);
  FUZZ_CHECK(paged->header == whole->header && paged->separator == whole->separator && whole->notes.empty());
  FUZZ_CHECK(!paged->records.document.changed());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  check_in_parts(text);
  const auto document = doc::CsvDocument::parse(text, "input");
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
