// What a git server answers, up to its pack.
#include "base/text.hpp"
#include "fuzz/check.hpp"
#include "git/pinned.hpp"
#include "git/protocol.hpp"

using namespace gatepost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  const auto pack = git::pack_in(text);
  if (pack) {
    FUZZ_CHECK(pack->size() <= text.size() && pack->starts_with("PACK"));
  } else {
    FUZZ_CHECK(text::is_utf8(pack.error().message));
  }
  const auto ref = git::ref_in(text, "refs/gatepost/ledger");
  FUZZ_CHECK(ref || text::is_utf8(ref.error().message));
  const Status pushed = git::check_push(text, "refs/gatepost/ledger");
  FUZZ_CHECK(pushed || text::is_utf8(pushed.error().message));
  return 0;
}
