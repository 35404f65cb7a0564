#include "context/vex_resolution.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace gatepost;
using namespace gatepost::context;

namespace {

VexSubject subject(const std::string& purl = "pkg:npm/lodash@4.17.20") {
  return {.ids = {"CVE-2021-23337", "GHSA-35jh-r3h4-6jhm"}, .package = Purl::parse(purl), .service = "cart"};
}

VexProduct product(const std::string& id, std::string versions = {}) {
  const auto purl = Purl::parse(id);
  return {.id = id, .purl = purl ? purl->to_string() : "", .versions = std::move(versions), .cpe = {}};
}

VexStatement statement(const std::string& id, VexStatus status = VexStatus::not_affected) {
  VexStatement it;
  it.ids = {"CVE-2021-23337"};
  it.targets = {{product(id), {}}};
  it.status = status;
  it.author = "Acme";
  it.time = parse_timestamp("2026-10-01");
  it.origin = VexOrigin::repository;
  it.document = "vex.json";
  it.pointer = "/statements/0";
  return it;
}

VexStatement inside(const std::string& holder, const std::string& part) {
  VexStatement it = statement(holder);
  it.targets[0].subcomponents = {product(part)};
  return it;
}

VexStatement at(VexStatement it, const std::string& day, VexStatus status) {
  it.time = parse_timestamp(day);
  it.status = status;
  return it;
}

bool suppressed(const std::vector<VexFact>& facts) {
  return !facts.empty() && facts[0].decides && suppresses(facts[0].status);
}

// "" when the statement suppresses; "-" when it is not shown at all; else why it does not count.
std::string outcome(const VexStatement& it, const VexSubject& of = subject(), VexRules rules = {}) {
  const auto facts = VexIndex({it}, std::move(rules)).about(of);
  if (suppressed(facts)) return {};
  return facts.empty() ? "-" : facts[0].advisory_only;
}

VexTrust trust(const std::string& author, const std::string& scope = {}) {
  VexTrust it{.author = author, .scope = {}};
  if (!scope.empty()) it.scope = *Glob::compile(scope);
  return it;
}

}  // namespace

TEST_CASE("vex resolution: a statement on the package applies by version, range and qualifiers") {
  struct Case {
    std::string product, versions, package, outcome;
  };
  const std::vector<Case> cases = {
      {"pkg:npm/lodash", "", "pkg:npm/lodash@4.17.20", ""},
      {"pkg:npm/lodash@4.17.20", "", "pkg:npm/lodash@4.17.20", ""},
      {"pkg:npm/lodash@4.17.19", "", "pkg:npm/lodash@4.17.20", "it is about version 4.17.19"},
      {"pkg:npm/lodash-es", "", "pkg:npm/lodash@4.17.20", "-"},
      {"pkg:npm/%40acme/lodash", "", "pkg:npm/lodash@4.17.20", "-"},
      {"pkg:pypi/lodash", "", "pkg:npm/lodash@4.17.20", "-"},
      {"pkg:npm/lodash", "vers:npm/<4.17.21", "pkg:npm/lodash@4.17.20", ""},
      {"pkg:npm/lodash", "vers:semver/>=4.0.0|<4.17.20", "pkg:npm/lodash@4.17.20",
       "it is about versions vers:semver/>=4.0.0|<4.17.20"},
      {"pkg:npm/lodash", "vers:pypi/<5", "pkg:npm/lodash@4.17.20", "its range is of pypi versions, not of npm"},
      {"pkg:npm/lodash", "<5", "pkg:npm/lodash@4.17.20", "its range of versions cannot be read"},
      {"pkg:generic/lodash", "vers:generic/<5", "pkg:generic/lodash@4",
       "versions of generic cannot be compared with its range"},
      {"pkg:npm/lodash", "vers:npm/<5.0.0", "pkg:npm/lodash", "the finding's version is not known"},
      {"pkg:deb/debian/curl@7.88?distro=debian-12", "", "pkg:deb/debian/curl@7.88?arch=amd64&distro=debian-12", ""},
      {"pkg:deb/debian/curl@7.88?distro=debian-12", "", "pkg:deb/debian/curl@7.88?distro=debian-11",
       "it is about distro=debian-12 only"},
      {"pkg:deb/debian/curl@7.88?distro=debian-12", "", "pkg:deb/debian/curl@7.88",
       "it is about distro=debian-12 only"},
      {"pkg:deb/debian/curl", "vers:deb/<7.90-1", "pkg:deb/debian/curl@7.88-10", ""},
      {"pkg:rpm/redhat/curl@1:7.61-1", "", "pkg:rpm/redhat/curl@7.61-1?epoch=1", ""},
  };
  for (const Case& it : cases) {
    CAPTURE(it.product);
    CAPTURE(it.versions);
    CAPTURE(it.package);
    VexStatement one = statement(it.product);
    one.targets[0].product.versions = it.versions;
    CHECK(outcome(one, subject(it.package)) == it.outcome);
  }
}

