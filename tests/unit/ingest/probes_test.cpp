// What no reader may take for a finished scan: nine inputs that are not the report they should be, for every format,
// with and without --tool. A format that is added later is covered by being in formats().
#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
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
        "a JSON object with the keys \"foo\", \"x-y.z_1\", which no known format has; see gatepost formats");
  CHECK(first_note(R"([{"Match":1}])") ==
        "a JSON array of objects with the key \"Match\", which no known format has; see gatepost formats");
  CHECK(first_note(R"({"a":1,"b":2,"c":3,"d":4,"e":5,"f":6})") ==
        "a JSON object with the keys \"a\", \"b\", \"c\", \"d\", \"e\", …, which no known format has; see gatepost "
        "formats");
  CHECK(first_note("[1]") == "a JSON array, which no known format has; see gatepost formats");
  CHECK(first_note(R"({")" + a_token() + R"(":1,")" + std::string(31, 'k') + R"(":1})") ==
        "a JSON object, which no known format has; see gatepost formats");
  CHECK(first_note("hello") == "plain text, which no known format has; see gatepost formats");
}

namespace {

// As many observations of the whole as the cut one has, and none that is not in the whole; the rank of a claim or the
// like may lack what stands behind the cut.
void check_is_part(const test::ReadReport& cut, const test::ReadReport& whole) {
  const auto all = whole.observations();
  for (const Observation& seen : cut.observations()) {
    const auto same = [&](const Observation& other) { return other.at == seen.at && other.place == seen.place; };
    CHECK(std::ranges::any_of(all, same));
  }
}

}  // namespace

TEST_CASE("probes: of a report that was cut every whole record is read") {
  for (const auto& input : complete_samples()) {
    if (input.extension() != ".json") continue;
    const std::string text = document_of(test::read_file(input));
    const auto whole = test::read_text(text);
    CAPTURE(input.string());
    const std::size_t step = std::max<std::size_t>(1, text.size() / 200);
    std::uint64_t before = 0;
    for (std::size_t length = text.size() / 2; length < text.size(); length += step) {
      CAPTURE(length);
      const auto cut = test::read_text(text.substr(0, length));
      if (cut.state() == ReportState::unrecognised) {
        CHECK(before == 0);
        continue;
      }
      CHECK(cut.state() == ReportState::partial);
      CHECK(cut.info().format == whole.info().format);
      CHECK(cut.noted("truncated"));
      CHECK(cut.info().records.rejected == 0);
      CHECK(cut.info().records.mapped >= before);
      before = cut.info().records.mapped;
      check_is_part(cut, whole);
    }
    const auto last = test::read_text(text.substr(0, text.size() - 1));
    CHECK(last.state() == ReportState::partial);
    CHECK(last.info().records.mapped == whole.info().records.mapped);
  }
}

TEST_CASE("probes: of a cut report all records before the cut are read, and no half one") {
  const std::string record =
      R"({"id":"ID","category":"sast","name":"n","severity":"High","location":{"file":"a.c","start_line":3},"identifiers":[{"type":"x_rule_id","name":"r","value":"r"}]})";
  const std::string vulnerability =
      R"({"id":"CVE-2024-1000ID","ratings":[{"severity":"high"}],"affects":[{"ref":"pkg:npm/a@1"}]})";
  struct Case {
    std::string head, record;
    std::string_view format;
  };
  const Case cases[] = {
      {R"({"version":"15.0.7","vulnerabilities":[)", record, "gitlab"},
      {R"({"scan":{"type":"sast","scanner":{"id":"semgrep","name":"S"}},"version":"15.0.7","vulnerabilities":[)",
       record, "gitlab"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"a","version":"1","bom-ref":"pkg:npm/a@1"}],"vulnerabilities":[)",
       vulnerability, "cyclonedx"},
  };
  for (const Case& it : cases) {
    std::string text = it.head;
    std::vector<std::size_t> ends;
    for (const char* const id : {"1", "2", "3"}) {
      text += (ends.empty() ? "" : ",") + text::replace_all(it.record, "ID", id);
      ends.push_back(text.size());
    }
    text += "]}";
    for (std::size_t length = it.head.size(); length < text.size(); ++length) {
      CAPTURE(text.substr(0, length));
      const auto cut = test::read_text(text.substr(0, length));
      const auto records =
          static_cast<std::size_t>(std::ranges::count_if(ends, [&](auto end) { return end <= length; }));
      CHECK(cut.table.size() == records);
      // Without a scan GitLab's report is known by its first record only.
      if (records == 0 && cut.state() == ReportState::unrecognised) continue;
      CHECK(cut.state() == ReportState::partial);
      CHECK(cut.info().format == it.format);
    }
    CHECK(test::read_text(text).state() == ReportState::complete);
  }
}

