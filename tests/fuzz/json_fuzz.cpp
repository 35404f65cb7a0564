// Besides: nlohmann's parser, which here gets the text as it is, accepts what we accept and finds the same, but for
// what we put up with and for numbers beyond a double. And what is shown in parts is what the whole tree shows.
#include "doc/json.hpp"

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "doc/json_paged.hpp"
#include "fuzz/check.hpp"
#include "fuzz/views.hpp"

using namespace gatepost;

namespace {

void check_in_parts(const std::string& text) {
  constexpr doc::PageSizes kTiny{.window = 64, .page = 32, .least = 8, .largest_child = 64};
  const auto paged = doc::parse_paged_json(Bytes::of(text), 0, "input", {}, kTiny);
  if (!paged) return;
  const auto whole = doc::parse_json(text, "input", {}, doc::JsonReading::lenient);
  FUZZ_CHECK(whole.ok());
  fuzz::check_view(paged->document.root());
  FUZZ_CHECK(fuzz::written(paged->document.root()) == fuzz::written(whole->root()));
  FUZZ_CHECK(!paged->document.changed());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  std::string literal;
  append_json_string(literal, text);
  FUZZ_CHECK(unescape_json(std::string_view(literal).substr(1, literal.size() - 2)) == text::to_utf8(text));
  FUZZ_CHECK(!text::is_utf8(text) || text::is_utf8(unescape_json(text)));

  check_in_parts(text);
  const auto document = doc::parse_json(text, "input");
  FUZZ_CHECK(doc::why_not_json(text).empty() == document.ok());
  const bool theirs = nlohmann::json::accept(text);
  if (!document) {
    const bool by_limit = document.error().message.find("the limit of") != std::string::npos;
    FUZZ_CHECK(!theirs || by_limit || text.find('\0') != std::string::npos);  // they take a zero for the end
    FUZZ_CHECK(document.error().message.starts_with("input: "));
    FUZZ_CHECK(text::is_utf8(document.error().message));
    return 0;
  }
  fuzz::check_view(document->root());
  const std::string json = fuzz::written(document->root());
  const auto again = doc::parse_json(json, "again");
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(again->notes().empty());
  FUZZ_CHECK(fuzz::written(again->root()) == json);
  if (theirs) {
    FUZZ_CHECK(nlohmann::json::parse(text) == nlohmann::json::parse(json));
  } else {
    FUZZ_CHECK(!document->notes().empty() || !nlohmann::json::accept(json));
  }
  return 0;
}
