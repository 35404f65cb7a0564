#include "advisory/match.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "advisory/bom.hpp"
#include "advisory/observe.hpp"
#include "doc/json.hpp"

using namespace gatepost;
using namespace gatepost::advisory;

namespace {

Advisory advisory_of(const std::string& id, const std::string& affected, const std::string& more = "") {
  const auto document = doc::parse_json(
      R"({"id": ")" + id + R"(", "modified": "2026-01-01T00:00:00Z", "affected": [)" + affected + "]" + more + "}",
      "x");
  REQUIRE(document.ok());
  ReadCounts counts;
  auto advisory = read_record(document->root(), {}, counts);
  REQUIRE(advisory.has_value());
  return std::move(*advisory);
}

std::string below(const std::string& ecosystem, const std::string& name, const std::string& fixed) {
  return R"({"package": {"ecosystem": ")" + ecosystem + R"(", "name": ")" + name +
         R"("}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": ")" + fixed + R"("}]}]})";
}

Inventory inventory_of(std::initializer_list<StoredPart> parts) {
  Inventory inventory;
  for (const StoredPart& part : parts) CHECK(inventory.add(part));
  inventory.sort();
  return inventory;
}

// "purl service -> advisory (fixed …)", one a line.
std::string shown(const Inventory& inventory, const std::vector<Advisory>& advisories, const Matches& matches) {
  std::string out;
  for (const Match& match : matches.matches) {
    const Verdict& verdict = matches.verdicts[match.verdict];
    out += std::string(inventory.part(match.component).purl) + " " +
           std::string(inventory.part(match.component).service) + " " + advisories[verdict.advisory].id;
    for (const std::string& fixed : verdict.fixed_versions) out += " " + fixed;
    out += "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("match: every component of an affected version, in order, and no other") {
  const Inventory inventory = inventory_of({{.purl = "pkg:npm/lodash@4.17.20", .service = "shop"},
                                            {.purl = "pkg:npm/lodash@4.17.20", .service = "cart"},
                                            {.purl = "pkg:npm/lodash@4.17.21", .service = "shop"},
                                            {.purl = "pkg:npm/lodash-es@4.17.20", .service = "shop"},
                                            {.purl = "pkg:pypi/Lodash@4.17.20", .service = "shop"}});
  const std::vector<Advisory> advisories = {
      advisory_of("ACME-2026-3", below("npm", "lodash", "4.17.21")),
      advisory_of("ACME-2026-1", below("npm", "lodash", "9.0.0")),
      advisory_of("ACME-2026-2", below("npm", "lodash", "9.0.0"), R"(, "withdrawn": "2026-01-02T00:00:00Z")")};
  const PackageIndex index(inventory);
  const Matches found = index.match(advisories);
  CHECK(shown(inventory, advisories, found) ==
        "pkg:npm/lodash@4.17.20 cart ACME-2026-1 9.0.0\n"
        "pkg:npm/lodash@4.17.20 cart ACME-2026-3 4.17.21\n"
        "pkg:npm/lodash@4.17.20 shop ACME-2026-1 9.0.0\n"
        "pkg:npm/lodash@4.17.20 shop ACME-2026-3 4.17.21\n"
        "pkg:npm/lodash@4.17.21 shop ACME-2026-1 9.0.0\n");
  CHECK(found.verdicts.size() == 3);
  CHECK(found.counts.components == 5);
  CHECK(found.counts.packages == 4);
  CHECK(found.counts.unmatched_components() == 0);
}

TEST_CASE("match: several entries of one advisory about one package say one thing") {
  const Inventory inventory = inventory_of({{.purl = "pkg:npm/x@1.0.0"}});
  const std::vector<Advisory> advisories = {advisory_of(
      "ACME-2026-1", below("npm", "x", "10.0.0") + "," + below("npm", "x", "9.0.0") + "," + below("npm", "y", "2"))};
  CHECK(shown(inventory, advisories, PackageIndex(inventory).match(advisories)) ==
        "pkg:npm/x@1.0.0  ACME-2026-1 9.0.0 10.0.0\n");
}

TEST_CASE("match: a release of a distribution meets its own advisories only") {
  const Inventory inventory = inventory_of({{.purl = "pkg:deb/debian/curl@7.88.1-10?distro=debian-12"},
                                            {.purl = "pkg:deb/debian/curl@7.88.1-10?distro=debian-11"},
                                            {.purl = "pkg:deb/debian/curl@7.88.1-10"},
                                            {.purl = "pkg:deb/ubuntu/curl@7.88.1-10?distro=ubuntu-22.04"}});
  const std::vector<Advisory> advisories = {
      advisory_of("DEBIAN-CVE-2026-0001", below("Debian:12", "curl", "7.88.1-11"))};
  const Matches found = PackageIndex(inventory).match(advisories);
  CHECK(shown(inventory, advisories, found) ==
        "pkg:deb/debian/curl@7.88.1-10?distro=debian-12  DEBIAN-CVE-2026-0001 7.88.1-11\n");
  CHECK(found.counts.unknown_release == 1);
}

TEST_CASE("match: components that nobody can match are counted, never guessed") {
  const Inventory inventory = inventory_of({{.purl = "pkg:generic/openssl@1.0"},
                                            {.purl = "pkg:maven/a/b@latest"},
                                            {.purl = "pkg:maven/a/c"},
                                            {.purl = "pkg:composer/a/b@dev-main"},
                                            {.purl = "pkg:npm/x@1.0.0"},
                                            {.purl = "pkg:npm/ok@1.0.0"}});
  const std::vector<Advisory> advisories = {
      advisory_of("ACME-2026-1", below("Maven", "a:b", "9") + "," + below("Packagist", "a/b", "9.0.0")),
      advisory_of("ACME-2026-2", below("npm", "x", "someday"))};
  const PackageIndex index(inventory);
  const Matches found = index.match(advisories);
  CHECK(found.matches.empty());
  CHECK(found.counts.unknown_ecosystem == 1);
  CHECK(found.counts.bad_version == 3);
  CHECK(found.counts.undecided == 1);
  CHECK(found.counts.unmatched_components() == 5);
  CHECK(index.why_unmatched(0) == Unmatched::bad_version);
  CHECK(index.why_unmatched(5) == Unmatched::no);
}

TEST_CASE("match: the same findings as observations") {
  const Inventory inventory = inventory_of({{.purl = "pkg:maven/org.x/y@1.0", .service = "shop", .path = "app/y.jar"},
                                            {.purl = "pkg:npm/evil@1.0.0", .scope = Scope::dev}});
  const std::vector<Advisory> advisories = {
      advisory_of("GHSA-35jh-r3h4-6jhm", below("Maven", "org.x:y", "1.1"),
                  R"(, "aliases": ["CVE-2021-23337"], "summary": "Bad", "database_specific": {"severity": "HIGH"})"),
      advisory_of("MAL-2026-1", R"({"package": {"ecosystem": "npm", "name": "evil"}, "versions": ["1.0.0"]})")};
  ObservationTable table;
  observe(inventory, advisories, PackageIndex(inventory).match(advisories), true, table);
  REQUIRE(table.size() == 2);
  CHECK(table.reports()[0].state == ReportState::complete);
  const Observation first = table.observation(0);
  CHECK(first.engine == kEngine);
  CHECK(first.kind == Kind::sca);
  CHECK(first.rule == "GHSA-35jh-r3h4-6jhm");
  CHECK(first.message == "org.x:y 1.0 is affected by GHSA-35jh-r3h4-6jhm; fixed in 1.1");
  CHECK(first.component->fixed_versions == std::vector<std::string>{"1.1"});
  CHECK(first.advisories.size() == 2);
  CHECK(first.place.path == "app/y.jar");
  CHECK(first.claims.at(0).label == SeverityLabel::high);
  CHECK(table.observation(1).kind == Kind::malware);
  CHECK(table.observation(1).component->scope == Scope::dev);
}

TEST_CASE("match: a distribution's record is known by the vulnerability that it comes from") {
  const Inventory inventory = inventory_of({{.purl = "pkg:deb/debian/curl@7.88.1-10?distro=debian-12"}});
  const std::vector<Advisory> advisories = {advisory_of("DEBIAN-CVE-2026-0001", below("Debian:12", "curl", "7.88.1-11"),
                                                        R"(, "upstream": ["CVE-2026-0001"])"),
                                            advisory_of("DSA-5000-1", below("Debian:12", "curl", "7.88.1-11"),
                                                        R"(, "upstream": ["CVE-2026-0001", "CVE-2026-0002"])")};
  CHECK(advisories[0].aliases == std::vector<std::string>{"CVE-2026-0001"});
  CHECK(advisories[1].aliases.empty());
  ObservationTable table;
  observe(inventory, advisories, PackageIndex(inventory).match(advisories), false, table);
  REQUIRE(table.size() == 2);
  CHECK(table.observation(0).kind == Kind::container);
  CHECK(table.observation(0).component->package == "curl");
  CHECK(table.reports()[0].state == ReportState::partial);
}

TEST_CASE("inventory: lines are canonical, and come back as they were") {
  const Inventory inventory =
      inventory_of({{.purl = "pkg:npm/b@1", .service = "shop", .path = "a/b", .sbom = "sha256:00", .scope = Scope::dev},
                    {.purl = "pkg:NPM/a@1"},
                    {.purl = "pkg:npm/a@1"}});
  REQUIRE(inventory.size() == 2);
  const std::string lines = inventory.line(0) + inventory.line(1);
  CHECK(lines ==
        "{\"purl\":\"pkg:npm/a@1\",\"v\":1}\n"
        "{\"path\":\"a/b\",\"purl\":\"pkg:npm/"
        "b@1\",\"sbom\":\"sha256:00\",\"scope\":\"dev\",\"service\":\"shop\",\"v\":1}\n");
  CHECK(is_inventory(lines));
  Inventory again;
  REQUIRE(again.add_lines(lines, "stored").ok());
  again.sort();
  CHECK(again.line(0) + again.line(1) == lines);
  const Status bad = again.add_lines("\n{\"purl\":\"x\",\"v\":1}\n", "stored");
  REQUIRE_FALSE(bad.ok());
  CHECK(bad.error().message == "stored:2: \"purl\" is no package URL");
}

TEST_CASE("bom: every notation gives the same components") {
  const std::vector<std::string> documents = {
      R"({"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"component": {"name": "shop"}}, "components": [
          {"type": "library", "name": "lodash", "version": "4.17.20", "purl": "pkg:npm/lodash@4.17.20",
           "components": [{"type": "library", "name": "x", "purl": "pkg:npm/x@1"}]},
          {"type": "library", "name": "nameless"}, {"type": "operating-system", "name": "debian"}]})",
      R"(<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5"><metadata><component type="application">
          <name>shop</name></component></metadata><components><component type="library"><name>lodash</name>
          <version>4.17.20</version><purl>pkg:npm/lodash@4.17.20</purl><components><component type="library">
          <name>x</name><purl>pkg:npm/x@1</purl></component></components></component>
          <component type="library"><name>nameless</name></component></components></bom>)",
      R"({"spdxVersion": "SPDX-2.3", "name": "shop", "packages": [
          {"SPDXID": "SPDXRef-a", "name": "lodash", "versionInfo": "4.17.20",
           "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/lodash"}]},
          {"SPDXID": "SPDXRef-b", "name": "x", "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/x@1"}]},
          {"SPDXID": "SPDXRef-c", "name": "nameless"}]})",
      "SPDXVersion: SPDX-2.3\nDocumentName: shop\nPackageName: lodash\nPackageVersion: 4.17.20\n"
      "ExternalRef: PACKAGE-MANAGER purl pkg:npm/lodash\nPackageName: x\n"
      "ExternalRef: PACKAGE-MANAGER purl pkg:npm/x@1\nPackageName: nameless\n",
      R"({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [{"type": "SpdxDocument", "name": "shop"},
          {"type": "software_Package", "software_packageUrl": "pkg:npm/lodash@4.17.20"},
          {"type": "software_Package", "externalIdentifier": [
            {"externalIdentifierType": "packageUrl", "identifier": "pkg:npm/x@1"}]},
          {"type": "software_Package", "name": "nameless"}]})",
      R"({"artifacts": [{"name": "lodash", "version": "4.17.20", "purl": "pkg:npm/lodash@4.17.20"},
          {"name": "x", "purl": "pkg:npm/x@1"}, {"name": "nameless"}], "source": {"name": "shop"}})"};
  for (const std::string& document : documents) {
    CAPTURE(document);
    Inventory inventory;
    const auto counts = read_bom(inventory, document, "bom", "");
    REQUIRE(counts.ok());
    inventory.sort();
    CHECK(counts->components == 3);
    CHECK(counts->without_purl == 1);
    REQUIRE(inventory.size() == 2);
    CHECK(inventory.part(0).purl == "pkg:npm/lodash@4.17.20");
    CHECK(inventory.part(0).service == "shop");
    CHECK(inventory.part(1).purl == "pkg:npm/x@1");
    CHECK(inventory.part(1).sbom.starts_with("sha256:"));
  }
}

