#include "doc/json_stream.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <random>

#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/json_cursor.hpp"
#include "doc/json_writer.hpp"
#include "support/temporary_folder.hpp"

using namespace gatepost;
using doc::JsonSplitter;
using doc::View;
using doc::Window;

namespace {

constexpr std::size_t kWindows[] = {1, 2, 3, 7, 16, 61, 64, 65, 1000, JsonSplitter::kWindowBytes};

struct Split {
  // The elements of each streamed array, as they stand in the text; a refused one is "-".
  std::vector<std::vector<std::string>> arrays;
  std::vector<std::uint64_t> ends;  // offset behind each element
  JsonSplitter::Frame frame;
};

Split split(const Bytes& bytes, const std::vector<std::string>& paths, std::size_t window_bytes,
            const Limits& limits = {}, std::uint64_t start = 0) {
  JsonSplitter splitter(bytes, paths, start, limits, window_bytes);
  Split result;
  std::uint32_t number = 0;
  while (const auto window = splitter.next()) {
    REQUIRE(window->number == number++);
    REQUIRE_FALSE(window->elements.empty());
    if (result.arrays.size() <= window->array) result.arrays.resize(window->array + 1);
    auto& array = result.arrays[window->array];
    REQUIRE(window->first == array.size());
    for (const Window::Element& element : window->elements) {
      REQUIRE(element.begin + element.length + 64 <= window->buffer.size());
      array.push_back(element.length == 0 ? "-" : window->buffer.substr(element.begin, element.length));
      result.ends.push_back(window->offset + element.begin + element.length);
    }
  }
  result.frame = std::move(splitter).finish();
  result.arrays.resize(result.frame.arrays.size());
  for (std::size_t i = 0; i < result.arrays.size(); ++i) {
    REQUIRE(result.frame.arrays[i].elements == result.arrays[i].size());
  }
  return result;
}

Split split(const std::string& text, const std::vector<std::string>& paths, std::size_t window_bytes,
            const Limits& limits = {}) {
  return split(Bytes::of(text), paths, window_bytes, limits);
}

std::string listed(const Split& result) {
  std::string out;
  for (std::size_t i = 0; i < result.arrays.size(); ++i) {
    out += (i > 0 ? "; " : "") + result.frame.arrays[i].pointer + ":";
    for (const std::string& element : result.arrays[i]) out += " " + element;
  }
  return out;
}

// The tree as compact JSON; the arrays at `emptied` without their elements.
void write(doc::JsonWriter& out, View view, const std::vector<std::string>& emptied) {
  if (view.is_object()) {
    out.begin_object();
    for (const auto& [key, value] : view.members()) write(out.key(key), value, emptied);
    out.end_object();
  } else if (view.is_array()) {
    out.begin_array();
    const bool empty = std::ranges::count(emptied, view.pointer()) > 0;
    for (const View item : view.items()) {
      if (!empty) write(out, item, emptied);
    }
    out.end_array();
  } else if (view.is_string()) {
    out.value(view.text());
  } else {
    out.raw(view.is_null() ? "null" : view.scalar());
  }
}

std::string written(View view, const std::vector<std::string>& emptied = {}) {
  doc::JsonWriter out;
  write(out, view, emptied);
  return out.take();
}

std::string normal(const std::string& json) {
  const auto document = doc::parse_json(json, "normal");
  REQUIRE_MESSAGE(document.ok(), json);
  return written(document->root());
}

// A document with runs and results in any order, with blanks and awkward strings everywhere.
class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  std::string document() {
    std::string runs = "[" + blanks();
    for (std::size_t i = 0, n = random_() % 4; i < n; ++i) runs += (i > 0 ? "," : "") + run();
    return blanks() + object({{"version", string()}, {"runs", runs + blanks() + "]"}, {"x", value(3)}}) + blanks();
  }

 private:
  std::string run() {
    std::string results = "[" + blanks();
    for (std::size_t i = 0, n = random_() % 9; i < n; ++i)
      results += (i > 0 ? "," : "") + blanks() + value(4) + blanks();
    return blanks() + object({{"tool", value(3)}, {"results", results + "]"}, {"more", value(2)}}) + blanks();
  }

