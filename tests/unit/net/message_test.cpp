#include "net/message.hpp"

#include <doctest/doctest.h>

using namespace gatepost;
using namespace gatepost::net;

TEST_CASE("headers: names are found without regard to case, in the order they were added") {
  Headers headers{{"Link", "a"}, {"ETag", "\"1\""}, {"LINK", "b"}};
  CHECK(headers.get("link") == "a");
  CHECK(headers.all("Link") == std::vector<std::string_view>{"a", "b"});
  CHECK(headers.has("etag"));
  CHECK_FALSE(headers.has("ET"));
  CHECK(headers.get("absent").empty());
}

TEST_CASE("headers: set replaces all of a name") {
  Headers headers{{"X-A", "1"}, {"x-a", "2"}, {"X-B", "3"}};
  REQUIRE(headers.set("X-a", "4").ok());
  CHECK(headers == Headers{{"X-B", "3"}, {"X-a", "4"}});
  headers.remove("x-B");
  CHECK(headers.size() == 1);
}

TEST_CASE("headers: what would start another header is refused, and a value is never shown") {
  Headers headers;
  for (const std::string& value : {std::string("a\r\nX-Evil: 1"), std::string("a\n"), std::string("a\0b", 3),
                                   std::string("\x7f"), std::string("\x1b[31m")}) {
    const Status added = headers.add("Authorization", value);
    REQUIRE_FALSE(added.ok());
    CHECK(added.error().message == "the HTTP header Authorization would hold a control character");
  }
  for (const std::string name : {"", "a b", "a:", "a\n", "\xc3\xa4"}) CHECK_FALSE(headers.set(name, "x").ok());
  CHECK(headers.size() == 0);
  CHECK(headers.add("X-Text", "a\tb \xc3\xa4").ok());
}
