#include "ledger/canonical.hpp"

#include <doctest/doctest.h>

using namespace gatepost::ledger;

namespace {

std::string canonical(std::string_view text) {
  std::string out;
  append_canonical(out, text);
  return out;
}
bool reads(std::string_view text) { return CanonicalText().read(text); }

}  // namespace

TEST_CASE(
    "Texts have one literal: short escapes where there are some, lower-case hexadecimal else, all else as it is") {
  CHECK(canonical("a\"\\/\b\f\n\r\t\x01\x1f") == R"("a\"\\/\b\f\n\r\t\u0001\u001f")");
  CHECK(canonical("\x7f\u20ac\U0001F600\u2028") == "\"\x7f\u20ac\U0001F600\u2028\"");
  CHECK(canonical("\xff") == "\"\ufffd\"");
}

TEST_CASE("Keys are ordered by UTF-16 code units") {
  // The order of RFC 8785, 3.2.3.
  const std::vector<std::string> order = {"\r", "1", "\x80", "\u00f6", "\u20ac", "\U0001F600", "\ufb33"};
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    if (i == 2 || i == 1) continue;  // "\x80" alone is no UTF-8; U+0080 below
    CHECK(comes_before(order[i], order[i + 1]));
    CHECK_FALSE(comes_before(order[i + 1], order[i]));
  }
  CHECK(comes_before("1", "\u0080"));
  CHECK(comes_before("\u0080", "\u00f6"));
  CHECK(comes_before("a", "aa"));
  CHECK_FALSE(comes_before("a", "a"));
  CHECK(comes_before("\U0001F600", "\U0001F601"));
}

TEST_CASE("Only the canonical text of a value is read") {
  for (const std::string_view good : {R"({"a":1,"b":[true,false,"x"],"c":{}})", "[]", "0", "-1", "9007199254740991",
                                      "\"\\n\u20ac\"", "{\"\U0001F600\":1,\"\ufb33\":2}"}) {
    CAPTURE(good);
    CHECK(reads(good));
  }
  for (const std::string_view bad : {"",
                                     " 1",
                                     "1 ",
                                     "01",
                                     "-0",
                                     "1.0",
                                     "1e3",
                                     "null",
                                     "9007199254740992",
                                     "99999999999999999999",
                                     R"({"b":1,"a":2})",
                                     R"({"a":1,"a":2})",
                                     R"({"a": 1})",
                                     R"({"a":1,})",
                                     R"("\/")",
                                     R"("\u000a")",
                                     R"("\u001F")",
                                     R"("\u0041")",
                                     "\"\n\"",
                                     "\"\xff\"",
                                     "\"a",
                                     "[1",
                                     "{",
                                     "tru",
                                     "\"\\",
                                     "\"\\u00",
                                     "{\"\ufb33\":1,\"\U0001F600\":2}",
                                     "+1"}) {
    CAPTURE(bad);
    CanonicalText text;
    CHECK_FALSE(text.read(bad));
    CHECK(text.problem().starts_with("byte "));
    CHECK_FALSE(text.root().exists());
  }
}

TEST_CASE("Strangers' texts have limits") {
  CHECK_FALSE(reads(std::string(100, '[') + std::string(100, ']')));
  CHECK_FALSE(reads("\"" + std::string(std::size_t{1} << 20, 'a') + "\""));
  std::string many = "[0";
  for (int i = 0; i < 60'000; ++i) many += ",0";
  CHECK_FALSE(reads(many + "]"));
}

TEST_CASE("What is written is read back") {
  CanonicalWriter out;
  out.begin_object().field("a", "x\ty").field("b", -5).field("c", true).known("d", std::string_view{});
  out.field("e", std::vector<std::string>{"1", "2"}).end_object();
  CHECK(out.text() == R"({"a":"x\ty","b":-5,"c":true,"e":["1","2"]})");
  CanonicalText text;
  REQUIRE(text.read(out.text()));
  const auto root = text.root();
  CHECK(root.at("a").text() == "x\ty");
  CHECK(root.at("b").integer() == -5);
  CHECK(root.at("c").boolean() == true);
  CHECK_FALSE(root.at("d").exists());
  CHECK_FALSE(root.at("a").at("b").exists());
  std::string items;
  root.at("e").each([&](const CanonicalText::Item& it) { items += it.text(); });
  CHECK(items == "12");
}
