#include "doc/json_skeleton.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace gatepost;
using namespace std::string_literals;

TEST_CASE("json skeleton: what is left of a text") {
  struct Case {
    std::string text, skeleton;
  };
  const Case cases[] = {
      {"", " "},
      {"[true,{},null]", "[true,{},null] "},
      {R"({"key":"text", "ä":""})", R"({"":"", "":""} )"},
      {R"(["\"","\\","\\\"",1])", R"(["","","",1] )"},
      {"[12345,-0.6789e+1234,12]", "[12,-0.67e+12,12] "},
      {"[007,00,1234.]", "[00,00,12.] "},  // as wrong as before
      {" \n\t[\r\n 1 \n ]", " [\r1 ] "},
      {"1" + std::string(100'000, '\n') + "x", "1\nx "},
      {std::string(100'000, '7'), "77 "},
      {"\"" + std::string(100'000, 'a') + "\"", "\"\" "},
      {"\"a\x01\"", "\"\x01\" "},
      {"\"a\\\x01\"", "\"\x01\" "},
      {"\"a\0b\""s,
       "\"\x01"
       "b\" "},
      {"[\"abc", "[\" "},
      {"[\"abc\\", "[\" "},
      {"[\"abc\\\"", "[\" "},
      {"\xEF\xBB\xBF{}", "\x01\x01\x01{} "},
      {"1\0"s, "1\x01 "},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text.substr(0, 100));
    doc::JsonSkeleton skeleton(it.text);
    std::string read;
    for (auto at = skeleton.begin(); at != skeleton.end(); ++at) read += *at;
    CHECK(read == it.skeleton);
    CHECK(skeleton.last() == it.text.size());
  }
}

TEST_CASE("json skeleton: the byte that was read last is known by its place in the text") {
  const std::string text = "{\"key\" \n: 1234,\"\":\"x\\\"y\"}";
  doc::JsonSkeleton skeleton(text);
  std::size_t before = 0;
  for (auto at = skeleton.begin(); at != skeleton.end();) {
    const char c = *at;
    ++at;
    if (skeleton.last() == text.size()) break;
    CHECK(text[skeleton.last()] == c);
    CHECK((c == '{' || skeleton.last() > before));
    before = skeleton.last();
  }
  CHECK(before == text.size() - 1);
}
