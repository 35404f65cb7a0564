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