TEST_CASE("vex resolution: with a subcomponent the product has to be ours") {
  const std::string part = "pkg:npm/lodash@4.17.20";
  VexSubject of = subject();
  of.images = {"ghcr.io/acme/cart"};
  of.products = {"acme/shop"};
  CHECK(outcome(inside("cart", part), of).empty());
  CHECK(outcome(inside("pkg:generic/cart", part), of).empty());
  CHECK(outcome(inside("pkg:github/acme/shop", part), of).empty());
  CHECK(outcome(inside("pkg:oci/cart?repository_url=ghcr.io/acme/cart", part), of).empty());
  CHECK(outcome(inside("checkout", part), of) == "it is about the package in another product");
  CHECK(outcome(inside("pkg:npm/other-app@1", part), of) == "it is about the package in another product");
  CHECK(outcome(inside("pkg:npm/cart", part), of) == "it is about the package in another product");
  CHECK(outcome(inside("pkg:oci/cart?repository_url=ghcr.io/evil/cart", part), of) == "it is about another image");
  CHECK(outcome(inside("pkg:oci/cart", part), of) == "it does not say in which registry the image is");
  CHECK(outcome(inside("cart", "pkg:npm/lodash@4.17.19"), of) == "it is about version 4.17.19");
}

TEST_CASE("vex resolution: images by name, tag and digest") {
  VexSubject of = subject();
  of.image = "ghcr.io/acme/cart:1.2@sha256:aaaa";
  CHECK(outcome(statement("pkg:oci/cart@sha256%3Aaaaa?repository_url=ghcr.io/acme/cart"), of).empty());
  CHECK(outcome(statement("pkg:oci/cart@sha256%3Aaaaa"), of).empty());
  CHECK(outcome(statement("pkg:oci/cart@sha256%3Abbbb?repository_url=ghcr.io/acme/cart"), of) == "-");
  CHECK(outcome(statement("pkg:oci/cart?repository_url=ghcr.io/acme/cart&tag=1.2"), of).empty());
  CHECK(outcome(statement("pkg:oci/cart?repository_url=ghcr.io/acme/cart&tag=1.3"), of) == "-");
  CHECK(outcome(statement("ghcr.io/acme/cart:1.2"), of).empty());
  CHECK(outcome(inside("ghcr.io/acme/cart:1.3", "pkg:npm/lodash"), of) == "it is about another tag of the image");
  of.image = "docker.io/library/nginx:1.25";
  CHECK(outcome(statement("pkg:docker/nginx@1.25"), of).empty());
  of.image = "evil/ghcr.io/acme/cart";
  CHECK(outcome(statement("pkg:oci/cart?repository_url=ghcr.io/acme/cart"), of) == "-");
}

TEST_CASE("vex resolution: a distribution's statement holds on its platform") {
  VexStatement it = inside("Red Hat Enterprise Linux 8", "pkg:rpm/redhat/curl");
  it.targets[0].product.cpe = "cpe:/o:redhat:enterprise_linux:8";
  it.author = "Red Hat Product Security";
  it.origin = VexOrigin::workspace;
  CHECK(outcome(it, subject("pkg:rpm/redhat/curl@7.61-1?distro=rhel-8.6")).empty());
  CHECK_FALSE(outcome(it, subject("pkg:rpm/redhat/curl@7.61-1?distro=rhel-9.2")).empty());
  CHECK_FALSE(outcome(it, subject("pkg:rpm/redhat/curl@7.61-1?distro=centos-8")).empty());
  CHECK_FALSE(outcome(it, subject("pkg:rpm/redhat/curl@7.61-1")).empty());
}

TEST_CASE("vex resolution: who says it decides whether it counts") {
  VexStatement it = statement("pkg:npm/lodash");
  it.origin = VexOrigin::change;
  CHECK(outcome(it, subject(), {.trust = {trust("Acme")}}) == "it comes with the change that it would excuse");
  it.origin = VexOrigin::workspace;
  CHECK(outcome(it) == "its author is not trusted (vex.trust)");
  CHECK(outcome(it, subject(), {.trust = {trust("Acme")}}).empty());
  CHECK(outcome(it, subject(), {.trust = {trust("ACME")}}) == "its author is not trusted (vex.trust)");
  CHECK(outcome(it, subject(), {.trust = {trust("Acme", "pkg:npm/**")}}).empty());
  CHECK(outcome(it, subject(), {.trust = {trust("Acme", "pkg:pypi/**")}}) ==
        "vex.trust trusts its author for other packages");
  VexTrust narrow = trust("Acme");
  narrow.not_affected = false;
  CHECK(outcome(it, subject(), {.trust = {narrow}}) == "vex.trust does not let its author say not_affected");
  it.author = "Debian Security Team";
  CHECK_FALSE(outcome(it).empty());  // not for packages of npm
  it.origin = VexOrigin::pipeline;
  CHECK(outcome(it).empty());
  CHECK(outcome(it, subject(), {.trust = {trust("Acme")}}) == "its author is not trusted (vex.trust)");
  it.origin = VexOrigin::repository;
  CHECK(outcome(it, subject(), {.trust = {trust("Acme")}}).empty());
}

