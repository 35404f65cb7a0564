#include "context/vex.hpp"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>

using namespace gatepost;
using namespace gatepost::context;

namespace {

VexDocument read(const std::string& text) {
  auto document = read_vex(text, "vex.json", VexOrigin::repository);
  const std::string why = document ? "" : document.error().message;
  CAPTURE(why);
  REQUIRE(document.ok());
  return std::move(*document);
}

std::string why_not(const std::string& text) {
  const auto document = read_vex(text, "vex.json", VexOrigin::repository);
  return document ? "" : document.error().message;
}

std::string openvex(const std::string& statements,
                    const std::string& head = R"("author":"Acme","timestamp":"2026-10-01T00:00:00Z",)") {
  return fmt::format(R"({{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","version":1,{}"statements":[{}]}})",
                     head, statements);
}

std::string csaf(const std::string& vulnerability, const std::string& category = "csaf_vex") {
  return fmt::format(
      R"({{"document":{{"category":"{}","csaf_version":"2.0","publisher":{{"name":"Red Hat Product Security"}},
    "tracking":{{"current_release_date":"2026-09-01T00:00:00Z","status":"final"}}}},
    "product_tree":{{"branches":[{{"name":"Red Hat","branches":[
        {{"product":{{"product_id":"EL8","name":"RHEL 8","product_identification_helper":{{"cpe":"cpe:/o:redhat:enterprise_linux:8"}}}}}},
        {{"product":{{"product_id":"curl","name":"curl","product_identification_helper":{{"purl":"pkg:rpm/redhat/curl@7.61-1.el8"}}}}}}]}}],
      "relationships":[{{"category":"default_component_of","product_reference":"curl","relates_to_product_reference":"EL8",
        "full_product_name":{{"product_id":"EL8:curl","name":"curl in RHEL 8"}}}}],
      "product_groups":[{{"group_id":"G","product_ids":["EL8:curl"]}}]}},
    "vulnerabilities":[{}]}})",
      category, vulnerability);
}

std::string cyclonedx(const std::string& analysis, const std::string& affects, const std::string& more = "") {
  return fmt::format(
      R"({{"bomFormat":"CycloneDX","specVersion":"1.5","serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
    "metadata":{{"timestamp":"2026-08-01T00:00:00Z","authors":[{{"name":"Acme"}}]{}}},
    "components":[{{"bom-ref":"l","name":"lodash","purl":"pkg:npm/lodash@4.17.20"}}],
    "vulnerabilities":[{{"id":"CVE-2021-23337","analysis":{},"affects":[{}]}}]}})",
      more, analysis, affects);
}

const std::string kStatement =
    R"({"vulnerability":{"name":"CVE-2021-23337","aliases":["GHSA-35jh-r3h4-6jhm"]},
        "products":[{"@id":"pkg:oci/cart?repository_url=ghcr.io/acme/cart","subcomponents":[{"@id":"pkg:npm/lodash@4.17.20"}]}],
        "status":"not_affected","justification":"vulnerable_code_not_present","supplier":"Lodash"})";

}  // namespace

TEST_CASE("vex: an OpenVEX statement has its names, products, author and the document's time") {
  const VexDocument document = read(openvex(kStatement));
  CHECK(document.format == "OpenVEX");
  REQUIRE(document.statements.size() == 1);
  const VexStatement& it = document.statements[0];
  CHECK(it.ids == std::vector<std::string>{"CVE-2021-23337", "GHSA-35jh-r3h4-6jhm"});
  CHECK(it.status == VexStatus::not_affected);
  CHECK(it.justification == "vulnerable_code_not_present");
  CHECK(it.author == "Acme");
  CHECK(it.supplier == "Lodash");
  CHECK(it.pointer == "/statements/0");
  REQUIRE(it.time.has_value());
  CHECK(to_string(*it.time) == "2026-10-01T00:00:00Z");
  REQUIRE(it.targets.size() == 1);
  CHECK(it.targets[0].subcomponents.at(0).purl == "pkg:npm/lodash@4.17.20");
}

