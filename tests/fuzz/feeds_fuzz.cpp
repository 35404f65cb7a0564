#include "base/text.hpp"
#include "context/feeds.hpp"
#include "doc/json.hpp"
#include "fuzz/check.hpp"

using namespace gatepost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  if (const auto table = context::EpssTable::parse(text, "input")) {
    FUZZ_CHECK(table->size() > 0);
    FUZZ_CHECK(text::is_utf8(table->model()));
    if (const auto score = table->find("CVE-2024-0001")) FUZZ_CHECK(score->ppm <= 1'000'000);
  } else {
    FUZZ_CHECK(table.error().message.starts_with("input:"));
  }
  const auto document = doc::parse_json(std::string(text), "input");
  if (!document) return 0;
  const auto catalogue = context::KevCatalogue::read(*document);
  if (!catalogue) FUZZ_CHECK(catalogue.error().message.starts_with("input:"));
  context::Feeds feeds;
  feeds.add(context::read_cve_record(document->root()));
  feeds.sort();
  const Enrichment known = context::ask(feeds, {"CVE-2024-0001"});
  if (known.ssvc) FUZZ_CHECK(known.ssvc->cve == "CVE-2024-0001");
  return 0;
}
