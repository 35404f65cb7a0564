#include "report/writers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "doc/csv.hpp"
#include "doc/json.hpp"
#include "report/observations.hpp"
#include "support/golden.hpp"
#include "unit/report/cases.hpp"
#include "unit/report/schema.hpp"

namespace gatepost::report {
namespace {

constexpr const char* kSarifSchema = "contracts/schemas/sarif-2.1.0.json";

std::string output(std::string_view writer, const Input& input) { return text_of(*find_writer(writer), input); }

TableInput table_input(const test::BuiltAssessment& built) {
  return {.table = built.assessment.table, .severities = built.severity_of_claims, .tool_version = "1.0.0"};
}

doc::Document parsed(const std::string& text) {
  auto document = doc::parse_json(text, "output");
  if (!document) FAIL(document.error().message);
  return std::move(document).value();
}

}  // namespace

TEST_CASE("writers: every output has its id once") {
  std::set<std::string_view> ids;
  for (const Writer& writer : writers()) CHECK(ids.insert(writer.id).second);
  CHECK(ids == std::set<std::string_view>{"terminal", "markdown", "json", "sarif", "csv", "code-quality", "gitlab-sast",
                                          "gitlab-secrets", "gitlab-dependencies"});
  ids.clear();
  for (const TableWriter& writer : table_writers()) CHECK(ids.insert(writer.id).second);
  CHECK(ids == std::set<std::string_view>{"json", "jsonl", "sarif", "csv", "summary"});
  CHECK(find_writer("docx") == nullptr);
  CHECK(find_table_writer("") == nullptr);
}

TEST_CASE("writers: what machines read of a check") {
  for (const cases::Case& it : cases::all()) {
    const Input input = cases::input_for(it.built);
    test::check_golden("report/" + it.name + "/assessment.json", output("json", input));
    test::check_golden("report/" + it.name + "/out.sarif", output("sarif", input));
    test::check_golden("report/" + it.name + "/findings.csv", output("csv", input));
  }
}

TEST_CASE("writers: what machines read of observations") {
  const auto observed = cases::everything_observed();
  for (const TableWriter& writer : table_writers()) {
    const std::string name = std::string(writer.id) + "." + std::string(writer.extension);
    test::check_golden("report/observations/" + name, text_of(writer, table_input(observed)));
  }
}

TEST_CASE("writers: the order in which findings arrive does not show") {
  const auto forwards = cases::ten_thousand(), backwards = cases::ten_thousand(true);
  for (const Writer& writer : writers()) {
    CAPTURE(writer.id);
    const bool same = text_of(writer, cases::input_for(forwards)) == text_of(writer, cases::input_for(backwards));
    CHECK(same);
  }
}

TEST_CASE("writers: a sink that fails ends the writing with its error") {
  const auto built = cases::ten_thousand();
  for (const Writer& writer : writers()) {
    CAPTURE(writer.id);
    int calls = 0;
    const Status status = writer.write(cases::input_for(built), [&](std::string_view) -> Status {
      ++calls;
      return error(ErrorKind::unavailable, "disk full");
    });
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().message == "disk full");
    CHECK(calls == 1);
  }
}