TEST_CASE("vex: OpenVEX statements that lack what it demands do not count, and each is told") {
  const auto statement = [](const std::string& rest) {
    return R"({"vulnerability":{"name":"CVE-2021-23337"},"products":[{"@id":"pkg:npm/lodash"}],)" + rest + "}";
  };
  for (
      const std::string& bad :
      {statement(R"("status":"not_affected")"), statement(R"("status":"not_affected","justification":"because")"),
       statement(R"("status":"resolved")"), statement(R"("status":7)"),
       std::string(R"({"vulnerability":{"name":"CVE-2021-23337"},"status":"fixed"})"),
       std::string(R"({"products":[{"@id":"pkg:npm/lodash"}],"status":"fixed"})"),
       std::string(
           R"({"vulnerability":{"name":"CVE-2021-23337"},"products":[{"@id":"pkg:oci/a","subcomponents":[{}]}],"status":"fixed"})"),
       std::string("7")}) {
    CAPTURE(bad);
    const VexDocument document = read(openvex(bad));
    CHECK(document.statements.empty());
    CHECK(document.notes.size() == 1);
  }
  CHECK(read(openvex(statement(R"("status":"not_affected","impact_statement":"never called")"))).statements.size() ==
        1);
  // What raises an alarm counts in any case.
  const VexDocument affected = read(openvex(statement(R"("status":"affected")")));
  CHECK(affected.statements.size() == 1);
  CHECK(affected.notes.size() == 1);
}

TEST_CASE("vex: a document without what its format demands is refused, with the reason") {
  CHECK(why_not(openvex(kStatement, R"("timestamp":"2026-10-01T00:00:00Z",)")).find("author is missing") !=
        std::string::npos);
  CHECK(why_not(openvex(kStatement, R"("author":"A",)")).find("timestamp is missing") != std::string::npos);
  CHECK(why_not(csaf("{}", "csaf_base")).find("only csaf_vex") != std::string::npos);
  CHECK(why_not("{}").find("no VEX document") != std::string::npos);
  CHECK(why_not("[").starts_with("vex.json"));
  CHECK_FALSE(why_not(R"({"bomFormat":"CycloneDX","specVersion":"1.3","vulnerabilities":[]})").empty());
}

TEST_CASE("vex: CSAF resolves a component of a product, and flags by groups") {
  const VexDocument document =
      read(csaf(R"({"cve":"CVE-2023-27533","product_status":{"known_not_affected":["EL8:curl"],"fixed":["curl"],
    "recommended":["curl"]},"flags":[{"label":"vulnerable_code_not_present","group_ids":["G"]}]})"));
  REQUIRE(document.statements.size() == 2);
  const VexStatement& first = document.statements[0];
  CHECK(first.status == VexStatus::not_affected);
  CHECK(first.justification == "vulnerable_code_not_present");
  CHECK(first.author == "Red Hat Product Security");
  REQUIRE(first.targets.size() == 1);
  CHECK(first.targets[0].product.cpe == "cpe:/o:redhat:enterprise_linux:8");
  CHECK(first.targets[0].subcomponents.at(0).purl == "pkg:rpm/redhat/curl@7.61-1.el8");
  CHECK(document.statements[1].status == VexStatus::fixed);
  CHECK(document.statements[1].targets[0].subcomponents.empty());
}

TEST_CASE("vex: CSAF known_not_affected without flag or impact, and products nobody knows, do not count") {
  const VexDocument document =
      read(csaf(R"({"cve":"CVE-2023-27533","product_status":{"known_not_affected":["curl"],"fixed":["nobody"]}})"));
  CHECK(document.statements.empty());
  CHECK(document.notes.size() == 2);
}

TEST_CASE("vex: relationships that lead in a ring end") {
  std::string text = csaf(R"({"cve":"CVE-2023-27533","product_status":{"fixed":["A"]}})");
  const std::string ring =
      R"({"product_reference":"B","relates_to_product_reference":"EL8","full_product_name":{"product_id":"A"}},
    {"product_reference":"A","relates_to_product_reference":"EL8","full_product_name":{"product_id":"B"}},)";
  text.insert(text.find(R"({"category":"default_component_of")"), ring);
  CHECK(read(text).statements.empty());
}

