#include <doctest/doctest.h>

#include "base/gzip.hpp"
#include "ingest/ingest.hpp"
#include "ingest/mapping/mapping.hpp"
#include "ingest/spreadsheet.hpp"
#include "support/make_archive.hpp"

using namespace gatepost;
using test::ArchiveFormat;
using test::make_archive;

namespace {

std::string sarif(std::string_view tool, std::string_view rule) {
  return R"({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": ")" + std::string(tool) +
         R"(", "version": "1"}}, "results": [)" +
         (rule.empty() ? "" : R"({"ruleId": ")" + std::string(rule) + R"(", "message": {"text": "say no"}})") + "]}]}";
}

struct Read {
  ObservationTable table;
  const ReportInfo& info;
  explicit Read(const std::string& bytes)
      : info(table.reports()[ingest::read_report(table, "artifact.zip", Bytes::of(bytes), {})]) {}

  [[nodiscard]] std::string places() const {
    std::string out;
    for (Row row = 0; row < table.size(); ++row) {
      const Observation seen = table.observation(row);
      out += seen.engine + " " + seen.rule + " " + seen.message + " at " + seen.at + ";";
    }
    return out;
  }
  [[nodiscard]] std::string note(std::string_view code) const {
    for (const Note& note : info.notes) {
      if (note.code == code) return note.text;
    }
    return "";
  }
};

}  // namespace

TEST_CASE("members: a mapping joins the files beside the report to it") {
  const auto mapping = ingest::mapping::parse_mapping(R"(
mapping: 1
id: acme
tool: {name: Acme, kind: sast}
format: json
recognise: [exists($.acme)]
companions:
  notes: {file: '(?:^|/)notes.*\.csv$', format: csv}
  others: {file: 'other\.xml$'}
index:
  note: {each: "notes[*] as n", key: n.id, value: n.text}
findings:
  - each: $.acme[*] as a
    set: {rule_id: a.id, title: "lookup('note', a.id) else a.id"}
)",
                                                      "acme.yaml");
  REQUIRE_MESSAGE(mapping.ok(), mapping.error().message);
  ingest::Options options;
  options.mappings = std::make_shared<const std::vector<ingest::mapping::Mapping>>(1, *mapping);
  const std::string report = R"({"acme": [{"id": "A"}, {"id": "B"}]})";
  const auto read = [&](const test::ArchiveFiles& files) {
    ObservationTable table;
    ingest::read_report(table, "acme.zip", Bytes::of(make_archive(ArchiveFormat::zip, files)), options);
    std::string out(to_string(table.reports()[0].state));
    for (Row row = 0; row < table.size(); ++row) out += " " + table.observation(row).title;
    for (const Note& note : table.reports()[0].notes) out += " #" + note.code;
    return out;
  };
  CHECK(read({{"x/report.json", report}}) == "complete A B");
  CHECK(read({{"x/report.json", report}, {"x/notes.csv", "id,text\nA,one\n"}}) == "complete one B");
  CHECK(read({{"x/notes1.csv", "id,text\nA,one\n"}, {"x/notes2.csv", "id,text\nA,no\nB,two\n"}, {"r.json", report}}) ==
        "complete one two");
  CHECK(read({{"report.json", report}, {"other.xml", "<a/>"}}) == "complete A B");
  CHECK(read({{"report.json", report}, {"another.csv", "id,text\n"}}) == "partial A B #unread-members");
  CHECK(read({{"report.json", report}, {"notes.csv", ""}}) == "partial A B #companion");
  test::ArchiveFiles many = {{"notes.csv", "id,text\nA,one\n"}};
  for (int i = 0; i < 17; ++i) many.push_back({"report" + std::to_string(i + 10) + ".json", report});
  CHECK(read(many).ends_with("one B A B #companion"));
}

TEST_CASE("members: the reports of an archive are one report") {
  const test::ArchiveFiles files = {{"b/gosec.sarif", sarif("gosec", "G101")},
                                    {"a/semgrep.sarif", sarif("Semgrep OSS", "eval")},
                                    {"a/index.html", "<html></html>"},
                                    {"README.md", "what this is"}};
  const std::string tar = make_archive(ArchiveFormat::tar, files);
  for (const std::string& packed : {make_archive(ArchiveFormat::zip, files), tar, gzip(tar)}) {
    const Read read(packed);
    CHECK(read.info.state == ReportState::complete);
    CHECK(read.info.format == "sarif");
    CHECK(read.info.engines == std::vector<std::string>{"gosec", "semgrep"});
    CHECK(read.info.records.seen == 2);
    CHECK(read.info.records.mapped == 2);
    CHECK(read.info.sha256.size() == 64);
    CHECK(read.places() ==
          "semgrep eval say no at a/semgrep.sarif!/runs/0/results/0;"
          "gosec G101 say no at b/gosec.sarif!/runs/0/results/0;");
    CHECK(read.note("other-members") == "2 other files in the archive are no report");
    CHECK(read.note("unread-members").empty());
  }
}

TEST_CASE("members: the state is the worst of what was recognised") {
  const std::string found = sarif("gosec", "G101"), clean = sarif("gosec", "");
  const std::string cut = found.substr(0, found.size() - 20);
  const auto state = [](const test::ArchiveFiles& files) {
    return Read(make_archive(ArchiveFormat::zip, files)).info.state;
  };
  CHECK(state({{"a.sarif", found}, {"b.sarif", clean}}) == ReportState::complete);
  CHECK(state({{"a.sarif", clean}, {"b.sarif", clean}}) == ReportState::complete_empty);
  CHECK(state({{"a.sarif", found}, {"b.sarif", cut}}) == ReportState::partial);
  CHECK(state({{"a.sarif", clean}, {"b.json", "{\"foo\": 1}"}}) == ReportState::partial);
  CHECK(state({{"a.sarif", clean}, {"b.txt", "foo"}}) == ReportState::complete_empty);
  CHECK(state({{"b.txt", "foo"}}) == ReportState::unrecognised);
  CHECK(state({}) == ReportState::unrecognised);
}

