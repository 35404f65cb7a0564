#include "doc/yaml.hpp"

#include "fuzz/check.hpp"
#include "fuzz/views.hpp"

using namespace gatepost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = doc::parse_yaml(fuzz::text_of(data, size), "input");
  if (!document) {
    FUZZ_CHECK(document.error().message.starts_with("input:"));
    FUZZ_CHECK(text::is_utf8(document.error().message));
  } else if (document->root().exists()) {
    fuzz::check_view(document->root());
    FUZZ_CHECK(document->notes().empty());
  }
  return 0;
}
