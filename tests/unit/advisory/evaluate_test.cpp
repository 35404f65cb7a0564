#include "advisory/evaluate.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "doc/json.hpp"

using namespace gatepost;
using namespace gatepost::advisory;

namespace {

// The first package of a record.
Affected affected_of(const std::string& package) {
  const auto document = doc::parse_json(
      R"({"id": "ACME-2026-1", "modified": "2026-01-01T00:00:00Z", "affected": [)" + package + "]}", "record");
  REQUIRE(document.ok());
  ReadCounts counts;
  const auto advisory = read_record(document->root(), {}, counts);
  REQUIRE(advisory.has_value());
  return advisory->affected.at(0);
}

std::string with_events(const std::string& ecosystem, const std::string& type, const std::string& events) {
  return R"({"package": {"ecosystem": ")" + ecosystem + R"(", "name": "x"}, "ranges": [{"type": ")" + type +
         R"(", "events": [)" + events + "]}]}";
}

}  // namespace

TEST_CASE("evaluate: events decide as the schema's algorithm says") {
  struct Case {
    const char* ecosystem;
    const char* type;
    const char* events;
    const char* version;
    std::optional<bool> affected;
  };
  const Case cases[] = {
      {"npm", "SEMVER", R"({"introduced": "0"}, {"fixed": "1.2.0"})", "1.1.9", true},
      {"npm", "SEMVER", R"({"introduced": "0"}, {"fixed": "1.2.0"})", "1.2.0", false},
      {"npm", "SEMVER", R"({"introduced": "0"}, {"fixed": "1.2.0"})", "1.2.0-rc.1", true},
      {"npm", "SEMVER", R"({"introduced": "0"})", "99.0.0", true},
      {"npm", "SEMVER", R"({"introduced": "1.0.0"}, {"fixed": "1.2.0"})", "0.9.0", false},
      {"npm", "SEMVER", R"({"introduced": "1.0.0"}, {"fixed": "1.2.0"})", "1.0.0", true},
      {"npm", "SEMVER", R"({"introduced": "1.0.0-0"}, {"fixed": "1.2.0"})", "1.0.0-alpha", true},
      // Events in any order, several spans in one range.
      {"npm", "SEMVER", R"({"fixed": "3.1.0"}, {"introduced": "3.0.0"}, {"fixed": "2.0.0"}, {"introduced": "0"})",
       "2.5.0", false},
      {"npm", "SEMVER", R"({"fixed": "3.1.0"}, {"introduced": "3.0.0"}, {"fixed": "2.0.0"}, {"introduced": "0"})",
       "3.0.5", true},
      // Fixed and introduced again in one version, as it is written.
      {"npm", "SEMVER", R"({"introduced": "1.0.0"}, {"fixed": "2.0.0"}, {"introduced": "2.0.0"}, {"fixed": "3.0.0"})",
       "2.0.0", true},
      {"npm", "SEMVER", R"({"introduced": "2.0.0"}, {"fixed": "2.0.0"})", "2.5.0", false},
      {"npm", "SEMVER", R"({"introduced": "2.0.0"}, {"last_affected": "2.0.0"})", "2.0.0", true},
      {"npm", "SEMVER", R"({"introduced": "2.0.0"}, {"last_affected": "2.0.0"})", "2.0.1", false},
      {"npm", "SEMVER", R"({"introduced": "0"}, {"last_affected": "1.5.0"})", "1.5.0", true},
      {"npm", "SEMVER", R"({"introduced": "0"}, {"last_affected": "1.5.0"})", "1.5.1", false},
      {"npm", "SEMVER", R"({"fixed": "1.5.0"})", "1.0.0", false},
      {"npm", "SEMVER", R"({"introduced": "0"}, {"limit": "2.0.0"})", "1.9.9", true},
      {"npm", "SEMVER", R"({"introduced": "0"}, {"limit": "2.0.0"})", "2.0.0", false},
      {"npm", "SEMVER", R"({"introduced": "0"}, {"limit": "*"})", "2.0.0", true},
      {"npm", "SEMVER", "", "1.0.0", false},
      {"Go", "SEMVER", R"({"introduced": "1.0.0"}, {"fixed": "1.5.0"})", "v1.4.0+incompatible", true},
      {"Go", "SEMVER", R"({"introduced": "0"}, {"fixed": "0.0.0-20220314234659-1baeb1ce4c0b"})",
       "v0.0.0-20211215153901-e495a2d5b3d3", true},
      {"Go", "SEMVER", R"({"introduced": "0"}, {"fixed": "0.0.0-20220314234659-1baeb1ce4c0b"})",
       "v0.0.0-20220411220226-7b82a4e95df4", false},
      {"PyPI", "ECOSYSTEM", R"({"introduced": "0"}, {"fixed": "2.0"})", "2.0rc1", true},
      {"PyPI", "ECOSYSTEM", R"({"introduced": "0"}, {"fixed": "2.0"})", "2.0.post1", false},
      {"PyPI", "ECOSYSTEM", R"({"introduced": "0"}, {"fixed": "2.0"})", "1!0.1", false},
      {"Maven", "ECOSYSTEM", R"({"introduced": "2.0-beta9"}, {"fixed": "2.15.0"})", "2.14.1", true},
      {"Debian:12", "ECOSYSTEM", R"({"introduced": "0"}, {"fixed": "3.0.11-1~deb12u2"})", "3.0.11-1~deb12u1", true},
      {"Alpine:v3.18", "ECOSYSTEM", R"({"introduced": "0"}, {"fixed": "3.1.4-r0"})", "3.1.4_rc1-r0", true},
      {"Rocky Linux:9", "ECOSYSTEM", R"({"introduced": "0"}, {"fixed": "1:3.0.7-25.el9_3"})", "3.0.7-27.el9", true},
      {"NuGet", "ECOSYSTEM", R"({"introduced": "1.0.0"}, {"fixed": "1.0.0.5"})", "1.0.0.4", true},
      {"RubyGems", "ECOSYSTEM", R"({"introduced": "0"}, {"fixed": "1.0.0"})", "1.0.0.rc1", true},
      {"Packagist", "ECOSYSTEM", R"({"introduced": "0"}, {"fixed": "v1.0.0"})", "1.0.0-beta2", true},
      {"Pub", "SEMVER", R"({"introduced": "0"}, {"fixed": "1.0.0"})", "0.9.9+3", true},
      {"CRAN", "ECOSYSTEM", R"({"introduced": "0.1-2"}, {"fixed": "0.1-10"})", "0.1-9", true},
      {"Hackage", "ECOSYSTEM", R"({"introduced": "1.0"}, {"fixed": "1.0.0"})", "1.0", true},
      // What cannot be compared is not known.
      {"npm", "SEMVER", R"({"introduced": "0"}, {"fixed": "soon"})", "1.0.0", std::nullopt},
      {"npm", "SEMVER", R"({"introduced": "0"}, {"fixed": "2.0.0"})", "latest", std::nullopt},
      {"npm", "LUNAR", R"({"introduced": "0"}, {"fixed": "2.0.0"})", "1.0.0", std::nullopt},
      {"npm", "GIT", R"({"introduced": "0"})", "1.0.0", false},
  };
  for (const Case& it : cases) {
    CAPTURE(it.ecosystem);
    CAPTURE(it.events);
    CAPTURE(it.version);
    CHECK(evaluate(affected_of(with_events(it.ecosystem, it.type, it.events)), it.version).affected == it.affected);
  }
}

