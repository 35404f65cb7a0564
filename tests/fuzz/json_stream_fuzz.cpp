// The first byte chooses the size of the window. Streaming a document must accept exactly what parsing it accepts, and
// find the same.
#include "doc/json_stream.hpp"

#include <algorithm>
#include <vector>

#include "doc/json.hpp"
#include "doc/json_cursor.hpp"
#include "fuzz/check.hpp"
#include "fuzz/views.hpp"

using namespace gatepost;
using doc::Cursor;
using doc::JsonSplitter;

namespace {

const std::vector<std::string> kPaths = {"runs[].results", "a", "b[][].c", ""};

// Everything in an element, as compact JSON.
void write(doc::JsonWriter& out, Cursor value) {
  std::string scratch;
  if (value.is_object()) {
    out.begin_object();
    value.members([&](std::string_view key, Cursor member) { write(out.key(key), member); });
    out.end_object();
  } else if (value.is_array()) {
    out.begin_array();
    value.items([&](Cursor item) { write(out, item); });
    out.end_array();
  } else if (value.is_string()) {
    out.value(value.text(scratch));
  } else if (const auto truth = value.boolean()) {
    out.value(*truth);
  } else if (const auto integer = value.integer()) {
    out.value(*integer);
  } else {
    out.raw(value.number() ? "0.5" : "null");
  }
}

// The same of a view that has no shadowed members: numbers only as far as the cursor above tells them apart.
void write_alike(doc::JsonWriter& out, doc::View view) {
  if (view.is_object()) {
    out.begin_object();
    for (const auto& [key, value] : view.members()) write_alike(out.key(key), value);
    out.end_object();
  } else if (view.is_array()) {
    out.begin_array();
    for (const doc::View item : view.items()) write_alike(out, item);
    out.end_array();
  } else if (view.is_string()) {
    out.value(view.text());
  } else if (const auto truth = view.boolean()) {
    out.value(*truth);
  } else if (const auto integer = view.integer();
             integer && std::ranges::all_of(view.scalar(), [](char c) { return c == '-' || text::is_digit(c); })) {
    out.value(*integer);
  } else {
    out.raw(view.number() ? "0.5" : "null");
  }
}

// A number in quotes counts as a number for the cursor, so texts are compared where the kinds are known to be equal.
void check_element(doc::ElementParser& parser, const doc::Window& window, const doc::Window::Element& element,
                   const doc::Document* document) {
  doc::JsonWriter seen, expected;
  const char* const problem = parser.parse(window, element, [&](Cursor value) { write(seen, value); });
  if (document == nullptr) return;
  const bool nested = document->root().is_object() || document->root().is_array();
  FUZZ_CHECK((problem == nullptr) == nested);
  if (!nested || !document->notes().empty()) return;
  write_alike(expected, document->root());
  FUZZ_CHECK(seen.text() == expected.text());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text = fuzz::text_of(data + 1, size - 1);
  const std::uint64_t start = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  JsonSplitter splitter(Bytes::of(text), kPaths, start, {}, data[0] == 0 ? JsonSplitter::kWindowBytes : data[0]);
  doc::ElementParser parser;
  bool accepted = true;
  std::vector<std::string> elements;
  while (const auto window = splitter.next()) {
    FUZZ_CHECK(!window->elements.empty());
    for (const doc::Window::Element& element : window->elements) {
      FUZZ_CHECK(element.begin + element.length + doc::kScanPadding <= window->buffer.size());
      const std::string piece = window->buffer.substr(element.begin, element.length);
      FUZZ_CHECK(element.length == 0 || text.compare(window->offset + element.begin, element.length, piece) == 0);
      auto document = doc::parse_json(piece, "element");
      accepted &= document.ok() && !piece.starts_with("\xEF\xBB\xBF");  // put up with before a document only
      check_element(parser, *window, element, document ? &*document : nullptr);
      elements.push_back(document ? fuzz::written(document->root()) : "");
    }
  }
  const JsonSplitter::Frame frame = std::move(splitter).finish();
  const auto parsed_frame = doc::parse_json(frame.text, "frame");
  accepted &= parsed_frame.ok() && frame.problem.empty() && !frame.truncated && !frame.trailing;
  FUZZ_CHECK(!(frame.truncated && !frame.problem.empty()));

  const auto whole = doc::parse_json(text.substr(start), "whole");
  FUZZ_CHECK(whole.ok() == accepted);
  if (!whole) return 0;
  const auto duplicates = std::ranges::count(whole->notes(), "duplicate-key", &Note::code);
  if (duplicates > 0 || whole->notes().size() > 10) return 0;  // both lists of a key that is given twice are streamed
  const auto streamed = [&](const std::string& pointer) {
    return std::ranges::count(frame.arrays, pointer, &JsonSplitter::StreamedArray::pointer) > 0;
  };
  doc::JsonWriter emptied;
  fuzz::write(emptied, whole->root(), streamed);
  FUZZ_CHECK(fuzz::written(parsed_frame->root()) == emptied.text());
  std::size_t total = 0;
  for (const auto& array : frame.arrays) total += array.elements;
  FUZZ_CHECK(total == elements.size());
  return 0;
}
