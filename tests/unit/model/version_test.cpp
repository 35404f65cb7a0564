#include "model/version.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "model/version_range.hpp"

using namespace gatepost;

namespace {

using enum VersionScheme;

struct Ladder {
  VersionScheme scheme;
  std::vector<std::string> ascending;
};
const std::vector<Ladder> kLadders = {
    {semver,
     {"0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
      "1.0.0-rc.1", "v1.0.0", "1.2.0", "1.10.0", "2.0.0-0", "2.0.0", "100000000000000000000000.0.0"}},
    {pep440,
     {"0.9",
      "1.0.dev456",
      "1.0a1",
      "1.0a2.dev456",
      "1.0a12.dev456",
      "1.0a12",
      "1.0b1.dev456",
      "1.0b2",
      "1.0b2.post345.dev456",
      "1.0b2.post345",
      "1.0rc1.dev456",
      "1.0rc1",
      "1.0",
      "1.0+abc.5",
      "1.0+abc.7",
      "1.0+5",
      "1.0.post456.dev34",
      "1.0.post456",
      "1.1.dev1",
      "1.9",
      "1.10",
      "1!0.1"}},
    {maven,
     {"1-alpha-1", "1-alpha2", "1-beta-1", "1-m3", "1-rc1", "1-SNAPSHOT", "1", "1-sp", "1-foo", "1-1", "1-2", "1.1",
      "1.1.1", "1.2", "1.10", "2-rc", "2.0.0"}},
    {deb,
     {"0.9", "1.0~rc1-1", "1.0~rc2-1", "1.0-1~bpo1", "1.0-1", "1.0-1+deb11u1", "1.0-1.1", "1.0-2", "1.0-10", "1.0a-1",
      "1.0+dfsg-1", "1.0.1-1", "1.2-1", "1.10-1", "1:0.1-1", "2:0.0.1-1"}},
    {rpm,
     {"0.9-1", "1.0~rc1-1", "1.0-1.el8", "1.0-2.el8", "1.0-10.el8", "1.0^git1-1", "1.0.a-1", "1.0.1-1", "1.2-1",
      "1.10-1", "1:0.1-1"}},
    {apk,
     {"1.1.19_alpha1-r0", "1.1.19_beta-r0", "1.1.19_pre2-r0", "1.1.19_rc1-r0", "1.1.19-r0", "1.1.19-r1", "1.1.19-r10",
      "1.1.19_git20200101-r0", "1.1.19_p1-r0", "1.1.19a-r0", "1.1.19b-r0", "1.1.19.1-r0", "1.1.20-r0", "1.2-r0",
      "1.10-r0"}},
    {gem, {"0.9", "1.0.a", "1.0.a.2", "1.0.b1", "1.0.rc1", "1.0", "1.0.1", "1.9", "1.10", "2.0.0-beta", "2.0.0"}},
    {nuget, {"1.0.0-alpha", "1.0.0-Beta", "1.0.0-rc.1", "1.0.0", "1.0.0.1", "1.0.1", "1.9", "1.10"}},
    {composer,
     {"1.0.0-dev", "1.0.0-alpha1", "1.0.0-beta1", "1.0.0-beta2", "1.0.0-RC1", "1.0.0", "1.0.0-pl1", "1.0.1", "1.9.0",
      "1.10.0", "v2.0"}},
};

}  // namespace

TEST_CASE("versions: every scheme orders its ladder, whichever two are compared") {
  for (const Ladder& ladder : kLadders) {
    for (std::size_t i = 0; i < ladder.ascending.size(); ++i) {
      for (std::size_t k = 0; k < ladder.ascending.size(); ++k) {
        CAPTURE(to_string(ladder.scheme));
        CAPTURE(ladder.ascending[i]);
        CAPTURE(ladder.ascending[k]);
        const auto order = compare_versions(ladder.scheme, ladder.ascending[i], ladder.ascending[k]);
        REQUIRE(order.has_value());
        CHECK(*order == (i <=> k));
      }
    }
  }
}