TEST_CASE("vex: CycloneDX states become statuses; the subject of the document is the product") {
  struct Case {
    std::string state;
    VexStatus status;
  };
  for (const Case& it : {Case{"resolved", VexStatus::fixed}, Case{"resolved_with_pedigree", VexStatus::fixed},
                         Case{"exploitable", VexStatus::affected}, Case{"in_triage", VexStatus::under_investigation},
                         Case{"false_positive", VexStatus::not_affected}}) {
    CAPTURE(it.state);
    const VexDocument document = read(cyclonedx(fmt::format(R"({{"state":"{}"}})", it.state), R"({"ref":"l"})"));
    REQUIRE(document.statements.size() == 1);
    CHECK(document.statements[0].status == it.status);
    CHECK(document.statements[0].targets[0].product.purl == "pkg:npm/lodash@4.17.20");
  }
  const VexDocument inside = read(
      cyclonedx(R"({"state":"resolved","lastUpdated":"2026-09-09T00:00:00Z"})", R"({"ref":"l"})",
                R"(,"component":{"type":"container","name":"ghcr.io/acme/cart","version":"1.2","bom-ref":"root"})"));
  REQUIRE(inside.statements.size() == 1);
  CHECK(to_string(*inside.statements[0].time) == "2026-09-09T00:00:00Z");
  CHECK(inside.statements[0].targets[0].product.id == "ghcr.io/acme/cart:1.2");
  CHECK(inside.statements[0].targets[0].subcomponents.at(0).purl == "pkg:npm/lodash@4.17.20");
}

