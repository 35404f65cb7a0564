#include "base/gzip.hpp"

#include <doctest/doctest.h>

#include <cstdint>

#include "base/bytes.hpp"

using namespace gatepost;

TEST_CASE("gzip: what is packed unpacks to the same bytes") {
  std::string noise;
  std::uint32_t state = 7;
  for (int i = 0; i < 300'000; ++i) noise += static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
  for (const std::string& text : {std::string(), std::string("x"), std::string(200'000, 'a'), noise}) {
    const std::string packed = gzip(text);
    CHECK(is_gzip(packed));
    const auto unpacked = gunzip(Bytes::of(packed), {});
    REQUIRE(unpacked.ok());
    CHECK(unpacked->all(1 << 20).value() == text);
  }
}

TEST_CASE("gzip: the header tells neither time nor system") {
  const std::string packed = gzip("some text");
  CHECK(packed.substr(3, 5) == std::string(5, '\0'));  // flags and time
  CHECK(packed.at(9) == '\xff');
  CHECK(packed == gzip("some text"));
}
