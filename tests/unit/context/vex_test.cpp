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