TEST_CASE("vex: CycloneDX references by BOM-Link and purl, versions and ranges") {
  const std::string analysis = R"({"state":"not_affected","justification":"code_not_reachable"})";
  const auto target = [&](const std::string& affects) {
    const VexDocument document = read(cyclonedx(analysis, affects));
    return document.statements.empty() ? VexProduct{} : document.statements[0].targets[0].product;
  };
  CHECK(target(R"({"ref":"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#l"})").purl == "pkg:npm/lodash@4.17.20");
  CHECK(target(R"({"ref":"pkg:npm/left-pad@1"})").purl == "pkg:npm/left-pad@1");
  CHECK(target(R"({"ref":"urn:cdx:00000000-395b-41f5-a30f-a58921a69b79/1#l"})").id.empty());  // of another document
  CHECK(target(R"({"ref":"l","versions":[{"range":"vers:npm/<4.17.21"}]})").versions == "vers:npm/<4.17.21");
  CHECK(target(R"({"ref":"l","versions":[{"version":"4.17.19","status":"affected"}]})").purl ==
        "pkg:npm/lodash@4.17.19");
  CHECK(target(R"({"ref":"l","versions":[{"version":"4.17.19","status":"unknown"}]})").id.empty());
  CHECK(read(cyclonedx(R"({"state":"not_affected"})", R"({"ref":"l"})")).statements.empty());
  CHECK(read(cyclonedx(R"({})", R"({"ref":"l"})")).notes.empty());  // reported, not judged
}

TEST_CASE("vex: a document with too many products counts as a whole not at all") {
  std::string products;
  for (std::size_t i = 0; i <= kMostVexTargets; ++i) products += (i == 0 ? "\"" : ",\"") + std::string("pkg:npm/a\"");
  const std::string text =
      openvex(R"({"vulnerability":{"name":"CVE-2021-23337"},"status":"fixed","products":[)" + products + "]}");
  CHECK(why_not(text).find("more than 100000") != std::string::npos);
}

TEST_CASE("vex: many flags on one large group end") {
  std::string members, flags;
  for (int i = 0; i < 20'000; ++i) {
    members += (i == 0 ? "" : ",") + std::string(R"("p)") + std::to_string(i) + "\"";
    flags += (i == 0 ? "" : ",") + std::string(R"({"label":"component_not_present","group_ids":["B"]})");
  }
  std::string text =
      csaf(R"({"cve":"CVE-2023-27533","product_status":{"known_not_affected":["curl"]},"flags":[)" + flags + "]}");
  text.insert(text.find(R"({"group_id":"G")"), R"({"group_id":"B","product_ids":[)" + members + "]},");
  const VexDocument document = read(text);
  CHECK(document.statements.empty());
}

namespace {

// The same document as cyclonedx() writes, as XML.
std::string cyclonedx_xml(const std::string& analysis, const std::string& affects, const std::string& more = "",
                          const std::string& version = "1.5") {
  return fmt::format(
      R"(<?xml version="1.0"?>
<bom serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79" version="1" xmlns="http://cyclonedx.org/schema/bom/{}">
  <metadata><timestamp>2026-08-01T00:00:00Z</timestamp><authors><author><name>Acme</name></author></authors>{}</metadata>
  <components><component type="framework" bom-ref="f"><name>f</name><components>
    <component type="library" bom-ref="l"><name>lodash</name><version>4.17.20</version><purl>pkg:npm/lodash@4.17.20</purl></component>
    <component type="library" bom-ref="v"><name>v</name><version>2.0.0</version><purl>pkg:npm/v</purl></component>
  </components></component></components>
  <vulnerabilities>
    <vulnerability><id>CVE-2020-8203</id></vulnerability>
    <vulnerability bom-ref="x"><id>CVE-2021-23337</id><source><name>NVD</name></source>
      <references><reference><id>GHSA-35jh-r3h4-6jhm</id></reference></references>
      <analysis>{}</analysis><affects>{}</affects></vulnerability>
  </vulnerabilities>
</bom>)",
      version, more, analysis, affects);
}

const std::string kUnreachable = "<state>not_affected</state><justification>code_not_reachable</justification>";

std::string target_xml(const std::string& ref, const std::string& versions = "") {
  return "<target><ref>" + ref + "</ref>" + (versions.empty() ? "" : "<versions>" + versions + "</versions>") +
         "</target>";
}

std::string spdx(const std::string& relationship, const std::string& more = "", const std::string& version = "3.0.1") {
  return fmt::format(R"({{"@context":"https://spdx.org/rdf/{}/spdx-context.jsonld","@graph":[
    {{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-08-01T00:00:00Z","createdBy":["urn:acme"]}},
    {{"type":"Organization","spdxId":"urn:acme","name":"Acme","creationInfo":"_:c"}},
    {{"type":"software_Package","spdxId":"urn:lodash","name":"lodash","software_packageVersion":"4.17.20","software_packageUrl":"pkg:npm/lodash@4.17.20"}},
    {{"type":"software_Package","spdxId":"urn:v","name":"v","software_packageVersion":"2.0.0","software_packageUrl":"pkg:npm/v"}},
    {{"type":"software_Package","spdxId":"urn:cart","name":"ghcr.io/acme/cart","software_packageVersion":"1.2","software_primaryPurpose":"container"}},
    {{"type":"software_File","spdxId":"urn:file","name":"lodash.js"}},
    {{"type":"security_Vulnerability","spdxId":"urn:vuln","name":"CVE-2020-8203","externalIdentifier":[
      {{"type":"ExternalIdentifier","externalIdentifierType":"cve","identifier":"CVE-2021-23337"}},
      {{"type":"ExternalIdentifier","externalIdentifierType":"securityOther","identifier":"GHSA-35jh-r3h4-6jhm"}}]}},
    {}{}]}})",
                     version, relationship, more);
}

std::string assessed(const std::string& rest, const std::string& kind = "VexNotAffected",
                     const std::string& relationship = "doesNotAffect") {
  return fmt::format(
      R"({{"type":"security_{}VulnAssessmentRelationship","spdxId":"urn:vex","creationInfo":"_:c","relationshipType":"{}",
      "from":"urn:vuln",{}}})",
      kind, relationship, rest);
}

const std::string kReason = R"("security_justificationType":"vulnerableCodeNotInExecutePath",)";

}  // namespace

