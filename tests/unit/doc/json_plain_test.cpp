#include "doc/json_plain.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "doc/json.hpp"

using namespace gatepost;

namespace {

bool is_taken(const std::string& text, const Limits& limits = {}) {
  doc::TreeBuilder tree("x", text, true);
  const bool taken = doc::add_plain_json(tree, 0, text.size(), limits, false);
  if (!taken) CHECK(tree.size() == 0);
  return taken;
}

}  // namespace

TEST_CASE("plain JSON: takes what is JSON and nothing else") {
  for (const char* text :
       {"{}", "[]", " [1 , -0, 0.5, 1e9, 2E-3, 12.0e+1] ", R"({"a": {"b": [true, false, null]}, "c": ""})",
        R"(["\u00e9\n\"\\", "\\"])", "\"x\"", "7", "[[], {}, [{}]]"})
    CHECK_MESSAGE(is_taken(text), text);
  for (const char* text : {"",         " ",          "[",        "]",           "{",
                           "[1",       "[1,]",       "[,1]",     "[1 2]",       "{\"a\"}",
                           "{\"a\":}", "{\"a\":1,}", "{,}",      "{1:2}",       "{\"a\":1 \"b\":2}",
                           "[}",       "{]",         "[] []",    "[]x",         "tru",
                           "nulls",    "01",         "-",        "1.",          ".5",
                           "1e",       "1e+",        "+1",       "1x",          "\"a",
                           "\"a\\",    "\"\\x\"",    "\"a\nb\"", "[\"\\u12\"]", "'a'",
                           "NaN"})
    CHECK_MESSAGE(!is_taken(text), text);
}

TEST_CASE("plain JSON: what is beyond a limit is left to the reader that tells it") {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(is_taken(nested(128)));
  CHECK_FALSE(is_taken(nested(129)));
  CHECK_FALSE(is_taken(std::string(1'000'000, '[')));
  CHECK(is_taken("[1, 2]", {.values = 3}));
  CHECK_FALSE(is_taken("[1, 2, 3]", {.values = 3}));
  CHECK(is_taken("\"abc\"", {.string_bytes = 4}));
  CHECK_FALSE(is_taken("\"abcd\"", {.string_bytes = 4}));
  CHECK(doc::parse_json("\"abcd\"", "x", {.string_bytes = 4}).error().message ==
        "x: line 1, column 1: a string longer than the limit of 4 bytes");
}
