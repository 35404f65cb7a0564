// Whole mappings: what they read, in which state a report ends, and which mistakes are told.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "base/resource.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"
#include "ingest/mapping/filters.hpp"
#include "ingest/mapping/library.hpp"
#include "ingest/recognition.hpp"
#include "support/read_report.hpp"
#include "support/report_json.hpp"

using namespace gatepost;
using namespace gatepost::ingest::mapping;

namespace {

const std::string kHead = R"yaml(
mapping: 1
id: acme-lint
tool: {name: Acme Lint, kind: sast, version: $.version}
format: json
recognise: ["$.tool == 'acme-lint'"]
)yaml";

const std::string kLint = kHead + R"yaml(
evidence: ["exists($.version)"]
errors: ["$.problems[*]"]
failed: ["$.fatal"]
findings:
  - each: $.issues[*] as i
    when: i.status != 'ok'
    set:
      rule_id: i.check
      severity: {
from:
  i.level, map : {
  E:
    high, W : medium
  }
}
      file_path: i.file
      line: i.line
)yaml";

test::ReadReport read(const std::string& mapping, std::string report) {
  auto compiled = compile_all({{"acme.yaml", mapping}});
  REQUIRE_MESSAGE(compiled.ok(), compiled.error().message);
  ingest::Options options = test::test_options();
  options.mappings = std::make_shared<const std::vector<Mapping>>(std::move(*compiled));
  return test::read_text(std::move(report), options);
}

std::string mistake(const std::string& mapping) {
  const auto compiled = compile_all({{"acme.yaml", mapping}});
  return compiled.ok() ? "" : compiled.error().message;
}

std::string issues(const std::string& list, const std::string& more = "") {
  return R"({"tool": "acme-lint", "version": "1.2", )" + more + R"("issues": [)" + list + "]}";
}

}  // namespace

TEST_CASE("mapping: records become observations with their place in the report") {
  const auto report = read(kLint, issues(R"({"check": "A1", "level": "E", "file": "./src/a.c", "line": 7},
                            {"check": "A2", "level": "W", "file": "b.c", "status": "ok"})"));
  CHECK(report.state() == ReportState::complete);
  CHECK(report.info().format == "acme-lint");
  CHECK(report.info().tools == std::vector<ToolInfo>{{"Acme Lint", "1.2"}});
  CHECK(report.info().records == RecordCounts{.seen = 2, .mapped = 1, .skipped = 1});
  REQUIRE(report.table.size() == 1);
  const Observation it = report.observations()[0];
  CHECK(it.rule == "A1");
  CHECK(it.engine == "acme-lint");
  CHECK(it.kind == Kind::sast);
  CHECK(it.place.path == "src/a.c");
  CHECK(it.place.range.first_line == 7);
  CHECK(it.at == "/issues/0");
  REQUIRE(it.claims.size() == 1);
  CHECK(it.claims[0].label == SeverityLabel::high);
}

TEST_CASE("mapping: the states of a report") {
  struct Case {
    const char* name;
    std::string report;
    ReportState state;
    const char* note;
  };
  const std::string one = R"({"check": "A1", "level": "E", "file": "a.c"})";
  const std::vector<Case> cases = {
      {"with findings", issues(one), ReportState::complete, ""},
      {"no findings, with evidence", issues(""), ReportState::complete_empty, ""},
      {"no findings, no evidence", R"({"tool": "acme-lint", "issues": []})", ReportState::partial, "no-evidence"},
      {"only passed checks", R"({"tool": "acme-lint", "issues": [{"status": "ok"}]})", ReportState::complete_empty, ""},
      {"a record without a name", issues(one + R"(, {"level": "E", "file": "a.c"})"), ReportState::partial,
       "rejected-record"},
      {"a record without a place", issues(R"({"check": "A1"})"), ReportState::partial, "rejected-record"},
      {"messages of the tool", issues(one, R"("problems": ["b.c: syntax"], )"), ReportState::partial,
       "scanner-message"},
      {"the tool failed", issues("", R"("fatal": "out of memory", )"), ReportState::tool_error, "tool-error"},
      {"the end is missing", issues(one).substr(0, 60), ReportState::partial, "truncated"},
      {"another tool's", R"({"tool": "other", "issues": []})", ReportState::unrecognised, "unrecognised"},
      {"a word that no table has", issues(R"({"check": "A1", "level": "?", "file": "a.c"})"), ReportState::complete,
       "unmapped-value"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.name);
    const auto report = read(kLint, it.report);
    CHECK(report.state() == it.state);
    if (*it.note != '\0') CHECK(report.noted(it.note));
  }
}

TEST_CASE("mapping: what is no record in a list of records is told once, and the report is partial") {
  const std::string files = kHead + R"yaml(
evidence: ["exists($.version)"]
findings:
  - each: $.issues[*] | where(it.level == 'E') as f, f.hits[*] as h
    when: h.status == 'bad'
    set: {rule_id: h.check, file_path: f.file}
  - each: $.issues[*] | where(it.level != 'E') as f, f.hits[*] as h
    set: {rule_id: h.check, file_path: f.file}
  - each: $.issues[*].notes[*] as n
    set: {rule_id: n, file_path: "'a.c'"}
)yaml";
  const std::string whole = R"({"level": "E", "file": "a.c", "hits": [{"check": "A", "status": "bad"}]})";
  struct Case {
    const char* name;
    std::string issues;
    RecordCounts records;
    const char* at;
  };
  const std::vector<Case> cases = {
      {"null", whole + ", null", {.seen = 3, .mapped = 1, .rejected = 2}, ""},
      {"a text", whole + R"(, "lost")", {.seen = 3, .mapped = 1, .rejected = 2}, ""},
      {"null in an inner list",
       whole + R"(, {"level": "E", "file": "b.c", "hits": [null]})",
       {.seen = 2, .mapped = 1, .rejected = 1},
       "/issues/1"},
      {"a number in an inner list",
       whole + R"(, {"level": "W", "file": "b.c", "hits": [7]})",
       {.seen = 2, .mapped = 1, .rejected = 1},
       "/issues/1/hits/0"},
      {"null in place of a text", whole + R"(, {"notes": ["N", null]})", {.seen = 3, .mapped = 2, .rejected = 1}, ""},
  };
  for (const Case& it : cases) {
    CAPTURE(it.name);
    const auto report = read(files, issues(it.issues));
    CHECK(report.state() == ReportState::partial);
    CHECK(report.info().records == it.records);
    REQUIRE(report.noted("rejected-record"));
    CHECK(report.info().notes.front().at == it.at);
  }
  CHECK(read(files, issues(whole + R"(, {"level": "E", "hits": null}, {"hits": []}, {})")).state() ==
        ReportState::complete);
}