  std::string object(std::vector<std::pair<std::string, std::string>> members) {
    std::ranges::shuffle(members, random_);
    std::string text = "{" + blanks();
    for (std::size_t i = 0; i < members.size(); ++i) {
      text += (i > 0 ? "," : "") + blanks() + "\"" + members[i].first + "\"" + blanks() + ":" + blanks();
      text += members[i].second + blanks();
    }
    return text + "}";
  }

  std::string value(unsigned depth) {
    switch (random_() % (depth > 0 ? 8 : 5)) {
      case 0:
        return "null";
      case 1:
        return random_() % 2 == 0 ? "true" : "-12.5e3";
      case 2:
        return std::to_string(random_());
      case 3:
      case 4:
        return string();
      case 5: {
        std::string list = "[";
        for (std::size_t i = 0, n = random_() % 4; i < n; ++i) list += (i > 0 ? "," : "") + value(depth - 1);
        return list + "]";
      }
      default:
        return object({{"results", value(depth - 1)}, {"b", value(depth - 1)}});
    }
  }

  std::string string() {
    static constexpr std::string_view kPieces[] = {"{", "}", "[",       "]", "\\\"", "\\\\", ",",
                                                   ":", "a", "\\u0041", "ä", " ",    "\\n"};
    std::string text = "\"";
    for (std::size_t n = random_() % 12; n-- > 0;) text += kPieces[random_() % std::size(kPieces)];
    if (random_() % 40 == 0) text.append(random_() % 300, 'x');
    return text + "\"";
  }

  std::string blanks() { return std::string(" \n\t\r ").substr(0, random_() % 6 == 0 ? random_() % 5 : 0); }

  std::mt19937 random_;
};

const std::vector<std::string> kResults = {"runs[].results"};

}  // namespace

TEST_CASE("json stream: complete documents give what the whole parser gives, whatever the window") {
  for (unsigned seed = 0; seed < 400; ++seed) {
    const std::string text = Maker(seed).document();
    CAPTURE(text);
    const auto whole = doc::parse_json(text, "whole");
    REQUIRE(whole.ok());
    for (const std::size_t window : kWindows) {
      if (window < 16 && seed % 20 != 0) continue;
      CAPTURE(window);
      const Split result = split(text, kResults, window);
      REQUIRE(result.frame.problem == "");
      REQUIRE_FALSE(result.frame.truncated);
      std::vector<std::string> pointers;
      for (const auto& array : result.frame.arrays) pointers.push_back(array.pointer);
      REQUIRE(normal(result.frame.text) == written(whole->root(), pointers));
      std::size_t run_index = 0, array = 0;
      for (const View run : whole->root().at("runs").items()) {
        REQUIRE(pointers.at(array) == "/runs/" + std::to_string(run_index++) + "/results");
        REQUIRE(run.at("results").size() == result.arrays.at(array).size());
        for (std::size_t i = 0; i < run.at("results").size(); ++i) {
          REQUIRE(normal(result.arrays[array][i]) == written(run.at("results").at(i)));
        }
        ++array;
      }
      REQUIRE(array == result.arrays.size());
    }
  }
}

