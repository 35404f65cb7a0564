#include "advisory/record.hpp"

#include <doctest/doctest.h>

#include <string>

#include "doc/json.hpp"

using namespace gatepost;
using namespace gatepost::advisory;

namespace {

struct Read {
  std::optional<Advisory> advisory;
  ReadCounts counts;
};
Read read(const std::string& text, const ReadOptions& options = {}) {
  const auto document = doc::parse_json(text, "record");
  REQUIRE(document.ok());
  Read out;
  out.advisory = read_record(document->root(), options, out.counts);
  return out;
}

constexpr const char* kRecord = R"({
  "schema_version": "1.6.0", "id": "ghsa-35JH-r3h4-6jhm", "modified": "2026-02-01T10:00:00Z",
  "published": "2021-05-06T16:05:51Z", "aliases": ["cve-2021-23337", "no id of any\nkind"],
  "summary": "Command injection\n in lodash\u001b[31m", "details": "…",
  "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"}, {"type": "X", "score": 7}],
  "references": [{"type": "WEB", "url": "https://example.com/1"}, {"type": "ADVISORY", "url": "https://example.com/2"},
                 {"type": "ADVISORY", "url": "javascript:x"
}],
  "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-94", "CWE-77", "x"]},
  "affected": [
    {"package": {"ecosystem": "npm", "name": "lodash", "purl": "pkg:npm/lodash"},
     "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "4.17.21"}]},
                {"type": "GIT", "repo": "https://example.com/x", "events": [{"introduced": "0"}]}]},
    {"package": {"ecosystem": "Amiga", "name": "lodash"}},
    {"package": {"ecosystem": "RubyGems", "name": "lodash-rails"}, "versions": ["4.17.4", "4.17.2"]}]
})";

}  // namespace

TEST_CASE("record: what an advisory says is read") {
  const Read it = read(kRecord);
  REQUIRE(it.advisory.has_value());
  CHECK(it.advisory->id == "GHSA-35jh-r3h4-6jhm");
  CHECK(it.advisory->aliases == std::vector<std::string>{"CVE-2021-23337"});
  CHECK(it.advisory->summary == "Command injection in lodash");
  CHECK(it.advisory->reference == "https://example.com/2");
  REQUIRE(it.advisory->claims.size() == 2);
  CHECK(it.advisory->claims[0].vector.empty() != it.advisory->claims[1].vector.empty());
  CHECK(it.advisory->claims[0].source == "ghsa");
  CHECK(it.advisory->cwes.size() == 2);
  REQUIRE(it.advisory->affected.size() == 2);
  CHECK(it.advisory->affected[0].key.package == "pkg:npm/lodash");
  CHECK(it.advisory->affected[1].versions == std::vector<std::string>{"4.17.2", "4.17.4"});
  CHECK_FALSE(it.advisory->withdrawn);
  CHECK(it.counts.records == 1);
  CHECK(it.counts.git_ranges == 1);
  CHECK(it.counts.unknown_ecosystems == 1);
}

TEST_CASE("record: only what is asked for is kept, and the rest is counted") {
  const ReadOptions others{.wanted = [](const PackageKey& key) { return key.package == "pkg:gem/rails"; }};
  CHECK_FALSE(read(kRecord, others).advisory.has_value());
  CHECK(read(kRecord, others).counts.other_packages == 1);
  const ReadOptions later{.since = parse_timestamp("2026-02-02")};
  CHECK(read(kRecord, later).counts.unchanged == 1);
  const ReadOptions same{.since = parse_timestamp("2026-02-01")};
  CHECK(read(kRecord, same).advisory.has_value());
}

TEST_CASE("record: anything else than a record is counted as damaged") {
  for (const char* const text : {"[]", "7", "null", "\"x\"", "{}", R"({"id": "CVE-2024-0001"})",
                                 R"({"id": "two words", "modified": "2026-01-01"})", R"({"id": [], "modified": 1})"}) {
    CAPTURE(text);
    CHECK(read(text).counts.damaged == 1);
  }
}

