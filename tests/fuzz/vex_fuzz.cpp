#include "base/text.hpp"
#include "context/vex.hpp"
#include "context/vex_resolution.hpp"
#include "fuzz/check.hpp"
#include "model/version_range.hpp"

using namespace gatepost;

namespace {

// Every order of versions has to be the same from both sides.
void check_versions(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return;
  const std::string_view a = text.substr(0, end), b = text.substr(end + 1);
  for (std::size_t i = 0; i < kVersionSchemeNames.size(); ++i) {
    const auto scheme = static_cast<VersionScheme>(i);
    const auto forth = compare_versions(scheme, a, b), back = compare_versions(scheme, b, a);
    FUZZ_CHECK(forth.has_value() == back.has_value());
    if (forth) FUZZ_CHECK(*forth == (0 <=> *back));
    if (const auto self = compare_versions(scheme, a, a)) FUZZ_CHECK(*self == 0);
  }
  if (const auto range = VersionRange::parse(a)) (void)range->contains(b);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  check_versions(text);
  auto document = context::read_vex(std::string(text), "input", VexOrigin::workspace);
  if (!document) {
    FUZZ_CHECK(document.error().message.starts_with("input"));
    return 0;
  }
  for (const VexStatement& it : document->statements) FUZZ_CHECK(!it.ids.empty() && !it.targets.empty());
  const context::VexIndex index(std::move(document->statements), {});
  const context::VexSubject subject{.ids = {"CVE-2021-23337"},
                                    .package = Purl::parse("pkg:npm/lodash@4.17.20"),
                                    .image = "ghcr.io/acme/cart:1",
                                    .service = "cart"};
  // Nobody is trusted: nothing may decide.
  for (const VexFact& fact : index.about(subject)) {
    FUZZ_CHECK(!fact.decides && !fact.advisory_only.empty());
    FUZZ_CHECK(text::is_utf8(fact.statement));
  }
  return 0;
}
