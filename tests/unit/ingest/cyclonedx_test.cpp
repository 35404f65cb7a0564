// What the samples in tests/data/reports/cyclonedx do not show: states, graphs, and hostile documents.
#include <doctest/doctest.h>

#include <string>

#include "support/read_report.hpp"

using namespace gatepost;

namespace {

std::string bom(const std::string& members) {
  return R"({"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": "urn:uuid:1", )" + members + "}";
}

std::string component(const std::string& ref) {
  return R"({"type": "library", "name": ")" + ref + R"(", "version": "1", "bom-ref": ")" + ref + R"("})";
}

std::string affecting(const std::string& ref) {
  return R"({"id": "CVE-2020-0001", "affects": [{"ref": ")" + ref + R"("}]})";
}

Component only_component(const test::ReadReport& report) {
  REQUIRE(report.table.size() == 1);
  const auto seen = report.observations();
  REQUIRE(seen[0].component.has_value());
  return *seen[0].component;
}

}  // namespace

TEST_CASE("cyclonedx: a document without a list of vulnerabilities is an inventory of no engine") {
  const auto report =
      test::read_text(bom(R"("metadata": {"tools": [{"name": "trivy"}]}, "components": [{"name": "a"}])"));
  CHECK(report.state() == ReportState::complete_empty);
  CHECK(report.noted("inventory-only"));
  CHECK(report.info().engines.empty());
}

TEST_CASE("cyclonedx: an empty list is a clean scan, but not from a tool that writes it without looking") {
  const auto tool = [](const std::string& name) {
    return test::read_text(bom(R"("metadata": {"tools": [{"name": ")" + name + R"("}]}, "vulnerabilities": [])"));
  };
  CHECK(tool("grype").state() == ReportState::complete_empty);
  CHECK(tool("grype").info().engines == std::vector<std::string>{"grype"});
  CHECK_FALSE(tool("grype").noted("inventory-only"));
  CHECK(tool("trivy").state() == ReportState::complete_empty);
  CHECK(tool("trivy").info().engines.empty());
  CHECK(tool("trivy").noted("inventory-only"));
}

TEST_CASE("cyclonedx: a document of nothing but its first line is evidence of nothing") {
  const auto report = test::read_text(R"({"bomFormat": "CycloneDX", "specVersion": "1.5"})");
  CHECK(report.state() == ReportState::partial);
  CHECK(report.noted("no-evidence"));
}

TEST_CASE("cyclonedx: only the format's own marks make a document one") {
  CHECK(test::read_text(R"({"bomFormat": "SPDX", "specVersion": "1.5"})").state() == ReportState::unrecognised);
  CHECK(test::read_text(R"({"specVersion": "1.5", "components": []})").state() == ReportState::unrecognised);
  CHECK(test::read_text("<bom><components/></bom>").state() == ReportState::unrecognised);
  CHECK(test::read_text("<bom xmlns=\"http://acme.example/bom/1.4\"/>").state() == ReportState::unrecognised);
  CHECK(test::read_text("<?xml version=\"1.0\"?><!DOCTYPE bom [<!ENTITY a \"b\">]>"
                        "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.4\"><components/></bom>")
            .state() == ReportState::unrecognised);
}

TEST_CASE("cyclonedx: XML with a prefix for every element is read") {
  const auto report = test::read_text(
      "<b:bom xmlns:b=\"http://cyclonedx.org/schema/bom/1.4\"><b:components><b:component bom-ref=\"a\" "
      "type=\"library\">"
      "<b:name>a</b:name><b:version>1</b:version></b:component></b:components><b:vulnerabilities><b:vulnerability>"
      "<b:id>CVE-2020-0001</b:id><b:affects><b:target><b:ref>a</b:ref></b:target></b:affects>"
      "</b:vulnerability></b:vulnerabilities></b:bom>");
  CHECK(report.state() == ReportState::complete);
  CHECK(only_component(report).package == "a");
}

TEST_CASE("cyclonedx: the dependency path is the shortest one") {
  const auto report = test::read_text(
      bom(R"("metadata": {"component": {"type": "application", "name": "shop", "bom-ref": "root"}}, "components": [)" +
          component("a") + "," + component("b") + "," + component("c") +
          R"(], "dependencies": [{"ref": "root", "dependsOn": ["a", "b"]}, {"ref": "a", "dependsOn": ["b"]},
             {"ref": "b", "dependsOn": ["c", "root", "b"]}], "vulnerabilities": [)" +
          affecting("c") + "]"));
  const Component seen = only_component(report);
  CHECK(seen.direct == false);
  CHECK(seen.dependency_path == std::vector<std::string>{"b@1", "c@1"});
}

TEST_CASE("cyclonedx: what the root does not lead to has no known place in the graph") {
  for (const std::string dependencies :
       {R"([{"ref": "root", "dependsOn": []}])", R"([{"ref": "a", "dependsOn": ["b"]}])", "[]", "null", "7"}) {
    CAPTURE(dependencies);
    const auto report = test::read_text(bom(
        R"("metadata": {"component": {"type": "application", "name": "shop", "bom-ref": "root"}}, "components": [)" +
        component("a") + "," + component("b") + R"(], "dependencies": )" + dependencies + R"(, "vulnerabilities": [)" +
        affecting("b") + "]"));
    const Component seen = only_component(report);
    CHECK_FALSE(seen.direct.has_value());
    CHECK(seen.dependency_path.empty());
  }
}