TEST_CASE("json stream: a file cut at any byte gives exactly the complete elements and a frame that parses") {
  const std::string text =
      R"({"version":"2.1.0", "runs" : [ {"results":[ {"a":"x]}\""} , "s\\" ,12, [[]],null ], "tool":{"n":[1,{"m":2}]}},)"
      R"( {"tool":{}, "results":[],"results2":[3]}, {"results":[{"b":{}}]} ], "z":"\u0041" })"
      "\n";
  const std::size_t root_end = text.size() - 1;
  for (const std::size_t window : {std::size_t{5}, std::size_t{64}, JsonSplitter::kWindowBytes}) {
    const Split whole = split(text, kResults, window);
    REQUIRE(listed(whole) ==
            R"(/runs/0/results: {"a":"x]}\""} "s\\" 12 [[]] null; /runs/1/results:; /runs/2/results: {"b":{}})");
    for (std::size_t length = 0; length < text.size(); ++length) {
      CAPTURE(window);
      CAPTURE(text.substr(0, length));
      const Split cut = split(text.substr(0, length), kResults, window);
      REQUIRE(cut.frame.problem == "");
      REQUIRE(cut.frame.truncated == (length < root_end));
      std::vector<std::string> all, seen;
      for (const auto& array : whole.arrays) all.insert(all.end(), array.begin(), array.end());
      for (const auto& array : cut.arrays) seen.insert(seen.end(), array.begin(), array.end());
      // A number or a word has ended only when something follows it.
      const auto is_complete = [&](std::size_t i) {
        return whole.ends[i] + (all[i] == "12" || all[i] == "null") <= length;
      };
      std::size_t expected = 0;
      while (expected < all.size() && is_complete(expected)) ++expected;
      REQUIRE(seen.size() == expected);
      REQUIRE(std::equal(seen.begin(), seen.end(), all.begin()));
      if (length == 0) {
        REQUIRE(cut.frame.text.empty());
      } else {
        REQUIRE_MESSAGE(doc::parse_json(cut.frame.text, "frame").ok(), cut.frame.text);
      }
    }
  }
}

TEST_CASE("json stream: the frame of a cut file keeps what came before the cut") {
  const auto frame_of = [](const std::string& text) { return split(text, kResults, 64).frame.text; };
  CHECK(frame_of(
            R"({"version":"2","runs":[{"tool":{"name":"x","rules":[{"id":"a"},{"id":"b"}]},"results":[{"r":1},{"r)") ==
        R"({"version":"2","runs":[{"tool":{"name":"x","rules":[{"id":"a"},{"id":"b"}]},"results":[]}]})");
  CHECK(frame_of(R"({"version":"2","runs":[{"tool":{"name":"x","rules":[{"id":"a"},{"id)") ==
        R"({"version":"2","runs":[{"tool":{"name":"x","rules":[{"id":"a"},{}]}}]})");
  CHECK(frame_of(R"({"a":[1,2)") == R"({"a":[1]})");
  CHECK(frame_of("{") == "{}");
  CHECK(frame_of("\"abc") == "");
}

TEST_CASE("json stream: which arrays are streamed") {
  struct Case {
    std::string text;
    std::vector<std::string> paths;
    std::string streamed, frame;
  };
  const Case cases[] = {
      {"[1,{},[2]]", {""}, ": 1 {} [2]", "[]"},
      {"[[1],[2,3]]", {"[]"}, "/0: 1; /1: 2 3", "[[],[]]"},
      {R"({"a":{"b":[1]},"b":[2]})", {"a.b"}, "/a/b: 1", R"({"a":{"b":[]},"b":[2]})"},
      {R"({"a":[{"b":[1]}],"c":[2]})", {"a[].b", "c"}, "/a/0/b: 1; /c: 2", R"({"a":[{"b":[]}],"c":[]})"},
      {R"({"a":{"b":1}})", {"a"}, "", R"({"a":{"b":1}})"},              // no array
      {R"({"a.b":[1]})", {"a.b"}, "", R"({"a.b":[1]})"},                // another key
      {R"({"a[]":{"b":[1]}})", {"a[].b"}, "", R"({"a[]":{"b":[1]}})"},  // another key
      {R"({"\u0061":[1]})", {"a"}, "/a: 1", R"({"\u0061":[]})"},
      {R"({"a":"b","b":[1]})", {"b"}, "/b: 1", R"({"a":"b","b":[]})"},
      {R"({"b":"b","x":["b",1],"b":[2]})", {"b"}, "/b: 2", R"({"b":"b","x":["b",1],"b":[]})"},
      {R"({"a":[1],"a":[2]})", {"a"}, "/a: 1; /a: 2", R"({"a":[],"a":[]})"},  // given twice, handed out twice
      {R"({"x":{"a":[1]},"y":[{"a":[2]}]})", {"a"}, "", R"({"x":{"a":[1]},"y":[{"a":[2]}]})"},
      {"{\"" + std::string(300, 'k') + "\":[1]}",
       {std::string(256, 'k')},
       "",
       "{\"" + std::string(300, 'k') + "\":[1]}"},
      {"{\"" + std::string(256, 'k') + "\":[1]}",
       {std::string(256, 'k')},
       "/" + std::string(256, 'k') + ": 1",
       "{\"" + std::string(256, 'k') + "\":[]}"},
      {"{}", {"a"}, "", "{}"},
      {" 12 ", {"a"}, "", " 12 "},
      {"\"[\"", {""}, "", "\"[\""},
  };
  for (const Case& it : cases) {
    for (const std::size_t window : kWindows) {
      CAPTURE(it.text);
      CAPTURE(window);
      const Split result = split(it.text, it.paths, window);
      CHECK(listed(result) == it.streamed);
      CHECK(result.frame.text == it.frame);
      CHECK(result.frame.problem == "");
      CHECK_FALSE(result.frame.truncated);
    }
  }
}