TEST_CASE("members: what looks like a report and is not recognised is named") {
  const Read read(make_archive(ArchiveFormat::zip, {{"a.sarif", sarif("gosec", "")},
                                                    {"b.json", "{\"foo\": 1}"},
                                                    {"__MACOSX/._a.sarif", "\x01"},
                                                    {"src/x.c", "int x;"}}));
  CHECK(read.note("unread-members") ==
        "1 file in the archive looks like a report and is not recognised: \"b.json\"; the first is a JSON object with "
        "the key \"foo\", which no known format has; see gatepost formats");
  CHECK(read.note("other-members") == "2 other files in the archive are no report");
}

TEST_CASE("members: without a report among them the note says what is there") {
  CHECK(Read(make_archive(ArchiveFormat::zip, {{"x.c", "int x;"}, {"y.c", "int y;"}})).note("unrecognised") ==
        "an archive in which no report is recognised; it has \"x.c\", \"y.c\"");
  CHECK(Read(make_archive(ArchiveFormat::zip, {})).note("unrecognised") ==
        "an archive without a file in it; did the scanner run and write here?");
}

TEST_CASE("members: an archive in an archive is not opened") {
  const std::string inner = make_archive(ArchiveFormat::zip, {{"a.sarif", sarif("gosec", "G101")}});
  const Read alone(make_archive(ArchiveFormat::zip, {{"inner.zip", inner}}));
  CHECK(alone.info.state == ReportState::unrecognised);
  CHECK(alone.note("unrecognised") ==
        "an archive in which no report is recognised; it has \"inner.zip\"; archives in archives are not opened");
  const Read beside(make_archive(ArchiveFormat::zip, {{"inner.zip", inner}, {"a.sarif", sarif("gosec", "")}}));
  CHECK(beside.info.state == ReportState::partial);
  CHECK(beside.table.size() == 0);
}

TEST_CASE("members: what stands beside the report of a bundle is no report that is missing") {
  const Read read(
      make_archive(ArchiveFormat::zip,
                   {{"audit.fvdl", "<FVDL><EngineData/></FVDL>"}, {"audit.xml", "<Audit/>"}, {"x/other.xml", "<a/>"}}));
  CHECK(read.note("unread-members").find("\"x/other.xml\"") != std::string::npos);
  CHECK(read.note("unread-members").find("audit.xml") == std::string::npos);
}

TEST_CASE("members: hostile archives end unrecognised, with one sentence and no observation") {
  const std::string good = make_archive(ArchiveFormat::zip, {{"../a.sarif", sarif("gosec", "G101")}});
  CHECK(Read(good).places() == "gosec G101 say no at ../a.sarif!/runs/0/results/0;");
  for (const std::string& bad :
       {good.substr(0, good.size() - 1),
        make_archive(ArchiveFormat::encrypted_zip, {{"a.sarif", sarif("gosec", "G101")}}),
        make_archive(ArchiveFormat::zip,
                     {{"a.sarif", sarif("gosec", "G101")}, {"bomb", std::string(std::size_t{8} << 20, ' ')}})}) {
    const Read read(bad);
    CHECK(read.info.state == ReportState::unrecognised);
    CHECK(read.table.size() == 0);
    CHECK(read.info.notes.size() == 1);
    CHECK(read.info.notes.front().code == "unpack");
  }
}

TEST_CASE("members: the sheets of a spreadsheet are CSV files") {
  const test::ArchiveFiles book = {
      {"[Content_Types].xml", "<Types/>"},
      {"xl/workbook.xml",
       R"(<workbook xmlns:r="x"><sheets><sheet name="Found" r:id="r1"/><sheet name="Gone" r:id="r9"/></sheets></workbook>)"},
      {"xl/_rels/workbook.xml.rels",
       R"(<Relationships><Relationship Id="r1" Target="worksheets/s.xml"/></Relationships>)"},
      {"xl/sharedStrings.xml",
       "<sst><si><t>id</t></si><si><r><t xml:space=\"preserve\">a </t></r><r><t>\"b\"</t></r></si></sst>"},
      {"xl/worksheets/s.xml",
       R"(<worksheet><sheetData><row><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>name</t></is></c></row>)"
       R"(<row><c r="B2"><v>7</v></c><c t="s"><v>1</v></c><c t="b"><v>1</v></c><c t="s"><v>99</v></c></row></sheetData></worksheet>)"}};
  const auto members = read_archive(Bytes::of(make_archive(ArchiveFormat::zip, book)), {});
  REQUIRE(members.ok());
  const auto sheets = ingest::sheets_of(*members, {});
  REQUIRE(sheets);
  REQUIRE(sheets->ok());
  REQUIRE((*sheets)->size() == 1);
  CHECK((**sheets)[0].name == "Found");
  CHECK(*(**sheets)[0].bytes.all(1000) == "\"id\",,\"name\"\n,\"7\",\"a \"\"b\"\"\",\"true\",\"\"\n");
  CHECK(Read(make_archive(ArchiveFormat::zip, book)).note("unrecognised") ==
        "an archive in which no report is recognised; it has \"Found\"");
  Limits small;
  small.document_bytes = 2000;
  small.cells = 3;
  CHECK_FALSE(ingest::sheets_of(*members, small)->ok());
  CHECK_FALSE(ingest::sheets_of({{"a.csv", Bytes()}}, {}));
}
