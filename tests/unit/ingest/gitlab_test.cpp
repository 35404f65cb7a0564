// What the samples in tests/data/reports/gitlab do not show: found secrets, hostile sizes, and which reports are ours.
#include <doctest/doctest.h>

#include <string>

#include "base/text.hpp"
#include "ingest/package_url.hpp"
#include "support/read_report.hpp"
#include "support/report_json.hpp"

using namespace gatepost;

namespace {

std::string report_of(const std::string& type, const std::string& records) {
  const std::string scanner = type == "secret_detection" ? "gitleaks" : "semgrep";
  return R"({"version": "15.0.7", "scan": {"type": ")" + type + R"(", "status": "success", "scanner": {"id": ")" +
         scanner + R"(", "name": "x", "version": "8"}}, "vulnerabilities": [)" + records + "]}";
}

}  // namespace

TEST_CASE("gitlab: the value of a found secret never leaves the reader") {
  const std::string value = std::string("zq") + std::string(12, 'x') + "81" + std::string(12, 'k');
  const auto report = test::read_text(report_of(
      "secret_detection",
      R"({"id": "SECRET", "name": "name SECRET", "message": "message SECRET", "description": "description SECRET",
          "cve": "a.yml:SECRET:rule", "severity": "High", "raw_source_code_extract": "SECRET", "solution": "revoke SECRET",
          "location": {"file": "a.yml", "start_line": 3, "class": "SECRET", "commit": {"sha": "0000000", "message": "SECRET"}},
          "identifiers": [{"type": "gitleaks_rule_id", "name": "rule", "value": "rule", "url": "https://x.example/SECRET"}],
          "links": [{"url": "https://x.example/SECRET"}], "evidence": {"summary": "SECRET"},
          "tracking": {"items": [{"signatures": [{"algorithm": "hash", "value": "SECRET"},
             {"algorithm": "scope_offset", "value": "a.yml:SECRET"}]}]},
          "details": {"code": {"type": "code", "value": "SECRET"}, "at": {"type": "file-location", "file_name": "SECRET"}}})"));
  CHECK(test::to_json(report.table, 0).find("SECRET") == std::string::npos);
  REQUIRE(report.table.size() == 1);
  CHECK(report.observations()[0].secret->id.starts_with("hmac:"));

  const auto with_real_value = test::read_text(text::replace_all(
      report_of("secret_detection",
                R"({"id": "1", "name": "SECRET", "raw_source_code_extract": "SECRET", "identifiers": [],
                    "location": {"file": "a.txt"}})"),
      "SECRET", value));
  CHECK(test::to_json(with_real_value.table, 0).find(value) == std::string::npos);
}

TEST_CASE("gitlab: a secret at the place where a long text is cut does not leave in part") {
  const std::string value(60, 'q');
  const std::string record = R"({"id": "1", "name": "n", "description": ")" + std::string(16 * 1024 - 30, 'd') + value +
                             R"(", "raw_source_code_extract": ")" + value +
                             R"(", "location": {"file": "a"}, "identifiers": []})";
  const auto report = test::read_text(report_of("secret_detection", record));
  REQUIRE(report.table.size() == 1);
  CHECK(report.observations()[0].message.find('q') == std::string::npos);
}

TEST_CASE("gitlab: equal values have equal ids, whatever the place") {
  const std::string record = R"({"id": "1", "name": "n", "raw_source_code_extract": "correct horse",
      "location": {"file": "FILE"}, "identifiers": [{"type": "x_rule_id", "name": "r", "value": "r"}]})";
  const auto report = test::read_text(report_of(
      "secret_detection", text::replace_all(record, "FILE", "a") + "," + text::replace_all(record, "FILE", "b")));
  const auto observations = report.observations();
  REQUIRE(observations.size() == 2);
  CHECK(observations[0].secret->id == observations[1].secret->id);
  CHECK_FALSE(observations[0].secret->id.empty());
}

TEST_CASE("gitlab: without a key found secrets have no id, and still no value") {
  ingest::Options options = test::test_options();
  options.secret_key = Secret();
  const auto report = test::read_text(
      report_of("secret_detection", R"({"id": "1", "name": "n", "raw_source_code_extract": "correct horse",
                                        "location": {"file": "a"}, "identifiers": []})"),
      options);
  CHECK(report.observations()[0].secret->id == "");
  CHECK(test::to_json(report.table, 0).find("correct horse") == std::string::npos);
}

TEST_CASE("gitlab: lists of vulnerabilities of other tools are not taken for it") {
  for (const std::string text :
       {R"({"vulnerabilities": []})", R"({"version": "1.0", "vulnerabilities": []})",
        R"({"version": "1.0", "vulnerabilities": [{"id": "CVE-2020-0001", "severity": "high"}]})",
        R"({"vulnerabilities": [{"id": "SNYK-1", "identifiers": {"CVE": ["CVE-2020-0001"]}, "packageName": "x"}]})",
        R"({"vulnerabilities": [{"identifiers": ["CVE-2020-0001"], "location": {"file": "x"}}]})",
        R"({"version": "1.0", "scan": {"type": "full"}, "vulnerabilities": []})",
        R"({"version": 2, "scan": {"type": "sast"}, "vulnerabilities": {}})"}) {
    CAPTURE(text);
    CHECK(test::read_text(text).state() == ReportState::unrecognised);
    CHECK(test::read_text(text, test::test_options("gitlab")).state() == ReportState::unrecognised);
  }
}