TEST_CASE("versions: different spellings of one version are equal") {
  struct Pair {
    VersionScheme scheme;
    std::string a, b;
  };
  const std::vector<Pair> pairs = {{semver, "1.2.3+build.5", "v1.2.3"},
                                   {pep440, "1.0.0", "v1"},
                                   {pep440, "1.0-ALPHA.1", "1a1"},
                                   {pep440, "1.0-1", "1.0.post1"},
                                   {pep440, "1.0c2", "1.0rc2"},
                                   {maven, "1.0.0.Final", "1"},
                                   {maven, "1.0-ga", "1.0.0"},
                                   {maven, "1-cr1", "1-rc1"},
                                   {maven, "1.0.0-foo.0.0", "1-foo"},
                                   {deb, "0:1.0-1", "1.0-1"},
                                   {deb, "1.0", "1.0-0"},
                                   {deb, "1.01", "1.1"},
                                   {rpm, "1.0-1", "0:1.0-1"},
                                   {rpm, "1.0", "1.0."},
                                   {rpm, "1.0_1-1", "1.0.1-1"},
                                   {gem, "1.0.0", "1"},
                                   {gem, "1.0.0.a", "1.a"},
                                   {nuget, "1.0", "1.0.0.0+abc"},
                                   {nuget, "1.0.0-RC", "1.0.0-rc"},
                                   {composer, "1.0", "v1.0.0.0"},
                                   {composer, "1.0-a1", "1.0.0-alpha.1"},
                                   {apk, "1.2.3-r1", "1.2.3-r01"}};
  for (const Pair& pair : pairs) {
    CAPTURE(pair.a);
    CAPTURE(pair.b);
    const auto order = compare_versions(pair.scheme, pair.a, pair.b);
    REQUIRE(order.has_value());
    CHECK(*order == 0);
  }
}

TEST_CASE("versions: what is no version of its scheme has no order") {
  struct Bad {
    VersionScheme scheme;
    std::string text;
  };
  const std::vector<Bad> all = {{semver, "1.x"},
                                {semver, "1.2.3.4"},
                                {semver, "latest"},
                                {semver, ""},
                                {semver, "1.0.0-"},
                                {pep440, "1.0-foo"},
                                {pep440, "1.0+"},
                                {deb, "a:1.0"},
                                {deb, "1.0 beta"},
                                {deb, "1.0-"},
                                {apk, "1.2-3"},
                                {apk, "a1"},
                                {gem, "1a"},
                                {pub, "1.2.3.4"},
                                {cran, "1.a"},
                                {hackage, "1-2"},
                                {apk, "1.0_zeta"},
                                {gem, "1..2"},
                                {gem, "a.1"},
                                {nuget, "1.2.3.4.5"},
                                {composer, "dev-main"},
                                {semver, std::string(1000, '1')}};
  for (const Bad& bad : all) {
    CAPTURE(bad.text);
    CHECK_FALSE(compare_versions(bad.scheme, bad.text, "1.0").has_value());
    CHECK_FALSE(compare_versions(bad.scheme, "1.0", bad.text).has_value());
  }
}

TEST_CASE("versions: types without a scheme are not compared") {
  CHECK(version_scheme_of("npm") == semver);
  CHECK_FALSE(version_scheme_of("generic").has_value());
  CHECK_FALSE(version_scheme_of("alpm").has_value());
  CHECK(version_of(*Purl::parse("pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386&epoch=1")) == "1:7.50.3-1.fc25");
}