TEST_CASE("mapping: a report whose records nothing tells apart is not clean") {
  const std::string mapping = kHead + R"yaml(
evidence: ["exists($.version)"]
findings:
  - each: $.issues[*] as i
    when: i.status == 'failed'
    set: {rule_id: i.check, file_path: i.file}
)yaml";
  CHECK(read(mapping, issues(R"({"check": "A", "status": "ok"})")).state() == ReportState::complete_empty);
  CHECK(read(mapping, issues(R"({"check": "A"}, {"check": "B", "status": "ok"})")).state() ==
        ReportState::complete_empty);
  const auto renamed = read(mapping, issues(R"({"check": "A", "result": "failed", "file": "a.c"})"));
  CHECK(renamed.state() == ReportState::partial);
  CHECK(renamed.noted("unjudged"));
}

TEST_CASE("mapping: mistakes are told with file, line and column") {
  struct Case {
    std::string mapping;
    const char* told;
  };
  const std::string block = "findings:\n  - each: $.issues[*] as i\n    set: {rule_id: i.check}\n";
  const std::vector<Case> cases = {
      {"mapping: 2", "acme.yaml:1:10: \"mapping\" has to be 1"},
      {kHead, "\"findings\" needs at least one block"},
      {kHead + block + "recognize: [x]\n", "acme.yaml:10:1: \"recognize\" is no key here; did you mean \"recognise\"?"},
      {kHead + "findings:\n  - set: {rule-id: $.x}\n", "a finding has no \"rule-id\"; did you mean \"rule_id\"?"},
      {kHead + "findings:\n  - set: {severity: $.x}\n", "a finding needs a rule_id, a title or vuln_ids"},
      {kHead + "findings:\n  - each: $.issues[*]\n    set: {rule_id: $.x}\n", "expected \"as\" and a name"},
      {kHead + "findings:\n  - each: $.a as i\n    set: {rule_id: j.x}\n",
       "acme.yaml:9:20: \"j.x\": column 1: \"j\" is not"},
      {"", "acme.yaml: there is no mapping in it"},
      {kHead + block + "let: {i: $.x}\nindex: {q: {each: $.a as z, key: z.k}}\n",
       "acme.yaml:11:12: an index needs \"each\", \"key\" and \"value\""},
      {kHead + "findings:\n  - set: {rule_id: {from: $.x}}\n", "acme.yaml:8:20: expected {from: …, map: {…}}"},
      {kHead + "findings:\n  - set: {rule_id: {case: [{when: $.x}]}}\n", "expected {when: …, then: …} or {else: …}"},
      {text::replace_all(kHead, "kind: sast", "kind: fast") + block, "\"kind\" has to be one of sast, sca"},
      {text::replace_all(kHead, "format: json", "format: jsonx") + block, "\"jsonx\" is no format"},
      {text::replace_all(kHead, "id: acme-lint", "id: Acme Lint") + block, "an id has lower-case letters"},
      {text::replace_all(kHead, "recognise: [", "recognise: [\"i.x\", ") + block,
       "\"i\" is not the name of anything here"},
      {kHead + "findings:\n  - set: {rule_id: $.x}\n    collect: true\n", "need a \"group_by\""},
  };
  for (const Case& it : cases) {
    CAPTURE(it.mapping);
    const std::string told = mistake(it.mapping);
    CAPTURE(told);
    CHECK(told.find(it.told) != std::string::npos);
  }
}