TEST_CASE("gitlab: a null list of vulnerabilities is no list") {
  const std::string text =
      R"({"version": "15.0.0", "scan": {"type": "sast", "status": "success"}, "vulnerabilities": null})";
  CHECK(test::read_text(text).state() == ReportState::unrecognised);
}

TEST_CASE("gitlab: a record of wrong types is read as far as it goes") {
  const auto report = test::read_text(report_of(
      "sast", R"({"id": 5, "name": "n", "severity": 3, "location": {"file": 1, "start_line": "x", "end_line": 1e99},
                  "identifiers": {"type": "cwe"}, "links": 1, "details": [], "tracking": [], "flags": {}, "solution": []})"));
  REQUIRE(report.table.size() == 1);
  const Observation seen = report.observations()[0];
  CHECK(seen.uid == "5");
  CHECK(seen.claims.empty());
  CHECK(seen.place == Location{});
  CHECK(report.state() == ReportState::complete);
}

TEST_CASE("gitlab: a line that is written as a text is a line") {
  const auto report = test::read_text(report_of(
      "sast",
      R"({"id": "1", "name": "n", "identifiers": [], "location": {"file": "a.c", "start_line": "7", "end_line": "x"}})"));
  REQUIRE(report.table.size() == 1);
  CHECK(report.observations()[0].place.range.first_line == 7);
  CHECK(report.observations()[0].place.range.last_line == 7);
}

TEST_CASE("gitlab: package addresses follow the package manager, then the name of the file") {
  using ingest::package_url;
  CHECK(package_url("yarn", "", "@babel/core", "7.1.0") == "pkg:npm/%40babel/core@7.1.0");
  CHECK(package_url("gradle", "", "org.acme/web", "1") == "pkg:maven/org.acme/web@1");
  CHECK(package_url("", "a/pom.xml", "org.acme:web", "1") == "pkg:maven/org.acme/web@1");
  CHECK(package_url("", "go.sum", "golang.org/x/text", "v0.3.0") == "pkg:golang/golang.org/x/text@v0.3.0");
  CHECK(package_url("", "Pipfile.lock", "Flask_Login", "1") == "pkg:pypi/flask-login@1");
  CHECK(package_url("", "unheard.of", "x", "1") == "");
  CHECK(package_url("npm", "", "", "1") == "");
}

TEST_CASE("gitlab: addresses of system packages need an operating system that is known") {
  using ingest::system_package_url;
  CHECK(system_package_url("debian:9.4", "apt", "1.4.8") == "pkg:deb/debian/apt@1.4.8?distro=debian-9.4");
  CHECK(system_package_url("Alpine 3.15.0", "musl", "1.2.2-r7") == "pkg:apk/alpine/musl@1.2.2-r7?distro=alpine-3.15.0");
  CHECK(system_package_url("ubuntu", "libc6", "2.35") == "pkg:deb/ubuntu/libc6@2.35");
  CHECK(system_package_url("debian:9 &x#", "apt", "1") == "pkg:deb/debian/apt@1");
  CHECK(system_package_url("Unknown", "apt", "1.4.8") == "");
  CHECK(system_package_url("debian:9.4", "org.acme:web", "1") == "");
  CHECK(system_package_url("debian:9.4", "@babel/core", "1") == "");
}

TEST_CASE("gitlab: a report of many records is read in time that grows with it") {
  std::string records;
  for (int i = 0; i < 20'000; ++i) {
    records += R"({"id": "u)" + std::to_string(i) + R"(", "name": "n", "severity": "Low", "location": {"file": "f)" +
               std::to_string(i) +
               R"(.c", "start_line": 1}, "identifiers": [{"type": "r", "name": "r", "value": "r"}]},)";
  }
  records.pop_back();
  const auto report = test::read_text(report_of("sast", records));
  CHECK(report.state() == ReportState::complete);
  CHECK(report.table.size() == 20'000);
}

TEST_CASE("gitlab: lists that a stranger makes long are cut, with a note") {
  std::string identifiers, records;
  for (int i = 0; i < 1000; ++i) {
    identifiers += R"({"type": "cve", "name": "x", "value": "CVE-2020-)" + std::to_string(10'000 + i) + R"("},)";
    records += R"({"id": "1", "name": "n", "scanner": {"id": "s)" + std::to_string(i) +
               R"("}, "location": {"file": "a"}, "identifiers": []},)";
  }
  identifiers.pop_back();
  const auto report = test::read_text(report_of(
      "sast",
      records + R"({"id": "1", "name": "n", "location": {"file": "a"}, "identifiers": [)" + identifiers + "]}"));
  CHECK(report.table.size() == 1001);
  CHECK(report.noted("too-many-engines"));
  CHECK(report.info().engines.size() == 256);
  CHECK(report.noted("too-many"));
  CHECK(report.observations().back().advisories.size() == 256);
}

TEST_CASE("gitlab: a patch is handed to one record, its summary to all") {
  const std::string patch = "LS0tIGEveAorKysgYi94CkBAIC0xICsxIEBACi1hCitiCg==";  // --- a/x … -a +b
  const std::string record = R"({"id": "1", "name": "n", "location": {"file": "x"}, "identifiers": []})";
  std::string text = report_of("sast", record + "," + record);
  text.insert(1,
              R"("remediations": [{"fixes": [{"id": "1"}], "summary": "b is better", "diff": ")" + patch + R"("}],)");
  const auto observations = test::read_text(text).observations();
  REQUIRE(observations.size() == 2);
  CHECK(observations[0].fixes == std::vector<Fix>{{"b is better", {{"x", {.first_line = 1, .last_line = 1}, "b\n"}}}});
  CHECK(observations[1].fixes == std::vector<Fix>{{"b is better", {}}});
}