TEST_CASE("json stream: reading stops where the list is no list any more, and says where") {
  struct Case {
    std::string text, streamed, problem, frame;
  };
  const Case cases[] = {
      {R"({"a":[1 2]})", "/a: 1", "byte 8: a comma is missing between two elements", R"({"a":[]})"},
      {R"({"a":[{}{}]})", "/a: {}", "byte 8: a comma is missing between two elements", R"({"a":[]})"},
      {R"({"a":[,1]})", "/a:", "byte 6: a comma where an element is expected", R"({"a":[]})"},
      {R"({"a":[1,,2]})", "/a: 1", "byte 8: a comma where an element is expected", R"({"a":[]})"},
      {R"({"a":[1,]})", "/a: 1", "byte 8: the list ends where an element is expected", R"({"a":[]})"},
      {R"({"a":[1,}]})", "/a: 1", "byte 8: \"}\" where an element is expected", R"({"a":[]})"},
      {R"({"a":[:1]})", "/a:", "byte 6: \":\" where an element is expected", R"({"a":[]})"},
      {R"({"x":1,"a":[1}})", "/a: 1", "byte 13: a comma is missing between two elements", R"({"x":1,"a":[]})"},
      {R"({"x":[1}})", "", "byte 7: \"}\" that closes nothing", R"({"x":[]})"},
      {"]", "", "byte 0: \"]\" that closes nothing", ""},
  };
  for (const Case& it : cases) {
    for (const std::size_t window : kWindows) {
      CAPTURE(it.text);
      CAPTURE(window);
      const Split result = split(it.text, {"a"}, window);
      CHECK(listed(result) == it.streamed);
      CHECK(result.frame.problem == it.problem);
      CHECK(result.frame.text == it.frame);
      CHECK_FALSE(result.frame.truncated);
    }
  }
}

TEST_CASE("json stream: text after the document is not read, and where it begins is told") {
  struct Case {
    std::string text;
    std::uint64_t trailing;
    std::string frame;
  };
  const Case cases[] = {{R"({"a":[1,2] } x)", 13, R"({"a":[] })"},
                        {R"({"a":[1,2]} "x")", 12, R"({"a":[]})"},
                        {R"({"a":[1,2]}{})", 11, R"({"a":[]})"},
                        {std::string("{\"a\":[1,2]}\0", 12), 11, R"({"a":[]})"}};
  for (const Case& it : cases) {
    for (const std::size_t window : kWindows) {
      CAPTURE(it.text);
      CAPTURE(window);
      const Split result = split(it.text, {"a"}, window);
      CHECK(listed(result) == "/a: 1 2");
      CHECK(result.frame.trailing == it.trailing);
      CHECK(result.frame.text == it.frame);
      CHECK(result.frame.problem == "");
      CHECK_FALSE(result.frame.truncated);
    }
  }
}

TEST_CASE("json stream: brackets that do not match cost one element when they balance, the rest when they do not") {
  const Split balanced = split(R"({"a":[{"x":[}},{"y":1}]})", {"a"}, 64);
  CHECK(listed(balanced) == R"(/a: {"x":[}} {"y":1})");
  const Split unbalanced = split(R"({"a":[{"x":[},{"y":1}]})", {"a"}, 64);
  CHECK(listed(unbalanced) == R"(/a: {"x":[},{"y":1}])");
  CHECK(unbalanced.frame.problem == "byte 22: a comma is missing between two elements");
}