TEST_CASE("mapping: records of one group are one finding, and one without a whole key stands alone") {
  const std::string mapping = kHead + R"yaml(
findings:
  - each: $.issues[*] as i
    group_by: [i.check, i.file]
    prefer: i.weight
    set: {rule_id: i.check, title: i.text, file_path: i.file}
    require: [rule_id]
)yaml";
  const auto report = read(mapping, issues(R"({"check": "A", "file": "a.c", "text": "weak", "weight": 1},
      {"check": "A", "file": "a.c", "text": "strong", "weight": 3}, {"check": "A", "file": "b.c", "text": "other"},
      {"check": "B", "text": "one"}, {"check": "B", "text": "two"})"));
  std::vector<std::string> titles;
  for (const Observation& it : report.observations()) titles.push_back(it.title);
  CHECK(titles == std::vector<std::string>{"strong", "other", "one", "two"});
  CHECK(report.info().records.grouped == 1);
}

TEST_CASE("mapping: a join, an outer name in an inner loop, a record that keeps its place without inner ones") {
  const std::string mapping = kHead + R"yaml(
index:
  rules: {each: "$.rules[*] as r", key: r.id, value: r}
findings:
  - each: $.files[*] as f, f.issues[*] as? i
    let: {rule: "lookup('rules', i.rule)"}
    set: {rule_id: "i.rule else 'none'", title: rule.text, file_path: f.path, cwe: rule.cwe}
)yaml";
  const auto report = read(mapping, R"({"tool": "acme-lint", "rules": [{"id": "R", "text": "bad", "cwe": "CWE-79"}],
      "files": [{"path": "a.c", "issues": [{"rule": "R"}]}, {"path": "b.c", "issues": []}]})");
  REQUIRE(report.table.size() == 2);
  CHECK(report.observations()[0].title == "bad");
  CHECK(report.observations()[0].cwes == std::vector<Cwe>{{79}});
  CHECK(report.observations()[1].rule == "none");
  CHECK(report.observations()[1].place.path == "b.c");
}

TEST_CASE("mapping: the value of a secret is in no text of the finding") {
  const std::string mapping = kHead + R"yaml(
findings:
  - each: $.issues[*] as i
    set: {kind: "'secret'", rule_id: i.check, title: i.text, description: i.text, file_path: i.file, uid: i.id, secret: i.value,
          fingerprint: i.value, resource: i.value, suppressed: i.value, suppression_note: i.text}
)yaml";
  const std::string value = std::string("zq") + std::string(12, 'x') + "81" + std::string(12, 'k');
  const auto report = read(mapping, text::replace_all(issues(R"({"check": "key", "file": "a.c", "id": "id SECRET",
      "text": "found SECRET here", "value": "SECRET"})"),
                                                      "SECRET", value));
  REQUIRE(report.table.size() == 1);
  CHECK(test::to_json(report.table, 0).find(value) == std::string::npos);
  CHECK(report.observations()[0].secret->id.starts_with("hmac:"));
}

