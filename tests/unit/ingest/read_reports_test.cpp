// Large files and several files: what is looked at, in which order, and that nobody sees how many threads did it.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "ingest/ingest.hpp"

using namespace gatepost;

namespace {

std::string lines(std::size_t count, const std::string& line) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += line + "\n";
  return text;
}

std::string ruff_like(int line) { return "src/a.py:" + std::to_string(line) + ":1: E501 line is too long"; }

ReportInfo read(const std::string& text) {
  ObservationTable table;
  return table.reports()[ingest::read_report(table, "report", Bytes::of(text), {})];
}

std::string shown(const ObservationTable& table) {
  std::string all;
  for (const ReportInfo& report : table.reports()) {
    all += report.path + " " + report.format + " " + std::string(to_string(report.state)) + ";";
    for (const Note& note : report.notes) all += note.code + " " + note.text + ";";
  }
  for (Row row = 0; row < table.size(); ++row) {
    const Observation seen = table.observation(row);
    all += std::to_string(seen.report) + " " + seen.rule + " " + seen.place.path + " " + seen.at + "\n";
  }
  return all;
}

// Of about five megabytes, so that it does not lie in memory as a whole; some records are damaged, others of words that
// nobody knows.
std::string trivy_like() {
  std::string text = R"({"SchemaVersion": 2, "ArtifactName": "shop", "ArtifactType": "filesystem", "Results": [)";
  for (int result = 0; result < 3; ++result) {
    text += std::string(result == 0 ? "" : ",") + R"({"Target": "lock)" + std::to_string(result) +
            R"(", "Type": "npm", "Vulnerabilities": [)";
    for (int i = 0; i < 6'000; ++i) {
      const std::string number = std::to_string(10'000 + i);
      text += std::string(i == 0 ? "" : ",") + R"({"VulnerabilityID": ")" + (i % 700 == 3 ? "" : "CVE-2024-" + number) +
              R"(", "PkgName": "p)" + std::to_string(i % 90) + R"(", "InstalledVersion": "1.0", "Severity": ")" +
              (i % 500 == 7 ? "STRANGE" : "HIGH") + R"(", "CweIDs": ["CWE-79"], "Description": ")" +
              std::string(150, 'x') + number + R"("})";
    }
    text +=
        R"(], "Secrets": [{"RuleID": "key", "Title": "a key", "Severity": "LOW", "StartLine": 3, "Match": "abc"}]})";
  }
  return text + "]}";
}

// Rows that pass, and rows that do not; as large as that, too.
std::string prowler_like() {
  std::string text = "CHECK_ID;STATUS;STATUS_EXTENDED;SEVERITY;RESOURCE_UID;FINDING_UID;CHECK_TITLE;RELATED_TO\n";
  for (int i = 0; i < 20'000; ++i) {
    const std::string number = std::to_string(i);
    text += "check_" + std::to_string(i % 50) + (i % 3 == 0 ? ";PASS;" : ";FAIL;") + std::string(180, 'y') +
            ";high;arn:" + number + ";id-" + number + ";a title;\n";
  }
  return text;
}

// And this.
std::string checkstyle_like() {
  std::string text = "<checkstyle version=\"10\">";
  for (int i = 0; i < 12'000; ++i) {
    text += "<file name=\"src/a" + std::to_string(i) + ".java\"><error line=\"" + std::to_string(i + 1) +
            "\" severity=\"error\" message=\"" + std::string(300, 'm') + " " + std::to_string(i % 17) + "\" source=\"" +
            (i % 2 == 0 ? "x.Y" : "") + "\"/></file>";
  }
  return text + "</checkstyle>";
}

std::vector<Observation> observations(const ObservationTable& table) {
  std::vector<Observation> all;
  for (Row row = 0; row < table.size(); ++row) all.push_back(table.observation(row));
  return all;
}

}  // namespace

TEST_CASE("read reports: the mark of a tool may stand behind the beginning of a large file") {
  const std::string chatter = lines(20'000, "building something that says nothing");
  CHECK(read(chatter + lines(3, ruff_like(7))).format == "flake8-text");
  CHECK(read(lines(3, ruff_like(7)) + chatter).format == "flake8-text");
  CHECK(read(chatter).state == ReportState::unrecognised);
}

TEST_CASE("read reports: what the rest of a large file belies is not recognised by its beginning") {
  // licensecheck writes two columns in all lines.
  const std::string licences = lines(20'000, "src/some/file.c\tMIT License");
  CHECK(read(licences).format == "licensecheck-text");
  CHECK(read(licences + "no column here\n").state == ReportState::unrecognised);
}

TEST_CASE("read reports: a JSON document in one line has the same places whoever reads it") {
  const std::string record =
      R"({"template-id": "a", "info": {"name": "n", "severity": "high"}, "matched-at": "https://example.org/"})";
  ObservationTable table;
  ingest::read_report(table, "report", Bytes::of(record), {});
  REQUIRE(table.size() == 1);
  CHECK(table.reports().front().format == "nuclei");
  CHECK(table.observation(0).at == "/0");
}

TEST_CASE("read reports: the number of threads changes nothing") {
  std::vector<ingest::ReportFile> files;
  for (int i = 0; i < 9; ++i) {
    const std::string name = "report" + std::to_string(i);
    const std::string text = i % 3 == 0 ? lines(50, ruff_like(i + 1)) : i % 3 == 1 ? "{\"foo\": 1}" : "";
    files.push_back({name, Bytes::of(text), i == 8 ? "no-such-format" : ""});
  }
  std::vector<std::string> all;
  for (const unsigned threads : {1U, 2U, 5U, 16U}) {
    ObservationTable table;
    ingest::read_reports(table, files, {.threads = threads});
    CHECK(table.reports().size() == files.size());
    all.push_back(shown(table));
  }
  CHECK(all[0].find("flake8-text") != std::string::npos);
  CHECK(all[0].find("unknown-format") != std::string::npos);
  for (const std::string& other : all) CHECK(other == all[0]);
}

TEST_CASE("read reports: several threads make of a large report what one makes of it") {
  for (const std::string& text : {trivy_like(), prowler_like(), checkstyle_like()}) {
    REQUIRE(text.size() > std::size_t{4} << 20);
    ObservationTable alone;
    ingest::read_report(alone, "report", Bytes::of(text), {});
    REQUIRE(alone.size() > 10'000);
    const std::vector<Observation> expected = observations(alone);
    for (const unsigned threads : {2U, 5U}) {
      ObservationTable table;
      ingest::read_report(table, "report", Bytes::of(text), {.threads = threads});
      CHECK((table.reports() == alone.reports()));
      CHECK((observations(table) == expected));
    }
  }
}
