// Any bytes as an HTML page: a tree of bounded depth, whose texts are the page's.
#include "doc/html.hpp"

#include "base/text.hpp"
#include "fuzz/check.hpp"

using namespace gatepost;

namespace {

void check_element(doc::View element, std::string_view around, std::uint32_t depth) {
  FUZZ_CHECK(depth <= Limits{}.depth);
  FUZZ_CHECK(!element.at("#tag").text().empty());
  const std::string_view text = element.at("#text").text();
  FUZZ_CHECK(text::is_utf8(text));
  const std::string_view tag = element.at("#tag").text();
  const bool hidden = tag == "script" || tag == "style" || tag == "iframe" || tag == "noembed" || tag == "noframes";
  FUZZ_CHECK(hidden || around.find(text) != std::string_view::npos);
  for (const auto& [key, value] : element.members()) {
    FUZZ_CHECK(text::is_utf8(key));
    for (const doc::View child : value.items()) {
      FUZZ_CHECK(child.at("#tag").text() == key);
      FUZZ_CHECK(child.position().line > 0);
      check_element(child, text, depth + 1);
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto page = doc::parse_html(fuzz::text_of(data, size), "input");
  if (!page) {
    FUZZ_CHECK(page.error().message.starts_with("input: "));
    return 0;
  }
  const doc::View root = page->document.root();
  FUZZ_CHECK(root.at("#tag").text() == "html");
  check_element(root, root.at("#text").text(), 1);
  return 0;
}
