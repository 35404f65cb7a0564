#include "doc/json_cut.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "doc/json.hpp"

using namespace gatepost;
using doc::close_cut_json;
using doc::kAnyDepth;

TEST_CASE("json cut: whole values stay, the brackets that are missing are added") {
  struct Case {
    std::string text;
    std::size_t depth;
    std::string closed;
  };
  const Case cases[] = {
      {R"({"a":[{"b":1},{"c":2)", 2, R"({"a":[{"b":1}]})"},
      {R"({"a":[{"b":1},{"c":2)", kAnyDepth, R"({"a":[{"b":1},{}]})"},
      {R"({"a":[{"b":1},{"c":2,)", kAnyDepth, R"({"a":[{"b":1},{"c":2}]})"},
      {R"({"a":[{"b":1})", 2, R"({"a":[{"b":1}]})"},
      {R"({"a":[{"b":1)", 2, R"({"a":[]})"},
      {R"({"a":"x","b":"y)", 2, R"({"a":"x"})"},
      {R"({"a":"x","b")", 2, R"({"a":"x"})"},
      {R"({"a":"}]\"","b":{"c":"d\\","e":)", 2, R"({"a":"}]\"","b":{"c":"d\\"}})"},
      {R"({"a":{"b":{"c":[1,2)", 2, R"({"a":{}})"},
      {"[{\"a\":1},{\"b\"", 1, "[{\"a\":1}]"},
      {"[", 1, "[]"},
      {"{\"a\":\"\\", 1, "{}"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    const auto closed = close_cut_json(it.text, it.depth);
    REQUIRE(closed);
    CHECK(*closed == it.closed);
  }
}

TEST_CASE("json cut: what is whole, or no object or array, is left alone") {
  for (const char* const text : {"{}", "[1] ", "{}{", "", "  ", "tru", "\"abc", "[}", "]", "{\"a\":1]"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(close_cut_json(text, 2));
  }
}

TEST_CASE("json cut: every beginning of a document can be parsed once closed") {
  const std::string whole =
      R"( {"a":[{"b":[1,-2.5e3,true,null]},{"c\"":"\u00e4\\"}],"d":{"e":{},"f":[]},"g":[[1],[2]]})";
  for (std::size_t length = 2; length < whole.size(); ++length) {
    for (const std::size_t depth : {std::size_t{1}, std::size_t{2}, kAnyDepth}) {
      const std::string text = whole.substr(0, length);
      CAPTURE(text);
      const auto closed = close_cut_json(text, depth);
      REQUIRE(closed);
      CAPTURE(*closed);
      CHECK(doc::parse_json(*closed, "x").ok());
    }
  }
}

TEST_CASE("json cut: time grows with the text, and depth is bounded") {
  CHECK_FALSE(close_cut_json(std::string(1'000'000, '['), kAnyDepth));
  std::string text = "[";
  for (int i = 0; i < 4000; ++i) text += "[";
  for (int i = 0; i < 1'000'000; ++i) text += "1,";
  CHECK(close_cut_json(text, kAnyDepth));
}