TEST_CASE("evaluate: a version that is listed is affected, whatever the ranges say") {
  const Affected affected = affected_of(
      R"({"package": {"ecosystem": "npm", "name": "x"}, "versions": ["5.0.0", "weird"],
          "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.0.0"}]}]})");
  CHECK(evaluate(affected, "5.0.0").affected == true);
  CHECK(evaluate(affected, "5.0.0").why == Why::listed);
  CHECK(evaluate(affected, "weird").affected == true);
  CHECK(evaluate(affected, "0.5.0").why == Why::range);
  CHECK(evaluate(affected, "5.0.1").affected == false);
  const Affected go =
      affected_of(R"({"package": {"ecosystem": "Go", "name": "example.com/x"}, "versions": ["1.2.3"]})");
  CHECK(evaluate(go, "v1.2.3").affected == true);
}

TEST_CASE("evaluate: the nearest fix of each range is named, in the order of the ecosystem") {
  const Affected affected = affected_of(
      R"({"package": {"ecosystem": "PyPI", "name": "x"}, "ranges": [
          {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "10.0"}, {"introduced": "11"}, {"fixed": "12"}]},
          {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9.1"}]},
          {"type": "ECOSYSTEM", "events": [{"introduced": "20"}, {"fixed": "21"}]}]})");
  CHECK(evaluate(affected, "1.0").fixed_versions == std::vector<std::string>{"9.1", "10.0"});
  CHECK(evaluate(affected, "9.5").fixed_versions == std::vector<std::string>{"10.0"});
  CHECK(evaluate(affected, "11").fixed_versions == std::vector<std::string>{"12"});
  CHECK(evaluate(affected, "10.5").fixed_versions.empty());
}

TEST_CASE("evaluate: placeholders and branches are no versions to compare") {
  const auto comparable = [](const char* ecosystem, const char* version) {
    return is_comparable(*find_ecosystem(ecosystem), version);
  };
  CHECK(comparable("Maven", "1.0-SNAPSHOT"));
  CHECK(comparable("Packagist", "v1.0"));
  CHECK(comparable("Red Hat", "1:3.0.7-25.el9_3"));
  for (const char* const ecosystem : {"npm", "PyPI", "Maven", "Go", "Red Hat", "Debian", "Packagist", "NuGet"}) {
    for (const char* const version : {"", "latest", "UNKNOWN", "${project.version}", "^1.2", "*", "dev-main"}) {
      CAPTURE(ecosystem);
      CAPTURE(version);
      CHECK_FALSE(comparable(ecosystem, version));
    }
  }
}

TEST_CASE("evaluate: a range of many events is answered quickly") {
  std::string events;
  for (int i = 0; i < 9'000; i += 2)
    events +=
        R"({"fixed": ")" + std::to_string(i + 1) + R"(.0.0"}, {"introduced": ")" + std::to_string(i) + R"(.0.0"},)";
  events.pop_back();
  const Affected affected = affected_of(with_events("npm", "SEMVER", events));
  for (int i = 0; i < 20'000; ++i)
    CHECK(evaluate(affected, std::to_string(i % 9'000) + ".5.0").affected == (i % 2 == 0));
}
