// What no reader may take for a finished scan: nine inputs that are not the report they should be, for every format,
// with and without --tool. A format that is added later is covered by being in formats().
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "support/golden.hpp"
#include "support/read_report.hpp"
#include "support/report_json.hpp"

using namespace gatepost;

namespace {

struct Probe {
  std::string name, text;
};

const std::vector<Probe>& probes() {
  static const std::vector<Probe> kProbes = {
      {"empty file", ""},
      {"white space", " \n\t\n"},
      {"null", "null"},
      {"empty object", "{}"},
      {"empty array", "[]"},
      {"JSON of nobody", R"({"foo": [1, 2, 3], "results": [], "vulnerabilities": [], "runs": [], "version": "1.0"})"},
      {"JSON array of nobody", R"([{"foo": 1}, {"id": "x", "severity": "high"}])"},
      {"HTML error page", "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body></body></html>\n"},
      {"XML of nobody", "<?xml version=\"1.0\"?>\n<results><result id=\"1\"/></results>\n"},
      {"crash text", "ERROR: scanner crashed\nTraceback (most recent call last):\n  File \"scan.py\", line 1\n"},
      {"bytes", std::string("\x00\xFF\x01\xFE\x02garbage", 12)},
  };
  return kProbes;
}

// The samples that are complete reports, so that a part of one is not.
std::vector<std::filesystem::path> complete_samples() {
  std::vector<std::filesystem::path> inputs;
  for (const auto& folder : test::case_folders(GATEPOST_SOURCE_DIR "/tests/data/reports")) {
    const auto input = test::input_of(folder);
    if (is_complete(test::read_text(test::read_file(input)).state())) inputs.push_back(input);
  }
  return inputs;
}

}  // namespace

TEST_CASE("probes: without --tool no format takes them for its report") {
  for (const Probe& probe : probes()) {
    CAPTURE(probe.name);
    const auto report = test::read_text(probe.text);
    CHECK(report.state() == ReportState::unrecognised);
    CHECK(report.info().records.seen == 0);
    CHECK_FALSE(report.info().notes.empty());
  }
}

TEST_CASE("probes: with --tool no format takes them for its report") {
  for (const ingest::Format& format : ingest::formats()) {
    for (const Probe& probe : probes()) {
      CAPTURE(format.id);
      CAPTURE(probe.name);
      const bool is_clean_scan = probe.text == "[]" && format.bare_empty_array;
      const auto report = test::read_text(probe.text, test::test_options(std::string(format.id)));
      CHECK(report.state() == (is_clean_scan ? ReportState::complete_empty : ReportState::unrecognised));
      CHECK(report.info().records.seen == 0);
    }
  }
}

TEST_CASE("probes: half a report is never a complete one") {
  for (const auto& input : complete_samples()) {
    CAPTURE(input.string());
    const std::string whole = test::read_file(input);
    CHECK_FALSE(is_complete(test::read_text(whole.substr(0, whole.size() / 2)).state()));
  }
}

namespace {

// Without the words that a tool wrote after its report: cutting those takes nothing away.
std::string document_of(std::string text) { return text.substr(0, text.find_last_of("]}>") + 1); }

}  // namespace

TEST_CASE("probes: a report without its last byte is not a complete one") {
  for (const auto& input : complete_samples()) {
    CAPTURE(input.string());
    const std::string whole = document_of(test::read_file(input));
    CHECK_FALSE(is_complete(test::read_text(whole.substr(0, whole.size() - 1)).state()));
  }
}

// Every prefix of a small report: no crash, and complete only when all of it is there.
TEST_CASE("probes: no part of a report is a complete one") {
  for (const auto& input : complete_samples()) {
    const std::string whole = document_of(test::read_file(input));
    CAPTURE(input.string());
    const std::size_t step = std::max<std::size_t>(1, whole.size() / 200);
    for (std::size_t length = 0; length < whole.size(); length += step) {
      CAPTURE(length);
      CHECK_FALSE(is_complete(test::read_text(whole.substr(0, length)).state()));
    }
  }
}

namespace {

// A value as scanners find them, of letters and digits; made here, so that no file holds one.
std::string a_token() {
  std::string token;
  for (int i = 0; i < 20; ++i) token += static_cast<char>(i % 2 == 0 ? 'A' + i : '0' + i % 10);
  return token;
}

}  // namespace

// The reports of secret scanners in formats that nobody here reads begin with the secret.
TEST_CASE("probes: no note shows what stands in a file of no known format") {
  const std::string token = a_token();
  const std::string word = "swordfish";
  for (const std::string& secret : {token, word}) {
    for (const std::string& text :
         {R"([{"Match":"k=)" + secret + R"(","Secret":")" + secret + R"("}])", R"({"Raw":")" + secret + R"("})",
          R"({")" + token + R"(":1,"Raw":2})", "key = " + secret + "\n", "{\"Raw\":" + secret + "}", "[" + secret + "]",
          "{" + secret + ":1}", "{'" + secret + "':1}", "[1" + secret + "]", "[\"" + secret + "\n\"]",
          "\"" + secret + "\"", "<" + secret + ">", "<a b='" + secret + "'/>", "<a>" + secret + "</b>",
          R"({"a":"\u00zz)" + secret + "\"",
          R"({"version":"2.1.0","$schema":"sarif","runs":[{"tool":{"driver":{"name":)" + secret + "}}}]}",
          R"({"version":"2.1.0","$schema":"sarif","runs":[{"results":[{"ruleId":)" + secret + "}]}]}",
          R"({"version":"2.1.0","$schema":"sarif","runs":[{"results":[)" + secret + "]}]}"}) {
      for (const std::string tool : {"", "gitlab"}) {
        CAPTURE(text);
        const auto report = test::read_text(text, test::test_options(tool));
        CHECK(test::to_json(report.table, 0).find(secret) == std::string::npos);
        CHECK(test::to_json(report.table, 0).find(secret.substr(0, 6)) == std::string::npos);
      }
    }
  }
}

TEST_CASE("probes: of a foreign document the first keys are told, when they are identifiers") {
  const auto first_note = [](const std::string& text) { return test::read_text(text).info().notes.at(0).text; };
  CHECK(first_note(R"({"foo":1,"a b":2,"x-y.z_1":3})") ==
        "a JSON object with the keys \"foo\", \"x-y.z_1\": no known format; see gatepost formats");
  CHECK(first_note(R"([{"Match":1}])") ==
        "a JSON array of objects with the key \"Match\": no known format; see gatepost formats");
  CHECK(first_note(R"({"a":1,"b":2,"c":3,"d":4,"e":5,"f":6})") ==
        "a JSON object with the keys \"a\", \"b\", \"c\", \"d\", \"e\", …: no known format; see gatepost formats");
  CHECK(first_note("[1]") == "a JSON array: no known format; see gatepost formats");
  CHECK(first_note(R"({")" + a_token() + R"(":1,")" + std::string(31, 'k') + R"(":1})") ==
        "a JSON object: no known format; see gatepost formats");
  CHECK(first_note("hello") == "plain text: no known format; see gatepost formats");
}
