#include "base/percent.hpp"

#include <doctest/doctest.h>

using gatepost::percent_encoded;

TEST_CASE("percent: what stands in an address stands, the rest is encoded byte by byte") {
  CHECK(percent_encoded("a b/c#?%é") == "a%20b%2Fc%23%3F%25%C3%A9");
  CHECK(percent_encoded("src/a b.c", "/") == "src/a%20b.c");
  CHECK(percent_encoded("~-._") == "~-._");
  CHECK(percent_encoded("").empty());
}