TEST_CASE("vex resolution: the newest statement of the highest trust decides; at the same time the worst") {
  const VexStatement base = statement("pkg:npm/lodash");
  const auto all = [&](std::vector<VexStatement> list) { return VexIndex(std::move(list), {}).about(subject()); };
  const auto spared = at(base, "2026-01-01", VexStatus::not_affected);
  CHECK(suppressed(all({spared, at(base, "2025-01-01", VexStatus::affected)})));
  CHECK_FALSE(suppressed(all({spared, at(base, "2026-02-01", VexStatus::affected)})));
  CHECK_FALSE(suppressed(all({spared, at(base, "2026-02-01", VexStatus::under_investigation)})));
  CHECK_FALSE(suppressed(all({spared, at(base, "2026-01-01", VexStatus::affected)})));
  CHECK(suppressed(all({spared, at(base, "2026-01-01", VexStatus::fixed)})));
  VexStatement foreign = at(base, "2026-06-01", VexStatus::affected);
  foreign.origin = VexOrigin::pipeline;
  CHECK(suppressed(all({spared, foreign})));  // our own is heard first
  VexStatement undated = spared;
  undated.time.reset();
  CHECK_FALSE(suppressed(all({undated, at(base, "2020-01-01", VexStatus::affected)})));
}

TEST_CASE("vex resolution: names of a vulnerability join, but two CVEs are never one") {
  VexStatement it = statement("pkg:npm/lodash");
  it.ids = {"GHSA-35jh-r3h4-6jhm"};
  CHECK(outcome(it).empty());
  it.ids = {"CVE-2000-0001", "GHSA-35jh-r3h4-6jhm"};
  CHECK(outcome(it) == "-");
  VexSubject bulletin = subject();
  bulletin.ids = {"RHSA-2024:1"};
  it.ids = {"RHSA-2024:1"};
  CHECK(outcome(it, bulletin) == "-");
}

TEST_CASE("vex resolution: what runs contradicts that it does not, and suspends it when asked to") {
  VexStatement it = statement("pkg:npm/lodash");
  it.justification = "vulnerable_code_not_in_execute_path";
  VexSubject of = subject();
  of.seen_running = "called, falco, 2026-11-20";
  const auto loaded = VexIndex({it}, {}).about(of);
  CHECK(loaded.at(0).conflict.empty());
  of.called = true;
  const auto warned = VexIndex({it}, {}).about(of);
  CHECK(suppressed(warned));
  CHECK(warned.at(0).conflict == of.seen_running);
  const auto suspended = VexIndex({it}, {.trust = {}, .suspend_on_conflict = true}).about(of);
  CHECK_FALSE(suppressed(suspended));
  CHECK_FALSE(suspended.at(0).advisory_only.empty());
}

TEST_CASE("vex resolution: so many statements on one package that none of them counts") {
  const std::vector<VexStatement> many(VexIndex::kMostOfOnePackage + 1, statement("pkg:npm/lodash"));
  const VexIndex index(many, {});
  CHECK(index.about(subject()).empty());
  CHECK(index.notes().size() == 1);
}

TEST_CASE("vex resolution: who may say that it is harmless may take that back") {
  VexStatement before = statement("pkg:npm/lodash"), after = before;
  for (VexStatement* const it : {&before, &after}) it->origin = VexOrigin::workspace;
  before.time = parse_timestamp("2026-10-01T00:00:00Z");
  after.time = parse_timestamp("2026-11-20T00:00:00Z");
  after.status = VexStatus::affected;
  VexTrust only = trust("Acme");
  only.fixed = false;
  const auto facts = VexIndex({before, after}, {.trust = {only}}).about(subject());
  REQUIRE(facts.size() == 2);
  CHECK(facts[0].status == VexStatus::affected);
  CHECK(facts[0].decides);
}

TEST_CASE("vex resolution: a statement of a day to come spares nothing") {
  VexStatement it = statement("pkg:npm/lodash");
  it.time = parse_timestamp("2030-01-01T00:00:00Z");
  VexSubject of = subject();
  of.now = parse_timestamp("2026-11-21T00:00:00Z");
  CHECK(outcome(it, of) == "its day lies in the future");
  it.time = parse_timestamp("2026-11-21T10:00:00Z");
  CHECK(outcome(it, of).empty());
}