TEST_CASE("bom: what Trivy tells of source packages stays known") {
  Inventory inventory;
  REQUIRE(read_bom(inventory,
                   R"({"bomFormat": "CycloneDX", "components": [{"type": "library", "name": "libssl3",
      "purl": "pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12", "scope": "optional", "properties": [
        {"name": "aquasecurity:trivy:SrcName", "value": "openssl"}, {"name": "aquasecurity:trivy:SrcVersion", "value": "3.0.11"},
        {"name": "aquasecurity:trivy:SrcRelease", "value": "1"}, {"name": "aquasecurity:trivy:FilePath", "value": "lib/x"}]}]})",
                   "bom", "web")
              .ok());
  REQUIRE(inventory.size() == 1);
  const auto key = key_of_component(inventory.part(0).purl);
  CHECK(key->key.package == "pkg:deb/debian/openssl");
  CHECK(key->version == "3.0.11-1");
  CHECK(inventory.part(0).path == "lib/x");
  CHECK(inventory.part(0).scope == Scope::optional);
  CHECK(inventory.part(0).service == "web");
}

TEST_CASE("bom: anything else is refused") {
  for (const char* const text :
       {"", "{}", "[]", "text", "<html></html>", "<a/>", "{\"bomFormat\": \"CycloneDX\"", "%PDF-1"}) {
    CAPTURE(text);
    Inventory inventory;
    CHECK_FALSE(read_bom(inventory, text, "bom", "").ok());
    CHECK(inventory.size() == 0);
  }
}