TEST_CASE("mapping: XML, CSV, lines of JSON and text are read by the same language") {
  const auto xml = read(R"yaml(
mapping: 1
id: acme-xml
tool: {name: Acme, kind: sast}
format: xml
recognise: ["$.#tag == 'acme'"]
findings:
  - each: $.file[*] as f, f.issue[*] as i
    set: {rule_id: i.@check, title: i.text, file_path: f.@name, line: i.@line}
)yaml",
                        R"(<acme><file name="a.c"><issue check="A" line="3"><text>one</text></issue></file>
                           <file name="b.c"><issue check="B" line="4"><text>two</text></issue><issue check="C"/></file></acme>)");
  REQUIRE(xml.table.size() == 3);
  CHECK(xml.observations()[1].title == "two");
  CHECK(xml.observations()[1].place.path == "b.c");

  const std::string acme_csv = R"yaml(
mapping: 1
id: acme-csv
tool: {name: Acme, kind: sast}
format: csv
recognise: ["'Acme Check' in $header"]
evidence: ["'Acme Check' in $header"]
findings:
  - each: $[*] as r
    set: {rule_id: r."Acme Check", file_path: r.File}
)yaml";
  const auto csv = read(acme_csv, "Acme Check;File\nA;a.c\nB;\"b;c\"\n");
  REQUIRE(csv.table.size() == 2);
  CHECK(csv.observations()[1].place.path == "b;c");
  const std::string table = "Acme Check;File\nA;a.c\n";
  CHECK(read(acme_csv, table + table).table.size() == 2);  // the second header is no record

  const std::string acme_lines = R"yaml(
mapping: 1
id: acme-lines
tool: {name: Acme, kind: sast}
format: [json, jsonl]
recognise: ["(concat($) | first).acme == 1"]
findings:
  - each: concat($) as r
    set: {rule_id: r.id, file_path: r.file}
)yaml";
  const std::string two_lines =
      "{\"acme\": 1, \"id\": \"A\", \"file\": \"a.c\"}\n{\"acme\": 1, \"id\": \"B\", \"file\": \"b.c\"}\n";
  const auto lines = read(acme_lines, two_lines);
  CHECK(lines.table.size() == 2);
  CHECK(read(acme_lines, "\xEF\xBB\xBF" + two_lines).state() == ReportState::complete);

  const auto text = read(R"yaml(
mapping: 1
id: acme-text
tool: {name: Acme, kind: sast}
format: text
recognise: ["$[0] == 'Acme 1.0'"]
findings:
  - each: "$ | where(it | matches('^[^:]+:[0-9]+: ')) as line"
    set: {rule_id: "line | regex('\\[([a-z-]+)\\]$')", file_path: "line | before(':')", line: "line | regex(':([0-9]+):')"
}
)yaml",
                         "Acme 1.0\na.c:3: bad [no-bad]\nsummary: 1\n");
  REQUIRE(text.table.size() == 1);
  CHECK(text.observations()[0].rule == "no-bad");
  CHECK(text.observations()[0].place.range.first_line == 3);
}

TEST_CASE("mapping: two that read the same report are named, unless one precedes the other") {
  const std::string block = "findings:\n  - set: {rule_id: \"'x'\", file_path: \"'a'\"}\n";
  const std::string other = text::replace_all(kHead, "id: acme-lint", "id: acme-two");
  const auto read_with = [&](const std::string& more) {
    auto compiled = compile_all({{"a.yaml", kHead + block}, {"b.yaml", other + more + block}});
    ingest::Options options = test::test_options();
    options.mappings = std::make_shared<const std::vector<Mapping>>(std::move(*compiled));
    return test::read_text(issues(""), options);
  };
  CHECK(read_with("").noted("ambiguous-format"));
  CHECK(read_with("").state() == ReportState::unrecognised);
  CHECK(read_with("over: [acme-lint]\n").info().format == "acme-two");
  const auto twice = compile_all({{"a.yaml", kHead + block}, {"b.yaml", kHead + block}});
  REQUIRE(!twice.ok());
  CHECK(twice.error().message.find("the id \"acme-lint\" is taken by a.yaml") != std::string::npos);
}

