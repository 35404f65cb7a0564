#include "doc/json_pass.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "doc/json_plain.hpp"

using namespace gatepost;

namespace {

constexpr std::size_t kMany = 1000;

std::optional<std::size_t> passed(std::string_view text, std::size_t values = kMany, std::size_t depth = 8) {
  const Limits limits;
  return doc::JsonPasser(limits).pass(text, 0, values, depth);
}

// Whether the reader of trees takes the same text, and how many values it makes of it; none twice.
std::optional<std::size_t> values_read(const std::string& text) {
  const Limits limits;
  doc::TreeBuilder tree("text", text, true);
  if (!doc::add_plain_json(tree, 0, text.size(), limits, true) || !tree.tree().notes.empty()) return std::nullopt;
  return tree.size();
}

}  // namespace

TEST_CASE("json pass: small values are passed over to their end") {
  for (const std::string text :
       {R"({})", R"([])", R"({"a": 1, "b": [true, false, null, -0.5e+3, "x"]})", "[ 1 ,\n\t2 ]",
        R"({"a": {"a": {}}, "b": [{"a": 1}, {"a": 2}]})", R"(["\"\\\/\b\f\n\r\t\u0041"])", R"({"": "", " ": "é"})"}) {
    CAPTURE(text);
    CHECK(passed(text + " , more") == text.size());
  }
}

TEST_CASE("json pass: what needs a closer look is left") {
  for (const std::string_view text : {"{\"a\": 1, \"a\": 2}",
                                      "{\"a\\u0041\": 1}",
                                      "[\"\\ud83d\\ude00\"]",
                                      "[\"\\x\"]",
                                      "[\"\x01\"]",
                                      "[01]",
                                      "[1.]",
                                      "[-]",
                                      "[1e]",
                                      "[tru]",
                                      "[nulls]",
                                      "[1 2]",
                                      "[1,]",
                                      "[,1]",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{1: 2}",
                                      "{\"a\": 1,}",
                                      "[1}",
                                      "{]",
                                      "[",
                                      "[\"a",
                                      "[\"a\\",
                                      "{\"a\": [1, 2"}) {
    CAPTURE(text);
    CHECK_FALSE(passed(std::string(text)).has_value());
  }
}

TEST_CASE("json pass: limits are those of the reader") {
  const std::string nested = "[[[1], [2]], 3]";  // 7 values, 3 deep
  CHECK(passed(nested, 7, 3) == nested.size());
  CHECK_FALSE(passed(nested, 6, 3).has_value());
  CHECK_FALSE(passed(nested, 7, 2).has_value());
  CHECK_FALSE(passed("[\"" + std::string(std::size_t{100} << 10, 'x') + "\"]").has_value());  // large
}

TEST_CASE("json pass: what is read in vain stays in proportion") {
  const Limits limits;
  doc::JsonPasser passer(limits);
  const std::string large = "[" + std::string(std::size_t{70} << 10, ' ') + "1]", small = "[1]";
  for (int i = 0; i < 100; ++i) CHECK_FALSE(passer.pass(large, 0, kMany, 8).has_value());
  CHECK_FALSE(passer.pass(small, 0, kMany, 8).has_value());
}

TEST_CASE("json pass: what is passed over is what the reader takes, however it is damaged") {
  const std::string whole = R"({"a": [1, -2.5e3, "x\"y", true], "bc": {"d": null, "e": "A", "f": [[], {}]}, "g": ""})";
  constexpr std::string_view kBytes = "{}[]\",:\\ 0-9.eaE\nt";
  std::mt19937 random(7);
  std::size_t taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = whole;
    for (auto change = random() % 3; change > 0; --change)
      text[random() % text.size()] = kBytes[random() % kBytes.size()];
    const Limits limits;
    doc::JsonPasser passer(limits);
    const auto length = passer.pass(text, 0, kMany, 8);
    if (!length) continue;
    CAPTURE(text);
    const auto values = values_read(text.substr(0, *length));
    REQUIRE(values.has_value());
    CHECK(*values == passer.values() + 1);
    ++taken;
  }
  CHECK(taken > 1000);
}