TEST_CASE("version range: contains what lies between its bounds") {
  struct Case {
    std::string range, version;
    std::optional<bool> inside;
  };
  const std::vector<Case> cases = {
      {"vers:npm/>=1.2.0|<2.0.0", "1.10.0", true},
      {"vers:npm/>=1.2.0|<2.0.0", "1.2.0", true},
      {"vers:npm/>=1.2.0|<2.0.0", "2.0.0", false},
      {"vers:npm/<2.0.0|>=1.2.0", "1.1.9", false},  // in any order
      {"vers:npm/<1.0.0|>=2.0.0|<2.3.0|4.0.0", "1.5.0", false},
      {"vers:npm/<1.0.0|>=2.0.0|<2.3.0|4.0.0", "0.5.0", true},
      {"vers:npm/<1.0.0|>=2.0.0|<2.3.0|4.0.0", "2.2.9", true},
      {"vers:npm/<1.0.0|>=2.0.0|<2.3.0|4.0.0", "4.0.0", true},
      {"vers:npm/<1.0.0|>=2.0.0|<2.3.0|4.0.0", "4.0.1", false},
      {"vers:npm/>=1.0.0|!=1.5.0", "1.5.0", false},
      {"vers:npm/>=1.0.0|!=1.5.0", "1.5.1", true},
      {"vers:npm/>1.0.0", "1.0.0", false},
      {"vers:pypi/<=1.0", "1.0.0", true},
      {"vers:pypi/<1.0", "1.0rc1", true},
      {"vers:maven/>=1.0|<1.1", "1.1-SNAPSHOT", true},
      {"vers:deb/<1%3A1.0-1", "2.0-1", true},
      {"vers:npm/*", "anything", true},
      {"vers:generic/*", "7", true},
      {"vers:generic/>=1", "7", std::nullopt},
      {"vers:generic/7|8", "7", true},
      {"vers:npm/>=1.0.0", "latest", std::nullopt},
  };
  for (const Case& it : cases) {
    CAPTURE(it.range);
    CAPTURE(it.version);
    const auto range = VersionRange::parse(it.range);
    REQUIRE(range.has_value());
    CHECK(range->contains(it.version) == it.inside);
  }
  for (const char* const bad :
       {"", "npm/1", "vers:", "vers:npm", "vers:npm/", "vers:npm/>=", "vers:/1", "vers:npm/1||2"}) {
    CAPTURE(bad);
    CHECK_FALSE(VersionRange::parse(bad).has_value());
  }
}

TEST_CASE("version: the way to the first fix is counted in major and minor versions") {
  struct Case {
    VersionScheme scheme;
    const char* version;
    std::vector<std::string_view> fixed;
    std::optional<std::int64_t> major, minor;
  };
  const Case cases[] = {
      {VersionScheme::semver, "1.2.3", {"1.2.6"}, 0, 0},
      {VersionScheme::semver, "1.2.3", {"2.0.0", "1.5.0"}, 0, 3},  // the lowest that is higher
      {VersionScheme::semver, "1.2.3", {"0.9.9", "4.1.0"}, 3, std::nullopt},
      {VersionScheme::semver, "v1.2.3", {"v1.3.0"}, 0, 1},
      {VersionScheme::pep440, "2", {"2.1"}, 0, 1},
      {VersionScheme::maven, "2.9.Final", {"2.10.1"}, 0, 1},
      {VersionScheme::gem, "7.0.0.rc1", {"7.0.0"}, 0, 0},
      {VersionScheme::pep440, "1.0", {"1!0.1"}, std::nullopt, std::nullopt},  // another epoch
      {VersionScheme::semver, "1.2.3", {"1.2.3", "1.0.0"}, std::nullopt, std::nullopt},
      {VersionScheme::semver, "1.2.3", {"1.2.4", "soon"}, std::nullopt, std::nullopt},
      {VersionScheme::semver, "1.2.3", {}, std::nullopt, std::nullopt},
      {VersionScheme::semver, "1.2.3", {"99999999999999999999.0.0"}, std::nullopt, std::nullopt},
      {VersionScheme::deb, "1.0-1", {"2.0-1"}, std::nullopt, std::nullopt},
  };
  for (const Case& it : cases) {
    CAPTURE(it.version);
    const auto distance = distance_to_fix(it.scheme, it.version, it.fixed);
    CHECK((distance ? std::optional(distance->major) : std::nullopt) == it.major);
    CHECK((distance ? distance->minor : std::nullopt) == it.minor);
  }
}