TEST_CASE("record: more ranges than anybody could mean are refused") {
  std::string ranges;
  for (int i = 0; i < 10'001; ++i) ranges += R"({"type": "SEMVER", "events": [{"introduced": "0"}]},)";
  ranges.pop_back();
  const Read it = read(R"({"id": "ACME-2026-1", "modified": "2026-01-01", "affected": [
      {"package": {"ecosystem": "npm", "name": "x"}, "ranges": [)" +
                       ranges + "]}]}");
  CHECK_FALSE(it.advisory.has_value());
  CHECK(it.counts.damaged == 1);
}

TEST_CASE("ecosystem: packages of advisories and of inventories meet") {
  struct Case {
    const char *ecosystem, *name, *purl;
  };
  const Case cases[] = {
      {"npm", "@angular/core", "pkg:npm/%40angular/core@1.0.0"},
      {"Maven", "org.apache.logging.log4j:log4j-core", "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar"},
      {"Go", "github.com/gin-gonic/gin", "pkg:golang/github.com/gin-gonic/gin@v1.8.0"},
      {"PyPI", "Zope.Interface", "pkg:pypi/zope-interface@1.0"},
      {"Packagist", "symfony/http-kernel", "pkg:composer/symfony/http-kernel@v5.4.0"},
      {"NuGet", "Newtonsoft.Json", "pkg:nuget/newtonsoft.json@12.0.1"},
      {"crates.io", "openssl", "pkg:cargo/openssl@0.10.1"},
      {"SwiftURL", "https://github.com/apple/swift-nio.git", "pkg:swift/github.com/apple/swift-nio@2.0.0"},
      {"GitHub Actions", "tj-actions/changed-files", "pkg:github/tj-actions/changed-files@45.0.7"},
      {"Debian:12", "openssl", "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl"},
      {"Debian:12", "openssl", "pkg:deb/debian/openssl@3.0.11-1?distro=bookworm"},
      {"Ubuntu:22.04:LTS", "curl", "pkg:deb/ubuntu/curl@7.81.0?distro=ubuntu-22.04"},
      {"Alpine:v3.18", "openssl", "pkg:apk/alpine/libcrypto3@3.1.4-r0?distro=alpine-3.18.4&upstream=openssl"},
      {"AlmaLinux:9", "curl", "pkg:rpm/alma/curl@7.76.1-26.el9?distro=almalinux-9.3"},
      {"Red Hat:enterprise_linux:9::baseos", "curl", "pkg:rpm/redhat/curl@7.76.1-26.el9?distro=rhel-9.2"},
      {"Wolfi", "curl", "pkg:apk/wolfi/curl@8.0.0-r0"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.purl);
    const auto package = key_of_package(it.ecosystem, it.name);
    const auto component = key_of_component(it.purl);
    REQUIRE(package.has_value());
    REQUIRE(component.has_value());
    CHECK(package->package == component->key.package);
    CHECK(package->release == component->key.release);
    CHECK(package->ecosystem == component->key.ecosystem);
    CHECK(component->release_known);
  }
}

TEST_CASE("ecosystem: the source package's own version counts when it is told") {
  const auto told = key_of_component("pkg:deb/debian/libgcc-s1@12.2.0-14?distro=debian-12&upstream=gcc-12%4012.2.0-15");
  REQUIRE(told.has_value());
  CHECK(told->key.package == "pkg:deb/debian/gcc-12");
  CHECK(told->version == "12.2.0-15");
  CHECK(key_of_component("pkg:rpm/redhat/curl@7-1?epoch=2&distro=rhel-9")->version == "2:7-1");
}

TEST_CASE("ecosystem: what is not known is not guessed") {
  CHECK(find_ecosystem("Amiga") == nullptr);
  CHECK_FALSE(key_of_package("Amiga", "x").has_value());
  CHECK_FALSE(key_of_package("SUSE:Linux Enterprise Server 15 SP5", "curl").has_value());
  CHECK_FALSE(key_of_package("npm", "").has_value());
  CHECK_FALSE(key_of_component("pkg:generic/openssl@3").has_value());
  CHECK_FALSE(key_of_component("pkg:deb/debian/openssl@3.0.11-1")->release_known);
  CHECK(key_of_package("Ubuntu:Pro:16.04:LTS", "curl")->release != key_of_package("Ubuntu:16.04:LTS", "curl")->release);
}