TEST_CASE("vex: CycloneDX as XML says what it says as JSON") {
  const VexDocument document = read(cyclonedx_xml(kUnreachable, target_xml("l")));
  CHECK(document.format == "CycloneDX");
  CHECK(document.notes.empty());
  REQUIRE(document.statements.size() == 1);  // the other vulnerability is reported, not judged
  const VexStatement& it = document.statements[0];
  CHECK(it.ids == std::vector<std::string>{"CVE-2021-23337", "GHSA-35jh-r3h4-6jhm"});
  CHECK(it.status == VexStatus::not_affected);
  CHECK(it.justification == "code_not_reachable");
  CHECK(it.author == "Acme");
  CHECK(it.pointer == "/bom[1]/vulnerabilities[1]/vulnerability[2]");
  REQUIRE(it.time.has_value());
  CHECK(to_string(*it.time) == "2026-08-01T00:00:00Z");
  CHECK(it.targets.at(0).product.purl == "pkg:npm/lodash@4.17.20");
  const VexDocument inside = read(cyclonedx_xml(
      "<state>resolved</state><lastUpdated>2026-09-09T00:00:00Z</lastUpdated>", target_xml("l"),
      R"(<component type="container" bom-ref="root"><name>ghcr.io/acme/cart</name><version>1.2</version></component>)"));
  REQUIRE(inside.statements.size() == 1);
  CHECK(inside.statements[0].status == VexStatus::fixed);
  CHECK(to_string(*inside.statements[0].time) == "2026-09-09T00:00:00Z");
  CHECK(inside.statements[0].targets[0].product.id == "ghcr.io/acme/cart:1.2");
  CHECK(inside.statements[0].targets[0].subcomponents.at(0).purl == "pkg:npm/lodash@4.17.20");
}

TEST_CASE("vex: CycloneDX as XML knows references, versions and traps") {
  const auto target = [](const std::string& affects) {
    const VexDocument document = read(cyclonedx_xml(kUnreachable, affects));
    return document.statements.empty() ? VexProduct{} : document.statements[0].targets[0].product;
  };
  CHECK(target(target_xml("urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#l")).purl == "pkg:npm/lodash@4.17.20");
  CHECK(target(target_xml("pkg:npm/left-pad@1")).purl == "pkg:npm/left-pad@1");
  CHECK(target(target_xml("urn:cdx:00000000-395b-41f5-a30f-a58921a69b79/1#l")).id.empty());  // of another document
  CHECK(target(target_xml("nowhere")).id.empty());
  CHECK(target(target_xml("l", "<version><range>vers:npm/&lt;4.17.21</range></version>")).versions ==
        "vers:npm/<4.17.21");
  CHECK(target(target_xml("l", "<version><version>4.17.19</version><status>affected</status></version>")).purl ==
        "pkg:npm/lodash@4.17.19");
  CHECK(target(target_xml("l", "<version><version>4.17.19</version><status>unknown</status></version>")).id.empty());
  const VexDocument bare = read(cyclonedx_xml("<state>not_affected</state>", target_xml("l")));
  CHECK(bare.statements.empty());
  REQUIRE(bare.notes.size() == 1);
  CHECK(bare.notes[0].text.starts_with("vex.json:12:"));  // the line of the analysis
  CHECK(read(cyclonedx_xml("<state>not_affected</state><detail>never called</detail>", target_xml("l")))
            .statements.size() == 1);
}

TEST_CASE("vex: a component whose purl leaves out its version is meant in that version only") {
  const std::string analysis = R"({"state":"not_affected","justification":"code_not_reachable"})";
  std::string json = cyclonedx(analysis, R"({"ref":"v"})");
  json.insert(json.find(R"({"bom-ref":"l")"), R"({"bom-ref":"v","name":"v","version":"2.0.0","purl":"pkg:npm/v"},)");
  CHECK(read(json).statements.at(0).targets.at(0).product.purl == "pkg:npm/v@2.0.0");
  CHECK(read(cyclonedx_xml(kUnreachable, target_xml("v"))).statements.at(0).targets.at(0).product.purl ==
        "pkg:npm/v@2.0.0");
  CHECK(read(spdx(assessed(kReason + R"("to":["urn:v"])"))).statements.at(0).targets.at(0).product.purl ==
        "pkg:npm/v@2.0.0");
}