TEST_CASE("json stream: every limit stops it with its name, and nothing looks like an empty report") {
  const std::string text = R"({"tool":"abcdefghij","a":[{"x":1},{"x":2},{"x":"a long string"}],"z":[[[]]]})";
  const auto outcome = [&](const Limits& limits, std::size_t window = 8) { return split(text, {"a"}, window, limits); };
  CHECK(outcome({.records = 3}).frame.problem == "");
  const Split records = outcome({.records = 2});
  CHECK(listed(records) == R"(/a: {"x":1} {"x":2})");
  CHECK(records.frame.problem == "byte 42: more than the limit of 2 results");
  const Split element = outcome({.element_bytes = 15});
  CHECK(listed(element) == R"(/a: {"x":1} {"x":2})");
  CHECK(element.frame.problem.ends_with("one element is larger than the limit of 15 bytes"));
  CHECK(outcome({.document_bytes = 20}).frame.problem.ends_with("more than the limit of 20 bytes beside the results"));
  const Split deep = outcome({.depth = 3});
  CHECK(listed(deep) == R"(/a: {"x":1} {"x":2} {"x":"a long string"})");
  CHECK(deep.frame.problem == "byte 71: nested deeper than the limit of 3 levels");
  CHECK(doc::parse_json(deep.frame.text, "frame").ok());
}

TEST_CASE("json stream: an element nested too deeply is refused by name, the others are kept") {
  const std::string deep = std::string(127, '[') + std::string(127, ']'),
                    deepest = std::string(126, '[') + std::string(126, ']');
  const std::string text = "{\"a\":[1," + deep + "," + deepest + ",2]}";
  for (const std::size_t window : kWindows) {
    const Split result = split(text, {"a"}, window);
    CHECK(listed(result) == "/a: 1 - " + deepest + " 2");
    REQUIRE(result.frame.refused.size() == 1);
    CHECK(result.frame.refused[0] == "/a/1: nested deeper than the limit of 128 levels");
    CHECK(result.frame.problem == "");
  }
  std::string many = "{\"a\":[";
  for (int i = 0; i < 100; ++i) many += deep + ",";
  const Split result = split(many + "0]}", {"a"}, 1000);
  CHECK(result.frame.refused.size() == JsonSplitter::kMostRefused);
  CHECK(std::ranges::count(result.arrays[0], "-") == 100);
  CHECK(doc::parse_json(text, "whole").error().message ==
        "whole: line 1, column 135: nested deeper than the limit of 128 levels");
}

TEST_CASE("json stream: a million brackets are no deeper than their count") {
  const Split result = split("{\"a\":[" + std::string(1'000'000, '['), {"a"}, JsonSplitter::kWindowBytes);
  CHECK(result.frame.truncated);
  CHECK(split(std::string(1'000'000, '['), {"a"}, 1000).frame.problem ==
        "byte 128: nested deeper than the limit of 128 levels");
}

TEST_CASE("json stream: elements far larger than the window, and far smaller") {
  std::string text = "{\"a\":[";
  for (int i = 0; i < 3000; ++i) text += std::to_string(i) + ",";
  const std::string huge = "{\"x\":\"" + std::string(3'000'000, 'y') + "\\\"}\"}";
  text += huge + ",7]}";
  const Split result = split(text, {"a"}, 4096);
  REQUIRE(result.arrays.size() == 1);
  CHECK(result.arrays[0].size() == 3002);
  CHECK(result.arrays[0][3000] == huge);
  CHECK(result.arrays[0][2999] == "2999");
  CHECK(result.frame.text == "{\"a\":[]}");
}

