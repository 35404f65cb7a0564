// What CI systems read: annotations in a log, GitLab's reports, outputs of a step.
#include <doctest/doctest.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/text.hpp"
#include "doc/json.hpp"
#include "report/gitlab_code_quality.hpp"
#include "report/gitlab_security.hpp"
#include "report/step_outputs.hpp"
#include "report/workflow.hpp"
#include "report/writers.hpp"
#include "support/golden.hpp"
#include "unit/report/cases.hpp"
#include "unit/report/schema.hpp"

namespace gatepost::report {
namespace {

using test::a_finding;
using test::an_assessment;

doc::Document parsed(const std::string& text) {
  auto document = doc::parse_json(text, "output");
  if (!document) FAIL(document.error().message);
  return std::move(document).value();
}
std::string output(std::string_view writer, const Input& input) { return text_of(*find_writer(writer), input); }

}  // namespace

TEST_CASE("workflow: each finding is one command, what blocks is an error") {
  const auto built = an_assessment()
                         .finding(a_finding("It blocks: 100 %, really").at("src/a,b:c.c", 3).risk(900).blocks())
                         .finding(a_finding("It is looked at").risk(500).asks_for(Action::require_review))
                         .finding(a_finding("It is new").risk(100))
                         .finding(a_finding("It is nowhere").seen_at("GET", "/x").risk(50))
                         .build();
  const auto lines = workflow_annotations(cases::input_for(built), {});
  REQUIRE(lines.size() == 4);
  CHECK(
      lines[0].starts_with("::error file=src/a%2Cb%3Ac.c,line=3,endLine=3,title=It blocks%3A 100 %25%2C really::"
                           "Risk 90.0 of 100.%0A"));
  CHECK(lines[1].starts_with("::warning file=src/main.c,line=1,"));
  CHECK(lines[2].starts_with("::notice file="));
  CHECK(lines[3].starts_with("::notice title=It is nowhere::"));
}

TEST_CASE("workflow: ten of a kind, those in the diff first, then how many are left out") {
  auto builder = an_assessment();
  for (std::uint32_t i = 1; i <= 30; ++i) {
    auto spec = a_finding("Problem number " + std::to_string(i)).at("a.c", i).risk(static_cast<std::uint16_t>(i * 10));
    builder.finding(i <= 15 ? spec.blocks() : spec);
  }
  const auto built = builder.build();
  const auto in_diff = [&](std::size_t finding) {
    return built.assessment.findings.all[finding].range.first_line == 1;
  };
  const auto lines = workflow_annotations(cases::input_for(built), {.in_diff = in_diff});
  const auto count = [&](const char* start) {
    return std::ranges::count_if(lines, [&](const std::string& line) { return line.starts_with(start); });
  };
  CHECK(count("::error ") == 10);
  CHECK(count("::notice ") == 10);
  CHECK(lines.front().find("line=1,") != std::string::npos);
  CHECK(lines.back() == "::notice title=gatepost::11 more in the summary");
}

TEST_CASE("workflow: no text ends its command or begins another") {
  for (const cases::Case& it : cases::all()) {
    for (const std::string& line : workflow_annotations(cases::input_for(it.built), {})) {
      CAPTURE(line);
      CHECK(line.find_first_of("\r\n\x1b") == std::string::npos);
      CHECK(RE2::FullMatch(line, R"(::(error|warning|notice) [^:\x00-\x1f]*::.*)"));
      CHECK_FALSE(RE2::PartialMatch(line, "##[A-Za-z\\[]"));
    }
  }
}

TEST_CASE("code quality: every finding that is open in the head, once") {
  for (const cases::Case& it : cases::all()) {
    CAPTURE(it.name);
    const auto document = parsed(output("code-quality", cases::input_for(it.built)));
    std::set<std::string> prints;
    for (const auto issue : document.root().items()) {
      CHECK(prints.insert(std::string(issue.at("fingerprint").text())).second);
      CHECK(issue.at("description").text() != "");
      CHECK(issue.at("check_name").text() != "");
      const std::string path(issue.at("location").at("path").text());
      CHECK_FALSE(path.starts_with("/"));
      CHECK_FALSE(path.starts_with("./"));
      CHECK(issue.at("location").at("lines").at("begin").integer().value_or(0) >= 1);
      static const std::set<std::string> kSeverities = {"info", "minor", "major", "critical", "blocker"};
      CHECK(kSeverities.contains(std::string(issue.at("severity").text())));
    }
  }
  const auto all = cases::all();
  REQUIRE(all[3].name == "fixed-and-waived");
  const auto document = parsed(output("code-quality", cases::input_for(all[3].built)));
  CHECK(document.root().size() == 3);  // touched, unrelated and external; not fixed, waived, suppressed, not evaluated
}

TEST_CASE("GitLab: the reports of what is found in an example") {
  const auto all = cases::all();
  for (const cases::Case& it : all) {
    if (it.name != "many-owners" && it.name != "hostile") continue;
    Input input = cases::input_for(it.built);
    input.time = {1'795'233'600'000};
    for (const char* const id : {"code-quality", "gitlab-sast", "gitlab-secrets", "gitlab-dependencies"}) {
      test::check_golden("report/" + it.name + "/" + id + ".json", output(id, input));
    }
  }
}

TEST_CASE("GitLab: security reports are valid, whatever the texts are") {
  for (const cases::Case& it : cases::all()) {
    CAPTURE(it.name);
    for (const auto& [id, schema] : {std::pair("gitlab-sast", "sast"),
                                     {"gitlab-secrets", "secret-detection"},
                                     {"gitlab-dependencies", "dependency-scanning"}}) {
      CAPTURE(id);
      const auto errors = test::schema_errors(
          output(id, cases::input_for(it.built)),
          "contracts/gitlab/security-reports/gl-" + std::string(schema) + "-report.15.transcribed.json");
      if (!errors) return;
      CHECK(*errors == "");
    }
  }
}

TEST_CASE("GitLab: an incomplete scan says so, and secrets have their commit") {
  const auto all = cases::all();
  REQUIRE(all[4].name == "damaged-reports");
  CHECK(parsed(output("gitlab-sast", cases::input_for(all[4].built))).root().at("scan").at("status").text() ==
        "failure");
  const auto document = parsed(output("gitlab-secrets", cases::input_for(all[2].built)));
  const auto secret = document.root().at("vulnerabilities").at(0U);
  CHECK(secret.at("location").at("commit").at("sha").text() == all[2].built.assessment.change.head);
  CHECK(secret.at("identifiers").at(0U).at("value").text() == "generic-api-key");
}

TEST_CASE("outputs: verdict and counts, then the files") {
  const auto all = cases::all();
  const Outputs outputs = step_outputs(all[2].built.assessment, {{"report-json", "out/report.json"}});
  const Outputs expected = {{"verdict", "fail"}, {"risk", "95.1"},  {"new", "6"},
                            {"fixed", "0"},      {"blocking", "1"}, {"report-json", "out/report.json"}};
  CHECK(outputs == expected);
  CHECK(dotenv(outputs) ==
        "GATEPOST_VERDICT=fail\nGATEPOST_RISK=95.1\nGATEPOST_NEW=6\nGATEPOST_FIXED=0\nGATEPOST_BLOCKING=1\n"
        "GATEPOST_REPORT_JSON=out/report.json\n");
}

TEST_CASE("outputs: no value ends itself") {
  const std::string delimiter = "gp_0123456789abcdef";
  CHECK(github_outputs({{"a", "x\ny"}}, delimiter) == "a<<gp_0123456789abcdef\nx\ny\ngp_0123456789abcdef\n");
  CHECK_FALSE(github_outputs({{"a", "x\n" + delimiter + "\nb=c"}}, delimiter));
  CHECK_FALSE(github_outputs({{"a", delimiter}}, delimiter));
  CHECK_FALSE(github_outputs({{"a", delimiter + "\r\n"}}, delimiter));
  CHECK_FALSE(github_outputs({{"a=b", "x"}}, delimiter));
  CHECK_FALSE(github_outputs({{"a", "x"}}, "EOF"));
  CHECK(dotenv({{"a", "x\nB=\"$(id)\" y"}}) == "GATEPOST_A=x_B____id___y\n");
  CHECK(dotenv({{"a", std::string(9'000, 'x')}}).empty());
}

TEST_CASE("outputs: links of a GitLab job lead to web pages alone") {
  const auto document = parsed(gitlab_annotations(
      {{"Report\n\u202E", "https://gitlab.example/x?a=1"}, {"no", "javascript:alert(1)"}, {"no", "https://x/\ny"}}));
  const auto links = document.root().at("gatepost");
  REQUIRE(links.size() == 1);
  CHECK(links.at(0U).at("external_link").at("label").text() == "Report \\u{202e}");
}

}  // namespace gatepost::report