TEST_CASE("json: large documents leave in pieces") {
  const auto built = cases::ten_thousand();
  std::size_t pieces = 0, longest = 0;
  CHECK(find_writer("json")->write(cases::input_for(built), [&](std::string_view piece) -> Status {
    ++pieces;
    longest = std::max(longest, piece.size());
    return Done{};
  }));
  CHECK(pieces > 10);
  CHECK(longest < 300'000);
}

TEST_CASE("json: an assessment has the keys that are promised, in their order") {
  for (const cases::Case& it : cases::all()) {
    CAPTURE(it.name);
    const auto document = parsed(output("json", cases::input_for(it.built)));
    std::string keys;
    for (const auto& [key, value] : document.root().members()) keys.append(key).append(" ");
    const std::string base = it.name == "no-base" ? "" : "base ";
    CHECK(keys.starts_with("gatepost " + base + "head verdict risk reports findings counts "));
    CHECK(keys.ends_with(" observations "));
    std::string last;
    for (const auto finding : document.root().at("findings").items()) {
      const std::string id(finding.at("id").text());
      CHECK(last < id);
      last = id;
      for (const auto index : finding.at("observations").items()) {
        const auto observation = document.root().at("observations").at(static_cast<std::size_t>(*index.integer()));
        CHECK(observation.exists());
      }
    }
  }
}

TEST_CASE("json: a risk is a number with one decimal at most") {
  const auto all = cases::all();
  const auto document = parsed(output("json", cases::input_for(all[1].built)));
  const auto finding = document.root().at("findings").at(0);
  CHECK(finding.at("risk").scalar() == "91.3");
  CHECK(finding.at("band").text() == "critical");
  CHECK(finding.at("decision").text() == "block");
  CHECK(document.root().at("risk").at("pr_risk").scalar() == "91.3");
  CHECK(document.root().at("risk").at("change_risk").scalar() == "15");
}

TEST_CASE("json: no output of a check names a place outside the repository") {
  const auto built = test::an_assessment()
                         .finding(test::a_finding("x").at("src/a.c", 1))
                         .finding(test::a_finding("y")
                                      .at("src/b.c", 2)
                                      .reported_as("/home/runner/work/shop/src/b.c")
                                      .flow("/usr/lib/z.c", 3))
                         .build();
  Input input = cases::input_for(built);
  CHECK(output("json", input).find("\"path\":\"/") == std::string::npos);
  CHECK(output("sarif", input).find("/usr/lib") == std::string::npos);
  input.repository_path = [](std::string_view reported) -> std::string {
    constexpr std::string_view kRoot = "/home/runner/work/shop/";
    return reported.starts_with(kRoot) ? std::string(reported.substr(kRoot.size())) : std::string();
  };
  const std::string json = output("json", input);
  CHECK(json.find("\"path\":\"src/b.c\",\"line\":2") != std::string::npos);
  CHECK(json.find("/usr/lib") == std::string::npos);
}

TEST_CASE("sarif: valid, whatever the texts are") {
  for (const cases::Case& it : cases::all()) {
    CAPTURE(it.name);
    const auto errors = test::schema_errors(output("sarif", cases::input_for(it.built)), kSarifSchema);
    if (!errors) return;
    CHECK(*errors == "");
  }
  for (const auto& built : {cases::everything_observed()}) {
    const auto errors = test::schema_errors(text_of(*find_table_writer("sarif"), table_input(built)), kSarifSchema);
    if (errors) CHECK(*errors == "");
  }
}

TEST_CASE("sarif: every run has its category, every result a rule and a place in the repository") {
  for (const cases::Case& it : cases::all()) {
    CAPTURE(it.name);
    const auto document = parsed(output("sarif", cases::input_for(it.built)));
    std::set<std::string> categories;
    CHECK(document.root().at("runs").size() > 0);
    for (const auto run : document.root().at("runs").items()) {
      const std::string category(run.at("automationDetails").at("id").text());
      CHECK(category.starts_with("gatepost/"));
      CHECK(category.ends_with("/"));
      CHECK(categories.insert(category).second);
      const auto rules = run.at("tool").at("driver").at("rules");
      for (const auto result : run.at("results").items()) {
        const auto rule = rules.at(static_cast<std::size_t>(*result.at("ruleIndex").integer()));
        CHECK(rule.at("id").text() == result.at("ruleId").text());
        const auto artifact = result.at("locations").at(0U).at("physicalLocation").at("artifactLocation");
        CHECK(artifact.at("uriBaseId").text() == "%SRCROOT%");
        CHECK(artifact.at("uri").text() != "");
        CHECK(result.at("message").at("text").text() != "");
        CHECK(result.at("partialFingerprints").at("gatepostFinding/v1").text().starts_with("GP-"));
      }
      for (const auto rule : rules.items()) CHECK(rule.at("properties").at("tags").size() <= 10);
    }
  }
}

TEST_CASE("sarif: what is beyond GitHub's limit is left out by risk, and said") {
  const auto built = cases::ten_thousand();
  Input input = cases::input_for(built);
  input.sarif.most_results = 100;
  const auto document = parsed(output("sarif", input));
  const auto run = document.root().at("runs").at(0U);
  CHECK(run.at("results").size() == 100);
  std::vector<int> written, all;
  for (const auto result : run.at("results").items()) {
    written.push_back(static_cast<int>(std::lround(*result.at("rank").number() * 10)));
  }
  for (const Assessed& it : built.assessment.assessed) {
    if (it.presence != Presence::fixed) all.push_back(it.risk.effective_tenths);
  }
  std::ranges::sort(written, std::greater());
  std::ranges::sort(all, std::greater());
  all.resize(100);
  CHECK(written == all);
  const auto note = run.at("invocations").at(0U).at("toolExecutionNotifications").at(0U);
  CHECK(note.at("descriptor").at("id").text() == "results-left-out");
  CHECK(note.at("message").at("text").text() ==
        "8,900 findings of lower risk are left out: a run holds at most 100 results.");
}

TEST_CASE("sarif: a kind that was scanned completely has its run also without results") {
  const auto all = cases::all();
  Input input = cases::input_for(all[0].built);
  input.sarif.complete_kinds = {Kind::secret};
  const auto document = parsed(output("sarif", input));
  REQUIRE(document.root().at("runs").size() == 2);
  const auto run = document.root().at("runs").at(1U);
  CHECK(run.at("automationDetails").at("id").text() == "gatepost/secret/");
  CHECK(run.at("results").size() == 0);
}

TEST_CASE("sarif: a converted result that is in no file stands at its report, which says so") {
  const auto built = test::an_assessment()
                         .finding(test::a_finding("x").by("zap", "10020").seen_at("GET", "https://shop.example/login"))
                         .build();
  const auto document = parsed(text_of(*find_table_writer("sarif"), table_input(built)));
  const auto run = document.root().at("runs").at(0U);
  const auto place = run.at("results").at(0U).at("locations").at(0U);
  const auto artifact = place.at("physicalLocation").at("artifactLocation");
  CHECK(artifact.at("uri").text() == "reports/zap.sarif");
  CHECK(artifact.at("uriBaseId").text() == "%GATEPOST_REPORT%");
  CHECK(run.at("originalUriBaseIds").at("%GATEPOST_REPORT%").exists());
  CHECK_FALSE(place.at("physicalLocation").at("region").exists());
  CHECK(place.at("message").at("text").text() == "in no file, as this report says: GET https://shop.example/login");
}

TEST_CASE("sarif: no address in a converted log is absolute or empty, whatever the path is") {
  struct PathCase {
    const char *reported, *uri, *base;
  };
  for (const PathCase& test : {
           PathCase{"src/a.c", "src/a.c", "%SRCROOT%"},
           PathCase{"/etc/passwd", "etc/passwd", "%FILESYSTEM%"},
           PathCase{"//share/a.c", "share/a.c", "%FILESYSTEM%"},
           PathCase{"/", ".", "%FILESYSTEM%"},
           PathCase{"C:/a b/c.cs", "C%3A/a%20b/c.cs", "%FILESYSTEM%"},
           PathCase{"https://shop.example/x", "https%3A//shop.example/x", "%SRCROOT%"},
           PathCase{"urn:x", "urn%3Ax", "%SRCROOT%"},
           PathCase{"a?b#c%20[d].c", "a%3Fb%23c%2520%5Bd%5D.c", "%SRCROOT%"},
       }) {
    CAPTURE(test.reported);
    const auto built =
        test::an_assessment()
            .finding(test::a_finding("x").at("src/a.c", 1).reported_as(test.reported).flow(test.reported, 2))
            .build();
    const auto document = parsed(text_of(*find_table_writer("sarif"), table_input(built)));
    const auto run = document.root().at("runs").at(0U);
    const auto result = run.at("results").at(0U);
    const auto step = result.at("codeFlows").at(0U).at("threadFlows").at(0U).at("locations").at(0U);
    for (const auto place : {result.at("locations").at(0U), step.at("location")}) {
      const auto artifact = place.at("physicalLocation").at("artifactLocation");
      CHECK(artifact.at("uri").text() == test.uri);
      CHECK(artifact.at("uriBaseId").text() == test.base);
    }
    CHECK(run.at("originalUriBaseIds").at(test.base).exists());
  }
}

TEST_CASE("sarif: the runs of one tool in a converted log have categories of their own") {
  const auto report = [](std::string path, const char* tool) {
    return ReportInfo{
        .path = std::move(path), .tools = {{tool, "1"}}, .engines = {tool}, .state = ReportState::complete};
  };
  const auto built = test::an_assessment()
                         .report(report("a/trivy.json", "trivy"))
                         .report(report("b/trivy.json", "trivy"))
                         .report(report("/tmp/1/scan.json", "trivy"))
                         .report(report("/tmp/2/scan.json", "trivy"))
                         .report(report("bandit.json", "bandit"))
                         .build();
  const auto document = parsed(text_of(*find_table_writer("sarif"), table_input(built)));
  std::vector<std::string> categories;
  for (const auto run : document.root().at("runs").items()) {
    categories.emplace_back(run.at("automationDetails").at("id").text());
  }
  CHECK(categories == std::vector<std::string>{"scan.json/", "scan.json (2)/", "a/trivy.json/", "b/trivy.json/", ""});
}

TEST_CASE("csv: as many cells in every row, whatever the texts are") {
  for (const cases::Case& it : cases::all()) {
    CAPTURE(it.name);
    const std::string csv = output("csv", cases::input_for(it.built));
    const auto table = doc::CsvDocument::parse(csv, "findings.csv");
    REQUIRE(table.ok());
    CHECK(table->size() == it.built.assessment.findings.all.size());
    for (std::size_t row = 0; row < table->size(); ++row) {
      CHECK(table->row(row).size() == table->header().size());
      for (const std::string& cell : table->row(row)) {
        CHECK(std::string_view("=+-@").find(cell.empty() ? 'x' : cell[0]) == std::string_view::npos);
      }
    }
  }
}

TEST_CASE("observations: lines for standard error are escaped and tell what went wrong") {
  const auto all = cases::all();
  for (const cases::Case& it : all) {
    for (const std::string& line : report_lines(it.built.assessment.table)) {
      CHECK(line.find_first_of("\n\r\x1b") == std::string::npos);
    }
  }
  REQUIRE(all[4].name == "damaged-reports");
  const auto lines = report_lines(all[4].built.assessment.table);
  REQUIRE(lines.size() == 8);
  CHECK(lines[0] == "reports/bandit.json: bandit, complete-empty");
  CHECK(lines[6] == "reports/trivy.json: trivy, partial, 117 of 120 records mapped, 3 rejected");
  CHECK(lines[7] == "reports/trivy.json: /Results/0/3: a vulnerability without an id");
}

}  // namespace gatepost::report
