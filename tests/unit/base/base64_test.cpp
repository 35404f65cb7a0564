#include "base/base64.hpp"

#include <doctest/doctest.h>

using namespace gatepost;

TEST_CASE("base64: the vectors of RFC 4648 decode") {
  CHECK(base64_decode("") == "");
  CHECK(base64_decode("Zg==") == "f");
  CHECK(base64_decode("Zm8=") == "fo");
  CHECK(base64_decode("Zm9v") == "foo");
  CHECK(base64_decode("Zm9vYg==") == "foob");
  CHECK(base64_decode("Zm9vYmE=") == "fooba");
  CHECK(base64_decode("Zm9vYmFy") == "foobar");
}

TEST_CASE("base64: both alphabets, missing padding and line ends are read") {
  CHECK(base64_decode("-_-_") == base64_decode("+/+/"));
  CHECK(base64_decode("Zm8") == "fo");
  CHECK(base64_decode("Zm9v\r\nYmFy\n") == "foobar");
}

TEST_CASE("base64: what is none is refused") {
  CHECK_FALSE(base64_decode("Zm9v!"));
  CHECK_FALSE(base64_decode("Z"));
  CHECK_FALSE(base64_decode("Zg==Zg=="));
}

TEST_CASE("base64: the vectors of RFC 4648 encode") {
  CHECK(base64_encode("").empty());
  CHECK(base64_encode("f") == "Zg==");
  CHECK(base64_encode("fo") == "Zm8=");
  CHECK(base64_encode("foo") == "Zm9v");
  CHECK(base64_encode("foob") == "Zm9vYg==");
  CHECK(base64_encode("\xff\xef\xbf") == "/++/");
  CHECK(base64url_encode("\xff\xef\xbf") == "_--_");
  CHECK(base64url_encode("f") == "Zg");
}