TEST_CASE("json stream: escapes at every distance from the end of a window") {
  for (std::size_t lead = 0; lead < 140; ++lead) {
    const std::string element = "{\"" + std::string(lead, 'k') + "\":\"\\\\\\\"]}\\\\\"}";
    const Split result =
        split("{\"" + std::string(lead, 'x') + "\\\\\":\"\\\"\",\"a\":[" + element + "," + element + "]}", {"a"}, 67);
    CAPTURE(lead);
    REQUIRE(listed(result) == "/a: " + element + " " + element);
  }
}

TEST_CASE("json stream: a document that does not begin at the beginning") {
  const Split result = split(Bytes::of("noise {\n{\"a\":[1]}"), {"a"}, 4, {}, 8);
  CHECK(listed(result) == "/a: 1");
  CHECK(result.frame.text == "{\"a\":[]}");
}

TEST_CASE("json stream: a file that shrinks while it is read is a problem, not an end") {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("a.json", "{\"a\":[" + std::string(5000, ' ') + "1,2]}");
  const auto bytes = Bytes::open(path);
  JsonSplitter splitter(*bytes, {"a"}, 0, {}, 1000);
  REQUIRE(::truncate(path.c_str(), 3000) == 0);
  CHECK_FALSE(splitter.next());
  const auto frame = std::move(splitter).finish();
  CHECK(frame.problem.ends_with("became shorter while it was read"));
  CHECK(frame.text == "{\"a\":[]}");
}

