#include "policy/version_range.hpp"

#include <doctest/doctest.h>

using namespace gatepost;
using namespace gatepost::policy;

TEST_CASE("semver: precedence is that of the specification") {
  const char* const ascending[] = {"0.9.9",      "1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta",
                                   "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
                                   "1.0.0",      "1.0.10",       "1.2.0",         "2.0.0"};
  for (std::size_t a = 0; a < std::size(ascending); ++a) {
    for (std::size_t b = 0; b < std::size(ascending); ++b) {
      CAPTURE(ascending[a]);
      CAPTURE(ascending[b]);
      const int order = compare(*parse_semver(ascending[a]), *parse_semver(ascending[b]));
      CHECK((order < 0) == (a < b));
      CHECK((order > 0) == (a > b));
    }
  }
  CHECK(compare(*parse_semver("v1.2.3+incompatible"), *parse_semver("1.2.3")) == 0);
}

TEST_CASE("semver: what is no version of three numbers is none") {
  for (const char* const text : {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "1.2.3-", "1.2.3-a..b", "1.2.3-01",
                                 "99999999999999999999999.0.0", "latest"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_semver(text).has_value());
  }
}

TEST_CASE("range: what it contains") {
  struct Case {
    const char *range, *version;
    bool inside;
  };
  const Case cases[] = {
      {"vers:npm/>=1.0.0|<2.0.0", "1.5.0", true},
      {"vers:npm/>=1.0.0|<2.0.0", "2.0.0", false},
      {"vers:npm/>=1.0.0|<2.0.0", "0.9.0", false},
      {"vers:npm/<1.0.0|>=2.0.0", "1.5.0", false},
      {"vers:npm/<1.0.0|>=2.0.0", "0.1.0", true},
      {"vers:npm/<1.0.0|>=2.0.0", "2.0.0", true},
      {"vers:npm/>=1.0.0|<2.0.0|>=3.0.0", "2.5.0", false},
      {"vers:npm/>=1.0.0|<2.0.0|>=3.0.0", "3.1.0", true},
      {"vers:npm/1.2.3|1.2.5", "1.2.5", true},
      {"vers:npm/1.2.3|1.2.5", "1.2.4", false},
      {"vers:npm/>=1.0.0|!=1.2.0|<2.0.0", "1.2.0", false},
      {"vers:npm/>=1.0.0|!=1.2.0|<2.0.0", "1.3.0", true},
      {"vers:npm/!=1.2.0", "1.3.0", true},
      {"vers:npm/*", "9.9.9", true},
      {"vers:npm/<=1.0.0", "1.0.0", true},
      {"vers:npm/>1.0.0", "1.0.0", false},
  };
  for (const Case& test : cases) {
    CAPTURE(test.range);
    CAPTURE(test.version);
    const auto range = VersionRange::parse(test.range);
    REQUIRE(range.ok());
    CHECK(range->contains("npm", test.version) == std::optional(test.inside));
  }
}