TEST_CASE("vex: XML that is no CycloneDX document with vulnerabilities is refused with the reason") {
  CHECK(why_not("<a/>").find("no VEX document") != std::string::npos);
  CHECK(why_not("\xEF\xBB\xBF\n <a>").starts_with("vex.json: line 2"));
  CHECK(why_not(cyclonedx_xml(kUnreachable, target_xml("l"), "", "1.3")).find("from 1.4 on") != std::string::npos);
  CHECK(why_not(R"(<bom xmlns="http://cyclonedx.org/schema/bom/1.5"/>)").find("no VEX document") != std::string::npos);
  CHECK(why_not("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><bom>&b;</bom>").find("DOCTYPE") !=
        std::string::npos);
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "<components><component>";
  CHECK_FALSE(why_not("<bom>" + deep).empty());
}

TEST_CASE("vex: SPDX relationships have their names, products, author and time") {
  const VexDocument document = read(spdx(
      assessed(kReason + R"("security_impactStatement":"never called","suppliedBy":"urn:acme","to":["urn:lodash"])")));
  CHECK(document.format == "SPDX");
  CHECK(document.notes.empty());
  REQUIRE(document.statements.size() == 1);
  const VexStatement& it = document.statements[0];
  CHECK(it.ids == std::vector<std::string>{"CVE-2021-23337", "GHSA-35jh-r3h4-6jhm"});  // not its title
  CHECK(it.status == VexStatus::not_affected);
  CHECK(it.justification == "vulnerable_code_not_in_execute_path");
  CHECK(it.statement == "never called");
  CHECK(it.author == "Acme");
  CHECK(it.supplier == "Acme");
  CHECK(it.pointer == "/@graph/7");
  REQUIRE(it.time.has_value());
  CHECK(to_string(*it.time) == "2026-08-01T00:00:00Z");
  CHECK(it.targets.at(0).product.purl == "pkg:npm/lodash@4.17.20");
  CHECK(it.targets[0].subcomponents.empty());
}

TEST_CASE("vex: the four VEX relationships of SPDX become statuses") {
  struct Case {
    std::string kind, relationship;
    VexStatus status;
  };
  for (const Case& it :
       {Case{"VexNotAffected", "doesNotAffect", VexStatus::not_affected}, Case{"VexFixed", "fixedIn", VexStatus::fixed},
        Case{"VexAffected", "affects", VexStatus::affected},
        Case{"VexUnderInvestigation", "underInvestigationFor", VexStatus::under_investigation}}) {
    CAPTURE(it.kind);
    const VexDocument document = read(spdx(
        assessed(kReason + R"("security_actionStatement":"upgrade","to":["urn:lodash"])", it.kind, it.relationship)));
    REQUIRE(document.statements.size() == 1);
    CHECK(document.statements[0].status == it.status);
    CHECK(document.notes.empty());
    // Type and relationship have to say the same.
    CHECK(read(spdx(assessed(kReason + R"("to":["urn:lodash"])", it.kind, "other"))).statements.empty());
  }
}

TEST_CASE("vex: SPDX relationships that lack something do not count, and each is told") {
  const std::string to = R"("to":["urn:lodash"])";
  for (const std::string& bad :
       {assessed(to), assessed(R"("security_justificationType":"because",)" + to),
        assessed(kReason + R"("to":["urn:file"])"), assessed(kReason + R"("to":["urn:elsewhere"])"),
        assessed(kReason + R"("to":[])"),
        assessed(kReason + R"("security_withdrawnTime":"2026-09-01T00:00:00Z",)" + to),
        assessed(kReason + R"("from":"urn:lodash",)" + to), assessed(kReason + R"("creationInfo":"_:other",)" + to),
        assessed(kReason + R"("creationInfo":{"created":"2026-08-01T00:00:00Z"},)" + to),
        assessed(kReason + R"("security_assessedElement":"urn:file",)" + to)}) {
    CAPTURE(bad);
    const VexDocument document = read(spdx(bad));
    CHECK(document.statements.empty());
    CHECK_FALSE(document.notes.empty());
  }
  const VexDocument affected = read(spdx(assessed(to, "VexAffected", "affects")));
  CHECK(affected.statements.size() == 1);  // what raises an alarm counts in any case
  CHECK(affected.notes.size() == 1);
}

TEST_CASE("vex: an SPDX statement on a part of a product is about that product only") {
  const auto target = [](const std::string& relationship, const std::string& more = "") {
    const VexDocument document = read(spdx(relationship, more));
    return document.statements.empty() ? VexTarget{} : document.statements[0].targets[0];
  };
  const VexTarget part = target(assessed(kReason + R"("security_assessedElement":"urn:lodash","to":["urn:cart"])"));
  CHECK(part.product.id == "ghcr.io/acme/cart:1.2");
  CHECK(part.subcomponents.at(0).purl == "pkg:npm/lodash@4.17.20");
  const std::string document =
      R"(,{"type":"SpdxDocument","spdxId":"urn:d","rootElement":["urn:s"]},{"type":"software_Sbom","spdxId":"urn:s","rootElement":["urn:cart"]})";
  const VexTarget inside = target(assessed(kReason + R"("to":["urn:lodash"])"), document);
  CHECK(inside.product.id == "ghcr.io/acme/cart:1.2");
  CHECK(inside.subcomponents.at(0).purl == "pkg:npm/lodash@4.17.20");
  CHECK(target(assessed(kReason + R"("to":["urn:cart"])"), document).subcomponents.empty());
  CHECK(target(assessed(kReason + R"("to":"pkg:npm/a@1")")).product.purl == "pkg:npm/a@1");
}

TEST_CASE("vex: versions of a format that are newer are read with a note, other ones refused") {
  const auto with = [](std::string text, const std::string& context) {
    const std::size_t at = text.find("https://"), end = text.find('"', at);
    return text.replace(at, end - at, context);
  };
  const std::string open = openvex(kStatement), bill = spdx(assessed(kReason + R"("to":["urn:lodash"])"));
  for (const std::string context :
       {"https://openvex.dev/ns", "https://openvex.dev/ns/v0.2.0", "https://openvex.dev/ns/v0.0.1"}) {
    CAPTURE(context);
    CHECK(read(with(open, context)).notes.empty());
  }
  const VexDocument newer = read(with(open, "https://openvex.dev/ns/v0.3.0"));
  CHECK(newer.statements.size() == 1);
  REQUIRE(newer.notes.size() == 1);
  CHECK(newer.notes[0].text.find("OpenVEX 0.3.0; it is read as 0.2, the newest known here") != std::string::npos);
  for (const std::string context :
       {"https://openvex.dev/ns/v1.0.0", "https://openvex.dev/ns/next", "https://openvex.dev/ns/v0"}) {
    CAPTURE(context);
    CHECK(why_not(with(open, context)).find("the versions 0.x can be read") != std::string::npos);
  }
  CHECK(why_not(with(open, "https://openvex.dev/nsx")).find("its @context is \"https://openvex.dev/nsx\"") !=
        std::string::npos);
  CHECK(why_not(with(open, "https://vex.example/ns/v0.2.0")).find("no VEX document") != std::string::npos);
  CHECK(read(with(bill, "https://spdx.org/rdf/3.0.0/spdx-context.jsonld")).notes.empty());
  CHECK(read(with(bill, "https://spdx.org/rdf/3.1/spdx-context.jsonld")).notes.size() == 1);
  CHECK(why_not(with(bill, "https://spdx.org/rdf/4.0/spdx-context.jsonld")).find("3.x can be read") !=
        std::string::npos);
  CHECK(why_not(spdx(R"({"type":"Relationship"})")).find("no VEX document") != std::string::npos);
}