TEST_CASE("cyclonedx: a chain of any length is walked without recursion, and its path left out when too long") {
  std::string components, dependencies;
  constexpr int kLinks = 50'000;
  for (int i = 0; i < kLinks; ++i) {
    components += (i == 0 ? "" : ",") + component("c" + std::to_string(i));
    dependencies += R"(,{"ref": "c)" + std::to_string(i) + R"(", "dependsOn": ["c)" + std::to_string(i + 1) + R"("]})";
  }
  const auto report = test::read_text(
      bom(R"("metadata": {"component": {"type": "application", "name": "shop", "bom-ref": "root"}}, "components": [)" +
          components + R"(], "dependencies": [{"ref": "root", "dependsOn": ["c0"]})" + dependencies +
          R"(], "vulnerabilities": [)" + affecting("c" + std::to_string(kLinks - 1)) + "]"));
  const Component seen = only_component(report);
  CHECK(seen.direct == false);
  CHECK(seen.dependency_path.empty());
}

TEST_CASE("cyclonedx: components nested to the limit of documents are read") {
  std::string open, close;
  for (int i = 0; i < 60; ++i) {
    open += R"({"type": "library", "name": "n)" + std::to_string(i) + R"(", "components": [)";
    close += "]}";
  }
  const auto report = test::read_text(bom(R"("components": [)" + open + component("deep") + close +
                                          R"(], "vulnerabilities": [)" + affecting("deep") + "]"));
  CHECK(only_component(report).package == "deep");
}

TEST_CASE("cyclonedx: lists beyond the limit are cut with a note") {
  std::string ratings;
  for (int i = 0; i < 1000; ++i) ratings += std::string(i == 0 ? "" : ",") + R"({"severity": "low"})";
  const auto report = test::read_text(
      bom(R"("components": [], "vulnerabilities": [{"id": "CVE-2020-0001", "ratings": [)" + ratings + "]}]"));
  REQUIRE(report.table.size() == 1);
  CHECK(report.observations()[0].claims.size() == 64);
  CHECK(report.noted("too-many"));
}

TEST_CASE("cyclonedx: one long description for very many parts costs neither time nor memory in proportion") {
  std::string affects;
  for (int i = 0; i < 20'000; ++i) affects += std::string(i == 0 ? "" : ",") + R"({"ref": "a"})";
  const auto report = test::read_text(bom(R"("components": [)" + component("a") +
                                          R"(], "vulnerabilities": [{"id": "CVE-2020-0001", "description": ")" +
                                          std::string(1'000'000, 'd') + R"(", "recommendation": ")" +
                                          std::string(1'000'000, 'r') + R"(", "affects": [)" + affects + "]}]"));
  CHECK(report.state() == ReportState::complete);
  CHECK(report.table.size() == 20'000);
}

TEST_CASE("cyclonedx: a vulnerability that names its own tool is that engine's") {
  const auto report = test::read_text(
      bom(R"x("metadata": {"tools": {"components": [{"name": "cyclonedx-library"}, {"name": "Grype", "version": "1"}]}},
              "components": [], "vulnerabilities": [{"id": "CVE-2020-0001"},
              {"id": "CVE-2020-0002", "tools": [{"vendor": "Snyk", "name": "Snyk CLI (Linux)"}]}])x"));
  CHECK(report.info().tools == std::vector<ToolInfo>{{"Grype", "1"}});
  CHECK(report.info().engines == std::vector<std::string>{"grype", "snyk"});
}

TEST_CASE("cyclonedx: what Grype writes of exploitation as ratings is no severity") {
  const auto rated = [](const std::string& ratings) {
    return test::read_text(bom(R"("metadata": {"tools": {"components": [{"name": "grype"}]}}, "components": [],
                               "vulnerabilities": [{"id": "CVE-2020-0001", "ratings": [)" +
                               ratings + "]}]"))
        .observations()
        .at(0);
  };
  const std::string epss =
      R"({"source": {"name": "FIRST", "url": "https://www.first.org/epss/"}, "score": 0.43, "method": "other"})";
  const std::string kev =
      R"({"source": {"name": "CISA KEV Catalog", "url": "https://x"}, "score": 1, "method": "other"})";
  const Observation seen = rated(epss + "," + kev);
  CHECK(seen.claims.empty());
  CHECK(seen.epss_ppm == 430'000U);
  CHECK(seen.kev == true);

  // Whatever judges is a rating, whoever its source.
  const Observation judged = rated(
      R"({"source": {"name": "FIRST", "url": "https://www.first.org/epss/"}, "score": 0.43, "severity": "high"})");
  CHECK(judged.claims.size() == 1);
  CHECK_FALSE(judged.epss_ppm.has_value());
  CHECK_FALSE(rated(R"({"source": {"name": "CISA KEV Catalog"}, "score": 0, "method": "other"})").kev.has_value());
  CHECK_FALSE(rated(R"({"source": {"name": "FIRST", "url": "https://www.first.org/epss/"}, "score": 7.5})").epss_ppm);
}
