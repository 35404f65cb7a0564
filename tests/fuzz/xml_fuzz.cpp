// Besides: what is shown in parts is what the whole tree shows.
#include "doc/xml.hpp"

#include "base/text.hpp"
#include "doc/shape.hpp"
#include "doc/xml_paged.hpp"
#include "fuzz/check.hpp"
#include "fuzz/views.hpp"

using namespace gatepost;

namespace {

void check_view(doc::XmlView view) {
  FUZZ_CHECK(view.exists());
  FUZZ_CHECK(text::is_utf8(view.text()));
  FUZZ_CHECK(text::is_utf8(view.attribute("id")));
  FUZZ_CHECK(view.position().line > 0);
  FUZZ_CHECK(view.pointer().ends_with("]"));
  FUZZ_CHECK(text::is_utf8(view.namespace_uri()));
  for (const doc::XmlView child : view.children()) {
    FUZZ_CHECK(view.child(child.tag()).exists());
    FUZZ_CHECK(!view.children(child.tag()).empty());
    check_view(child);
  }
}

void check_in_parts(const std::string& text) {
  constexpr doc::PageSizes kTiny{.window = 128, .page = 32, .largest_child = 64};
  const auto paged = doc::parse_paged_xml(Bytes::of(text), "input", {}, kTiny);
  if (!paged) return;
  const auto whole = doc::parse_xml(text, "input");
  FUZZ_CHECK(whole.ok() && !whole->truncated && whole->notes.empty());
  fuzz::check_view(paged->root());
  FUZZ_CHECK(fuzz::written(paged->root()) == fuzz::written(whole->document.root()));
  FUZZ_CHECK(!paged->changed());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  FUZZ_CHECK(doc::first_look(text).start <= text.size());
  check_in_parts(text);
  const auto document = doc::XmlDocument::parse(text, "input");
  if (document) {
    check_view(document->root());
  } else {
    FUZZ_CHECK(document.error().message.starts_with("input: "));
    FUZZ_CHECK(text::is_utf8(document.error().message));
  }
  return 0;
}