TEST_CASE("mapping: each source of a CVSS vector makes its own claim") {
  const std::string mapping = kHead + R"yaml(
findings:
  - each: $.issues[*] as i
    set: {rule_id: i.check, file_path: i.file, severity_source: "'acme'", score: i.score, cvss: "i.cvss | entries | select('{it.key} {it.value.v3}')"}
)yaml";
  const auto report = read(mapping, issues(R"({"check": "A", "file": "a.c", "cvss": {"ghsa": {},
      "nvd": {"v3": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}, "score": 9.8})"));
  REQUIRE(report.table.size() == 1);
  const auto claims = report.observations()[0].claims;
  REQUIRE(claims.size() == 1);
  CHECK(claims[0].source == "nvd");
  CHECK(claims[0].tenths == 98);
  CHECK(claims[0].method == SeverityMethod::cvss31);
}

TEST_CASE("mapping: what a tool writes for a clean scan counts for who asks for the format by name") {
  const auto state_of = [&](const std::string& empty_ok, const std::string& tool, const std::string& text) {
    auto compiled =
        compile_all({{"acme.yaml", text::replace_all(kLint, "evidence:", "empty_ok: " + empty_ok + "\nevidence:")}});
    REQUIRE(compiled.ok());
    ingest::Options options = test::test_options(tool);
    options.mappings = std::make_shared<const std::vector<Mapping>>(std::move(*compiled));
    return test::read_text(text, options).state();
  };
  CHECK(state_of("true", "acme-lint", " [ ]\n") == ReportState::complete_empty);
  CHECK(state_of("true", "acme-lint", "\xEF\xBB\xBF[]") == ReportState::complete_empty);
  CHECK(state_of("true", "", "[]") == ReportState::unrecognised);
  CHECK(state_of("true", "acme-lint", "{}") == ReportState::unrecognised);
  CHECK(state_of("false", "acme-lint", "[]") == ReportState::unrecognised);
  CHECK(state_of("[\"{}\"]", "acme-lint", "{ }") == ReportState::complete_empty);
}

TEST_CASE("mapping: a last line without its end is told") {
  const std::string mapping = R"yaml(
mapping: 1
id: acme-csv
tool: {name: Acme, kind: sast}
format: csv
recognise: ["'Acme Check' in $header"]
findings:
  - each: $[*] as r
    set: {rule_id: r."Acme Check", file_path: r.File}
)yaml";
  CHECK(read(mapping, "Acme Check,File\nA,a.c").noted("unfinished-line"));
  CHECK(!read(mapping, "Acme Check,File\nA,a.c\n").noted("unfinished-line"));
}

TEST_CASE("mapping: all that the binary has compile, and are named as their files") {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(GATEPOST_SOURCE_DIR "/config/mappings")) {
    const std::string file = entry.path().filename().string();
    CAPTURE(file);
    std::ifstream stream(entry.path());
    const auto mapping =
        parse_mapping(std::string((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>()), file);
    REQUIRE_MESSAGE(mapping.ok(), mapping.error().message);
    CHECK(mapping->id + ".yaml" == file);
    CHECK(!mapping->yields.empty());
    ++count;
  }
  CHECK(count == shipped().size());
  CHECK(count > 200);
}

TEST_CASE("mapping: the schema for editors knows every field") {
  const auto schema = doc::parse_json(std::string(*find_resource("schema/mapping.schema.json")), "schema");
  REQUIRE(schema.ok());
  std::vector<std::string> known, fields_of_language;
  for (const doc::View name : schema->root().at("$defs").at("field").at("enum").items())
    known.emplace_back(name.text());
  for (const Field& field : fields()) fields_of_language.emplace_back(field.name);
  CHECK(known == fields_of_language);
  const doc::View tool = schema->root().at("properties").at("tool").at("properties");
  for (const char* const key : {"name", "kind", "version", "database", "engine"}) CHECK(tool.at(key).exists());
}

TEST_CASE("mapping: the manual names every field, filter and function") {
  std::ifstream file(GATEPOST_SOURCE_DIR "/docs/mapping-language.md");
  const std::string manual((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto names = [&](std::string_view name) {
    const std::string quoted = "`" + std::string(name);
    return manual.find(quoted + "`") != std::string::npos || manual.find(quoted + "(") != std::string::npos;
  };
  for (const Field& field : fields()) CHECK_MESSAGE(names(field.name), field.name);
  for (const FilterHelp& filter : filter_help()) CHECK_MESSAGE(names(filter.name), filter.name);
}