TEST_CASE("probes: a cut bare array is no clean scan, and a cut foreign document says that it is cut") {
  for (const ingest::Format& format : ingest::formats()) {
    CHECK(test::read_text("[", test::test_options(std::string(format.id))).state() == ReportState::unrecognised);
  }
  CHECK(test::read_text(R"({"foo":1,"bar":[)").info().notes.at(0).text ==
        "a JSON object with the keys \"foo\", \"bar\" that ends in the middle, which no known format has; see gatepost "
        "formats");
}

TEST_CASE("probes: bytes that are not UTF-8 do not make a report unreadable") {
  const auto gitlab = test::read_text(
      "{\"version\":\"15.0.0\",\"scan\":{\"type\":\"sast\",\"scanner\":{\"id\":\"semgrep\"}},\"vulnerabilities\":[{"
      "\"id\":\"1\","
      "\"name\":\"a\xC3(\",\"location\":{\"file\":\"a.c\"},\"identifiers\":[]}]}");
  CHECK(gitlab.state() == ReportState::complete);
  CHECK(gitlab.noted("invalid-utf8"));
  REQUIRE(gitlab.table.size() == 1);
  CHECK(gitlab.observations()[0].title == "a\xEF\xBF\xBD(");
}

namespace {

// Control characters into every string below `value`, but where they would make it another document.
void add_controls(nlohmann::json& value) {
  static constexpr std::string_view kControls = "\x1B[31m\x01\x7F\xC2\x9B";
  if (value.is_string()) {
    value = value.get<std::string>() + std::string(1, '\0') + std::string(kControls);
  } else if (value.is_array()) {
    for (nlohmann::json& item : value) add_controls(item);
  } else if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      const bool structural = key == "version" || key == "$schema" || key == "bomFormat" || key == "specVersion" ||
                              key == "type" || key == "status" || key == "category" || key == "gatepost" ||
                              key == "kind" || key == "state";
      if (!structural || !member.is_string()) add_controls(member);
    }
  }
}

}  // namespace

TEST_CASE("probes: no control character of a report is in what is read") {
  for (const auto& input : complete_samples()) {
    if (input.extension() == ".xml") continue;  // which cannot have any
    const std::string text = document_of(test::read_file(input));
    auto document = nlohmann::json::parse(text.substr(text.find('{')));
    add_controls(document);
    const auto report = test::read_text(document.dump());
    CAPTURE(input.string());
    CHECK(report.state() != ReportState::unrecognised);
    const std::string read = test::to_json(report.table, 0);
    CHECK(report.info().records.seen == test::read_text(text).info().records.seen);
    for (const char* const control : {"\\u0000", "\\u001b", "\\u0001", "\x7F", "\xC2\x9B", "\\u009b", "\\u007f"}) {
      CAPTURE(std::string(control));
      const std::size_t at = read.find(control);
      CHECK_MESSAGE(at == std::string::npos,
                    read.substr(at == std::string::npos ? 0 : at - std::min<std::size_t>(at, 200), 240));
    }
  }
}
