#include "base/text.hpp"
#include "context/runtime.hpp"
#include "fuzz/check.hpp"

using namespace gatepost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  (void)context::parse_duration(text);
  auto document = context::read_runtime(std::string(text), "input");
  if (!document) {
    FUZZ_CHECK(document.error().message.starts_with("input"));
    return 0;
  }
  context::RuntimeEvidence evidence;
  evidence.add(std::move(*document));
  const auto purl = Purl::parse("pkg:npm/lodash@4.17.15");
  const auto fact = evidence.about(*purl, {.service = "cart", .image = {}}, Timestamp{1'795'132'800'000}, 14);
  if (fact) FUZZ_CHECK(fact->doubt.empty() || fact->reach == Reach::unknown);
  // Without a workload nothing is ever known not to run.
  const auto anywhere = evidence.about(*purl, {}, Timestamp{1'795'132'800'000}, 14);
  if (anywhere) FUZZ_CHECK(anywhere->reach != Reach::not_loaded);
  return 0;
}