TEST_CASE("json stream: more lists than anybody has are refused") {
  std::string text = "[";
  for (int i = 0; i < 70'000; ++i) text += "[1],";
  const Split result = split(text + "[1]]", {"[]"}, JsonSplitter::kWindowBytes);
  CHECK(result.arrays.size() == 65536);
  CHECK(result.frame.problem.ends_with("more than 65536 lists of results"));
}

namespace {

// Everything in an element, read through the cursor; strings as JSON strings, numbers as integers or reals.
void write(doc::JsonWriter& out, doc::Cursor value) {
  std::string scratch;
  if (value.is_object()) {
    out.begin_object();
    value.members([&](std::string_view key, doc::Cursor member) { write(out.key(key), member); });
    out.end_object();
  } else if (value.is_array()) {
    out.begin_array();
    value.items([&](doc::Cursor item) { write(out, item); });
    out.end_array();
  } else if (value.is_string()) {
    out.value(value.text(scratch));
  } else if (value.is_null()) {
    out.raw("null");
  } else if (const auto truth = value.boolean()) {
    out.value(*truth);
  } else if (const auto integer = value.integer()) {
    out.value(*integer);
  } else {
    out.raw(value.number() ? "-12.5e3" : "?");  // the only real in the documents made here
  }
}

std::string through_cursor(const std::string& element, const char*& problem) {
  Window window;
  window.buffer = "[" + element + std::string(64, ' ');
  window.elements.push_back({1, static_cast<std::uint32_t>(element.size())});
  doc::ElementParser parser;
  doc::JsonWriter out;
  problem = parser.parse(window, window.elements[0], [&](doc::Cursor value) { write(out, value); });
  return out.take();
}

}  // namespace

TEST_CASE("json cursor: reads elements as the whole parser does") {
  int elements = 0;
  for (unsigned seed = 1000; seed < 1400; ++seed) {
    const Split result = split(Maker(seed).document(), kResults, JsonSplitter::kWindowBytes);
    for (const auto& array : result.arrays) {
      for (const std::string& element : array) {
        if (element[0] != '{' && element[0] != '[') continue;
        CAPTURE(element);
        const char* problem = nullptr;
        const std::string seen = through_cursor(element, problem);
        REQUIRE(problem == nullptr);
        REQUIRE(seen == normal(element));
        ++elements;
      }
    }
  }
  CHECK(elements > 300);
}

TEST_CASE("json cursor: a key is compared with all of its bytes") {
  const auto equals = [](std::string_view key) {
    const doc::Key it(key);
    return std::vector<bool>{it == "",
                             it == "abc",
                             it == "abcdef",
                             it == "abcdefgh",
                             it == "abcdefghijk",
                             it == "abcdefghijklmnop",
                             it == "abcdefghijklmnopq",
                             it == "abcdefghijklmnopqrstuvwxyz"};
  };
  const std::vector<std::string> names = {"",
                                          "abc",
                                          "abcdef",
                                          "abcdefgh",
                                          "abcdefghijk",
                                          "abcdefghijklmnop",
                                          "abcdefghijklmnopq",
                                          "abcdefghijklmnopqrstuvwxyz"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::vector<bool> only(names.size());
    only[i] = true;
    CHECK(equals(names[i]) == only);
    for (std::size_t changed = 0; changed < names[i].size(); ++changed) {
      std::string other = names[i];
      other[changed] = '~';
      CHECK(equals(other) == std::vector<bool>(names.size()));
    }
  }
}

TEST_CASE("json cursor: another type than asked for gives the empty value") {
  Window window;
  window.buffer = R"({"s":"x\n","n":3,"l":[1],"o":{"k":1},"b":true,"z":null,"t":"42","e":1.5})" + std::string(64, ' ');
  window.elements.push_back({0, static_cast<std::uint32_t>(window.buffer.size() - 64)});
  doc::ElementParser parser;
  std::string scratch, seen;
  const char* const problem = parser.parse(window, window.elements[0], [&](doc::Cursor root) {
    CHECK(root.text(scratch) == "");
    CHECK_FALSE(root.integer());
    root.items([](doc::Cursor) { FAIL("an object has no items"); });
    root.members([&](std::string_view key, doc::Cursor value) {
      seen += key;
      if (key == "s") {
        CHECK(value.raw_text() == "x\\n");
        CHECK(value.text(scratch) == "x\n");
        CHECK_FALSE(value.integer());
        value.members([](std::string_view, doc::Cursor) { FAIL("a string has no members"); });
      } else if (key == "n") {
        CHECK(value.integer() == 3);
        CHECK(value.number() == 3.0);
        CHECK(value.text(scratch) == "");
        CHECK_FALSE(value.boolean());
      } else if (key == "b") {
        CHECK(value.boolean() == true);
      } else if (key == "z") {
        CHECK(value.is_null());
      } else if (key == "t") {
        CHECK(value.integer() == 42);  // a number in quotes
      } else if (key == "e") {
        CHECK_FALSE(value.integer());
        CHECK(value.number() == 1.5);
      } else {
        CHECK(value.raw_text() == "");
      }
    });
  });
  CHECK(problem == nullptr);
  CHECK(seen == "snlobzte");
}

TEST_CASE("json cursor: of equal keys the last assignment counts, and escaped keys are keys") {
  Window window;
  window.buffer = R"({"rule":1,"r\u0075le":2,"rule":3})" + std::string(64, ' ');
  window.elements.push_back({0, static_cast<std::uint32_t>(window.buffer.size() - 64)});
  doc::ElementParser parser;
  std::vector<std::int64_t> seen;
  const auto* problem = parser.parse(window, window.elements[0], [&](doc::Cursor root) {
    root.members([&](std::string_view key, doc::Cursor value) {
      if (key == "rule") seen.push_back(value.integer().value_or(-1));
    });
  });
  CHECK(problem == nullptr);
  CHECK(seen == std::vector<std::int64_t>{1, 2, 3});
}

TEST_CASE("json cursor: a damaged element is reported, and costs nothing but itself") {
  for (const std::string element : {"{\"a\":}", "{\"a\" 1}", "{\"a\":[1 2]}", "{\"a\":1 \"b\":2}", "{1:2}",
                                    "{\"a\":[}}", "{\"a\":\"\xFF\"}", "{\"a\":\"x\ny\"}", "{\"a\":[1,]}", "[{]]"}) {
    CAPTURE(element);
    const char* problem = nullptr;
    through_cursor(element, problem);
    CHECK(problem != nullptr);
    CHECK(doc::why_not_json(element) != "");
  }
  const char* problem = nullptr;
  through_cursor("12", problem);
  CHECK(std::string(problem) == "not an object");
  doc::ElementParser parser;
  const Window window{.buffer = std::string(64, ' '), .elements = {{0, 0}}};
  CHECK(std::string(parser.parse(window, window.elements[0], [](doc::Cursor) {})) == "nested too deeply");
}
