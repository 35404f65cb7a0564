#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text.hpp"
#include "ingest/ingest.hpp"
#include "support/read_report.hpp"
#include "support/report_json.hpp"
#include "support/skip.hpp"

using namespace gatepost;

namespace {

struct Read {
  ObservationTable table;
  [[nodiscard]] const ReportInfo& report() const { return table.reports().at(0); }
  [[nodiscard]] Observation only() const {
    REQUIRE(table.size() == 1);
    return table.observation(0);
  }
  [[nodiscard]] bool has_note(std::string_view code) const {
    return std::ranges::any_of(report().notes, [&](const Note& note) { return note.code == code; });
  }
};

Read read(std::string text, unsigned threads = 1, std::string tool = {}) {
  Read result;
  ingest::Options options{.threads = threads, .tool = std::move(tool)};
  ingest::read_report(result.table, "report.sarif", Bytes::of(std::move(text)), options);
  return result;
}

// A report with one run; `run` are further members of the run, `results` the list.
std::string sarif(const std::string& results, const std::string& driver = R"("name":"Semgrep OSS","version":"1.2.3")",
                  const std::string& run = "") {
  return R"({"version":"2.1.0","runs":[{"tool":{"driver":{)" + driver + "}}" + run + R"(,"results":[)" + results +
         "]}]}";
}

const std::string kPlace =
    R"("locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/a.c"},"region":{"startLine":3}}}])";

std::string result(const std::string& members) { return R"({"ruleId":"r","message":{"text":"m"},)" + members + "}"; }

}  // namespace

TEST_CASE("sarif: a plain result becomes an observation with its place, message and tool") {
  const Read r = read(sarif(
      R"({"ruleId":"py.eval","level":"error","message":{"text":"Do not \"eval\""},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/a%20b.py"},"region":{"startLine":3,"startColumn":5,"endLine":4,"endColumn":9}},"logicalLocations":[{"fullyQualifiedName":"m.f"}]}],"guid":"g-1","partialFingerprints":{"primaryLocationLineHash":"abc:1"}})"));
  CHECK(r.report().state == ReportState::complete);
  CHECK(r.report().format == "sarif");
  CHECK(r.report().tools == std::vector<ToolInfo>{{"Semgrep OSS", "1.2.3"}});
  CHECK(r.report().engines == std::vector<std::string>{"semgrep"});
  const Observation seen = r.only();
  CHECK(seen.engine == "semgrep");
  CHECK(seen.kind == Kind::sast);
  CHECK(seen.rule == "py.eval");
  CHECK(seen.message == "Do not \"eval\"");
  CHECK(seen.place.path == "src/a b.py");
  CHECK(seen.place.range == Range{3, 5, 4, 8});
  CHECK(seen.place.symbol == "m.f");
  CHECK(seen.uid == "g-1");
  CHECK(seen.at == "/runs/0/results/0");
  CHECK(seen.fingerprints == std::vector<std::pair<std::string, std::string>>{{"primaryLocationLineHash", "abc:1"}});
  REQUIRE(seen.claims.size() == 1);
  CHECK(seen.claims[0].label == SeverityLabel::high);
  CHECK(seen.claims[0].method == SeverityMethod::level);
}

TEST_CASE("sarif: rules are bound by index, id, or the parent of an id, wherever they stand in the file") {
  const std::string rules =
      R"("rules":[{"id":"A","helpUri":"https://x/a","shortDescription":{"text":"Title A"}},{"id":"B","name":"Bee","defaultConfiguration":{"level":"error"}}])";
  const std::string results =
      R"([{"ruleIndex":1,"message":{"text":"m"}},{"ruleId":"A/sub","message":{"text":"m"}},{"ruleId":"A","ruleIndex":1,"message":{"text":"m"}},{"rule":{"id":"B"},"message":{"text":"m"}},{"ruleId":"unlisted","message":{"text":"m"}},{"ruleIndex":99,"message":{"text":"m"}}])";
  for (const bool rules_last : {false, true}) {
    const std::string tool = R"("tool":{"driver":{"name":"x",)" + rules + "}}";
    const Read r =
        read(R"({"version":"2.1.0","runs":[{)" +
             (rules_last ? R"("results":)" + results + "," + tool : tool + R"(,"results":)" + results) + "}]}");
    REQUIRE(r.table.size() == 6);
    CHECK(r.table.observation(0).rule == "B");
    CHECK(r.table.observation(0).claims[0].label == SeverityLabel::high);
    CHECK(r.table.observation(0).title == "Bee");
    CHECK(r.table.observation(1).rule == "A/sub");
    CHECK(r.table.observation(1).title == "Title A");
    CHECK(r.table.observation(1).help_url == "https://x/a");
    CHECK(r.table.observation(2).title == "Title A");
    CHECK(r.table.observation(3).rule == "B");
    CHECK(r.table.observation(4).rule == "unlisted");
    CHECK(r.table.observation(5).rule.empty());
  }
}

TEST_CASE("sarif: rules of extensions") {
  const std::string run =
      R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"CodeQL","rules":[{"id":"d"}]},"extensions":[{"name":"pack","rules":[{"id":"e0"},{"id":"e1","shortDescription":{"text":"E1"}}]}]},"results":[{"rule":{"index":1,"toolComponent":{"index":0}},"message":{"text":"m"}},{"ruleId":"e1","message":{"text":"m"}},{"rule":{"id":"e1","toolComponent":{"name":"pack"}},"message":{"text":"m"}}]}]})";
  const Read r = read(run);
  REQUIRE(r.table.size() == 3);
  for (Row row = 0; row < 3; ++row) {
    CHECK(r.table.observation(row).rule == "e1");
    CHECK(r.table.observation(row).title == "E1");
    CHECK(r.table.observation(row).engine == "codeql");
  }
}

TEST_CASE("sarif: severities, all of them kept") {
  const std::string driver =
      R"("name":"x","rules":[{"id":"r","properties":{"security-severity":"8.8","tags":["external/cwe/cwe-089","HIGH"],"precision":"very-high"}}])";
  const Observation plain = read(sarif(result(R"("level":"note")"), driver)).only();
  REQUIRE(plain.claims.size() == 3);
  CHECK(plain.claims[0].tenths == 88);
  CHECK(plain.claims[0].method == SeverityMethod::security_severity);
  CHECK(plain.claims[1].label == SeverityLabel::high);
  CHECK(plain.claims[2].label == SeverityLabel::low);
  CHECK(plain.confidence == Confidence::high);
  CHECK(plain.cwes == std::vector<Cwe>{Cwe{89}});
  // Of the numbers of result and rule the result's is in force, also when it is the lower one.
  for (const char* const number : {"9.9", "2.1"}) {
    const std::string own_number = std::string(R"("properties":{"security-severity":")") + number + "\"}";
    const Observation own = read(sarif(result(own_number), driver)).only();
    REQUIRE(own.claims.size() == 3);
    CHECK(own.claims[0].tenths == (number[0] == '9' ? 99 : 21));
    CHECK(own.claims[1].method == SeverityMethod::label);
  }
  const Observation word = read(sarif(result(R"("properties":{"severity":"Moderate"})"), R"("name":"x")")).only();
  CHECK(word.claims[0].label == SeverityLabel::medium);
  const Observation broken =
      read(sarif(result(R"("level":"error")"),
                 R"("name":"x","rules":[{"id":"r","properties":{"security-severity":"MEDIUM"}}])"))
          .only();
  CHECK(broken.claims[0].label == SeverityLabel::medium);
  CHECK(broken.claims[1].label == SeverityLabel::high);
}

TEST_CASE("sarif: the level of a result that states none") {
  CHECK(read(sarif(result(kPlace))).only().claims[0].label == SeverityLabel::medium);
  CHECK(read(sarif(result(kPlace), R"("name":"x","rules":[{"id":"r","defaultConfiguration":{"level":"error"}}])"))
            .only()
            .claims[0]
            .label == SeverityLabel::high);
  const std::string override_ =
      R"(,"invocations":[{"executionSuccessful":true,"ruleConfigurationOverrides":[{"descriptor":{"id":"r"},"configuration":{"level":"note"}}]}])";
  CHECK(read(sarif(result(kPlace), R"("name":"x","rules":[{"id":"r","defaultConfiguration":{"level":"error"}}])",
                   override_))
            .only()
            .claims[0]
            .label == SeverityLabel::low);
}

TEST_CASE("sarif: what states no problem is skipped, what asks is marked") {
  const Read r = read(sarif(result(R"("kind":"pass")") + "," + result(R"("kind":"notApplicable")") + "," +
                            result(R"("kind":"informational")") + "," + result(R"("baselineState":"absent")") + "," +
                            result(R"("kind":"review","level":"none")") + "," + result(R"("baselineState":"new")")));
  REQUIRE(r.table.size() == 2);
  CHECK(r.report().records.seen == 6);
  CHECK(r.report().records.skipped == 4);
  CHECK(r.report().state == ReportState::complete);
  CHECK(r.table.observation(0).needs_review);
  CHECK(r.table.observation(0).claims[0].label == SeverityLabel::info);
}

TEST_CASE("sarif: suppressions count when accepted and not contradicted") {
  const auto suppressed = [](const char* list) {
    return read(sarif(result(std::string(R"("suppressions":)") + list))).only().suppression;
  };
  REQUIRE(suppressed(R"([{"kind":"inSource","justification":"tested"}])").has_value());
  CHECK(suppressed(R"([{"kind":"inSource","justification":"tested"}])")->by == "inSource");
  CHECK(suppressed(R"([{"kind":"inSource","justification":"tested"}])")->reason == "tested");
  CHECK(suppressed(R"([{"kind":"external","status":"accepted"}])").has_value());
  CHECK_FALSE(suppressed(R"([])").has_value());
  CHECK_FALSE(suppressed(R"([{"kind":"external","status":"underReview"}])").has_value());
  CHECK_FALSE(
      suppressed(R"([{"kind":"external","status":"accepted"},{"kind":"external","status":"rejected"}])").has_value());
}

TEST_CASE("sarif: code flows, related places and further places") {
  const std::string at = R"({"physicalLocation":{"artifactLocation":{"uri":"src/x.c"},"region":{"startLine":)";
  const auto step = [&](const char* line) { return R"({"location":)" + at + line + "}}}}"; };
  const auto place = [&](const char* line) { return at + line + "}}}"; };
  const Observation seen = read(sarif(result(R"("codeFlows":[{"threadFlows":[{"locations":[)" + step("1") + "," +
                                             step("2") + R"(]}]}],"relatedLocations":[)" + place("7") +
                                             R"(],"locations":[)" + place("3") + "," + place("4") + "]")))
                               .only();
  REQUIRE(seen.flow.size() == 2);
  CHECK(seen.flow[1].range.first_line == 2);
  CHECK(seen.flow[1].path == "src/x.c");
  REQUIRE(seen.related.size() == 1);
  CHECK(seen.related[0].range.first_line == 7);
  CHECK(seen.place.range.first_line == 3);
  REQUIRE(seen.locations.size() == 2);
  CHECK(seen.locations[1].range.first_line == 4);
}

TEST_CASE("sarif: messages by id, with arguments, and as a template") {
  const std::string driver =
      R"("name":"x","rules":[{"id":"r","messageStrings":{"m1":{"text":"Variable \"{0}\" of {1} {{x}}"}}}],"globalMessageStrings":{"g":{"text":"global {0}"}})";
  const auto message = [&](const char* text) {
    return read(sarif(std::string(R"({"ruleId":"r","message":)") + text + "}", driver)).only().message;
  };
  CHECK(message(R"({"id":"m1","arguments":["n","main"]})") == "Variable \"n\" of main {x}");
  CHECK(message(R"({"id":"g","arguments":["y"]})") == "global y");
  CHECK(message(R"({"text":"uses {0}","arguments":["md5"]})") == "uses md5");
  CHECK(message(R"({"text":"uses {0}"})") == "uses {0}");
  CHECK(message(R"({"markdown":"**only** markdown"})") == "**only** markdown");
  CHECK(message(R"({"text":"caf\u00e9 \ud83d\ude00\n2"})") == "café 😀\n2");
}

TEST_CASE("sarif: CWE from relationships, taxa and properties") {
  const std::string driver =
      R"("name":"x","rules":[{"id":"r","relationships":[{"target":{"id":"CWE-119","toolComponent":{"name":"CWE"}}},{"target":{"id":"A1","toolComponent":{"name":"OWASP"}}}]}])";
  const std::string taxonomies = R"(,"taxonomies":[{"name":"CWE","taxa":[{"id":"20"},{"id":"22"}]}])";
  const Observation seen =
      read(
          sarif(
              result(
                  R"("taxa":[{"index":1,"toolComponent":{"index":0}},{"id":"CWE-78","toolComponent":{"name":"CWE"}}],"properties":{"cwe":["CWE-89"]})"),
              driver, taxonomies))
          .only();
  CHECK(seen.cwes == std::vector<Cwe>{Cwe{119}, Cwe{89}, Cwe{22}, Cwe{78}});
}

namespace {

struct UriCase {
  const char* what;
  const char* location;  // the artifactLocation
  const char* bases;     // originalUriBaseIds
  const char* path;
};

}  // namespace

TEST_CASE("sarif: all the ways in which tools write a path") {
  const UriCase cases[] = {
      {"relative", R"({"uri":"src/a.c"})", "{}", "src/a.c"},
      {"base without a definition", R"({"uri":"src/a.c","uriBaseId":"SRCROOT"})", "{}", "src/a.c"},
      {"base at the checkout", R"({"uri":"src/a.c","uriBaseId":"S"})",
       R"({"S":{"uri":"file:///home/runner/work/shop/shop/"}})", "src/a.c"},
      {"base below the checkout", R"({"uri":"a.c","uriBaseId":"S"})",
       R"({"S":{"uri":"file:///home/runner/work/shop/shop/services/pay/"}})", "services/pay/a.c"},
      {"base on a base", R"({"uri":"a.c","uriBaseId":"S"})",
       R"({"R":{"uri":"file:///github/workspace/"},"S":{"uri":"src/","uriBaseId":"R"}})", "src/a.c"},
      {"base that is the file system's root", R"({"uri":"src/a.c","uriBaseId":"ROOTPATH"})",
       R"({"ROOTPATH":{"uri":"file:///"}})", "src/a.c"},
      {"bases in a circle", R"({"uri":"a.c","uriBaseId":"S"})", R"({"S":{"uri":"x/","uriBaseId":"S"}})",
       "x/x/x/x/x/x/x/x/x/a.c"},
      {"file URI in the checkout", R"({"uri":"file:///home/runner/work/shop/shop/src/a.c"})", "{}", "src/a.c"},
      {"absolute path without scheme", R"({"uri":"/home/runner/work/shop/shop/src/a.c"})", "{}", "src/a.c"},
      {"from somewhere else", R"({"uri":"../../../home/runner/work/shop/shop/src/a.c"})", "{}", "src/a.c"},
      {"another machine", R"({"uri":"file:///home/bob/shop/src/a.c"})", "{}", "/home/bob/shop/src/a.c"},
      {"Windows", R"({"uri":"file:///D:/a/shop/shop/src/a.c"})", "{}", "src/a.c"},
      {"Windows with backslashes", R"({"uri":"src\\lib\\a.c"})", "{}", "src/lib/a.c"},
      {"container action", R"({"uri":"/github/workspace/src/a.c"})", "{}", "src/a.c"},
      {"dots", R"({"uri":"./src/../src/./a.c"})", "{}", "src/a.c"},
      {"encoded", R"({"uri":"src/%C3%BC%20x.c"})", "{}", "src/ü x.c"},
      {"by index", R"({"index":1})", "{}", "src/from-artifacts.c"},
      {"index out of range", R"({"index":9})", "{}", ""},
      {"our base of the file system", R"({"uri":"etc/a%20b","uriBaseId":"%FILESYSTEM%"})", "{}", "/etc/a b"},
      {"our base, with a drive", R"({"uri":"C%3A/a.cs","uriBaseId":"%FILESYSTEM%"})", "{}", "C:/a.cs"},
      {"our base, above it", R"({"uri":"../../etc/a","uriBaseId":"%FILESYSTEM%"})", "{}", "/etc/a"},
      {"our base, in a checkout", R"({"uri":"home/runner/work/shop/shop/a.c","uriBaseId":"%FILESYSTEM%"})", "{}",
       "a.c"},
      {"our base, nothing but the root", R"({"uri":".","uriBaseId":"%FILESYSTEM%"})", "{}", "/"},
      {"a report of ours that stands for a place", R"({"uri":"trivy.json","uriBaseId":"%GATEPOST_REPORT%"})", "{}", ""},
  };
  for (const UriCase& test : cases) {
    INFO(std::string(test.what));
    const std::string run =
        std::string(
            R"(,"artifacts":[{"location":{"uri":"x"}},{"location":{"uri":"src/from-artifacts.c"}}],"originalUriBaseIds":)") +
        test.bases;
    const std::string location =
        std::string(R"("locations":[{"physicalLocation":{"artifactLocation":)") + test.location + "}}]";
    CHECK(read(sarif(result(location), R"("name":"x")", run)).only().place.path == test.path);
  }
}

TEST_CASE("sarif: each place has its own path, whatever the place before it had") {
  constexpr const char* kLocations[] = {R"({"uri":"a.c"})",
                                        R"({"uri":"a.c","uriBaseId":"B"})",
                                        R"({"index":0})",
                                        R"({"index":1})",
                                        R"({"index":1,"uriBaseId":"B"})",
                                        R"({"uri":""})",
                                        R"({"uri":"","uriBaseId":"B"})",
                                        R"({"uri":"a.c","index":1})",
                                        R"({})",
                                        R"({"uri":"b.c"})",
                                        R"({"uri":"\u0061.c"})"};
  const std::string run =
      R"(,"artifacts":[{"location":{"uri":"x"}},{"location":{"uri":"y"}}],"originalUriBaseIds":{"B":{"uri":"sub/"}})";
  const auto results_at = [](std::initializer_list<const char*> locations) {
    std::string results;
    for (const char* const location : locations) {
      results += (results.empty() ? "" : ",") +
                 result(std::string(R"("locations":[{"physicalLocation":{"artifactLocation":)") + location + "}}]");
    }
    return results;
  };
  const auto path = [&](const Read& r, Row row) { return r.table.observation(row).place.path; };
  for (const char* const before : kLocations) {
    for (const char* const location : kLocations) {
      const Read both = read(sarif(results_at({before, location}), R"("name":"t")", run));
      const Read alone = read(sarif(results_at({location}), R"("name":"t")", run));
      REQUIRE(both.table.size() == 2);
      CAPTURE(before);
      CAPTURE(location);
      CHECK(path(both, 1) == path(alone, 0));
    }
  }
}

TEST_CASE("sarif: of several logical locations the first one counts, its qualified name before its name") {
  const auto symbol_of = [](const std::string& logical) {
    return read(sarif(result(R"("locations":[{"logicalLocations":[)" + logical + "]}]"))).only().place.symbol;
  };
  CHECK(symbol_of(R"({"name":"f","fullyQualifiedName":"m.f"},{"fullyQualifiedName":"other"})") == "m.f");
  CHECK(symbol_of(R"({"fullyQualifiedName":"m.f","name":"f"})") == "m.f");
  CHECK(symbol_of(R"({"name":"f"},{"name":"g"})") == "f");
  CHECK(symbol_of(R"({},{"name":"g"})").empty());
  const Observation two = read(sarif(result(R"("locations":[{"logicalLocations":[{"name":"f"}]},)"
                                            R"({"logicalLocations":[{"name":"g"}]}])")))
                              .only();
  REQUIRE(two.locations.size() == 2);
  CHECK(two.place.symbol == "f");
  CHECK(two.locations[0].symbol == "f");
  CHECK(two.locations[1].symbol == "g");
}

TEST_CASE("sarif: fingerprints keep their names, one result's beside another's") {
  const Read r = read(sarif(result(R"("partialFingerprints":{"one":"1","two":"2"})") + "," +
                            result(R"("partialFingerprints":{"two":"3","o\u0001ne":"4"},"fingerprints":{"one":"5"})")));
  using Prints = std::vector<std::pair<std::string, std::string>>;
  CHECK(r.table.observation(0).fingerprints == Prints{{"one", "1"}, {"two", "2"}});
  CHECK(r.table.observation(1).fingerprints == Prints{{"two", "3"}, {"one", "4"}, {"one", "5"}});
}

TEST_CASE("sarif: dependency findings get their package from the message of known scanners") {
  const std::string message =
      R"("message":{"text":"Package: lodash\nInstalled Version: 4.17.15\nVulnerability CVE-2021-23337\nSeverity: HIGH\nFixed Version: 4.17.21\nLink: x"})";
  const Observation seen =
      read(
          sarif(
              R"({"ruleId":"CVE-2021-23337",)" + message +
                  R"(,"locations":[{"physicalLocation":{"artifactLocation":{"uri":"web/package-lock.json"}}}]})",
              R"("name":"Trivy","rules":[{"id":"CVE-2021-23337","properties":{"tags":["vulnerability","security","HIGH"]}}])"))
          .only();
  CHECK(seen.kind == Kind::sca);
  REQUIRE(seen.component.has_value());
  CHECK(seen.component->purl == "pkg:npm/lodash@4.17.15");
  CHECK(seen.component->fixed_versions == std::vector<std::string>{"4.17.21"});
  REQUIRE(seen.advisories.size() == 1);
  CHECK(seen.advisories[0].value() == "CVE-2021-23337");
}

TEST_CASE("sarif: Snyk says the version in the logical location, and the CVE in the rule's description") {
  const auto seen_with = [](const std::string& description, const std::string& release) {
    return read(
               sarif(
                   R"({"ruleId":"SNYK-PYTHON-VELNODEX-1","level":"error","message":{"text":"This file introduces a vulnerable velnodex package with a high severity vulnerability."},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"api/requirements.txt"},"region":{"startLine":1}},"logicalLocations":[{"fullyQualifiedName":")" +
                       release + R"("}]}]})",
                   R"("name":"Snyk Open Source","rules":[{"id":"SNYK-PYTHON-VELNODEX-1","fullDescription":{"text":")" +
                       description + R"("}}])"))
        .only();
  };
  const Observation seen = seen_with("(CVE-2099-1) velnodex@1.2.3", "velnodex@1.2.3");
  CHECK(seen.kind == Kind::sca);
  REQUIRE(seen.component.has_value());
  CHECK(seen.component->purl == "pkg:pypi/velnodex@1.2.3");
  CHECK(seen.component->version == "1.2.3");

  struct {
    std::string description;
    std::vector<std::string> names;
  } const cases[] = {
      {"(CVE-2099-1000) velnodex@1.2.3", {"SNYK-PYTHON-VELNODEX-1", "CVE-2099-1000"}},
      {"(CVE-2099-1000,CVE-2099-1001) velnodex@1.2.3", {"SNYK-PYTHON-VELNODEX-1"}},  // a bundle
      {"velnodex@1.2.3", {"SNYK-PYTHON-VELNODEX-1"}},
      {"(CVE-2099-1000", {"SNYK-PYTHON-VELNODEX-1"}},
      {"(CVE-2099-1000 and others) velnodex", {"SNYK-PYTHON-VELNODEX-1"}},
  };
  for (const auto& it : cases) {
    CAPTURE(it.description);
    std::vector<std::string> names;
    for (const AdvisoryId& id : seen_with(it.description, "velnodex@1.2.3").advisories) names.push_back(id.value());
    CHECK(names == it.names);
  }
  for (const char* const other : {"velnodex", "velnodex-extra@1.2.3", "velnodex 1.2.3"}) {
    CAPTURE(other);
    CHECK(seen_with("", other).component->version.empty());
  }
}

TEST_CASE("sarif: several runs, each with its own tool and rules") {
  const Read r = read(
      R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"A","rules":[{"id":"x","shortDescription":{"text":"of A"}}]}},"results":[{"ruleIndex":0,"message":{"text":"m"}}]},{"tool":{"driver":{"name":"B","rules":[{"id":"y","shortDescription":{"text":"of B"}}]}},"results":[{"ruleIndex":0,"message":{"text":"m"}}]}]})");
  REQUIRE(r.table.size() == 2);
  CHECK(r.table.observation(0).title == "of A");
  CHECK(r.table.observation(1).title == "of B");
  CHECK(r.table.observation(1).engine == "b");
  CHECK(r.table.observation(1).at == "/runs/1/results/0");
  CHECK(r.report().engines == std::vector<std::string>{"a", "b"});
}

TEST_CASE("sarif: fixes") {
  const Observation seen =
      read(
          sarif(result(
              R"("fixes":[{"description":{"text":"use b"},"artifactChanges":[{"artifactLocation":{"uri":"src/a.c"},"replacements":[{"deletedRegion":{"startLine":3,"startColumn":1,"endColumn":4},"insertedContent":{"text":"bee"}}]}]}])")))
          .only();
  REQUIRE(seen.fixes.size() == 1);
  CHECK(seen.fixes[0].description == "use b");
  REQUIRE(seen.fixes[0].edits.size() == 1);
  CHECK(seen.fixes[0].edits[0] == Edit{"src/a.c", {3, 1, 3, 3}, "bee"});
}

namespace {

struct StateCase {
  const char* what;
  std::string text;
  ReportState state;
  const char* note;
};

}  // namespace

TEST_CASE("sarif: every file ends in the state it deserves") {
  const std::string full = sarif(result(kPlace) + "," + result(kPlace));
  const StateCase cases[] = {
      {"no results", sarif(""), ReportState::complete_empty, ""},
      {"no run", R"({"version":"2.1.0","runs":[]})", ReportState::partial, "no-run"},
      {"a run without results", R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}}}]})",
       ReportState::partial, "run-without-results"},
      {"results in other files",
       R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"externalPropertyFileReferences":{"results":[{"location":{"uri":"x"}}]}}]})",
       ReportState::partial, "external-properties"},
      {"the tool failed, nothing found",
       sarif("", R"("name":"x")",
             R"(,"invocations":[{"executionSuccessful":false,"exitCodeDescription":"out of memory"}])"),
       ReportState::tool_error, "tool-error"},
      {"the tool failed after a result",
       sarif(result(kPlace), R"("name":"x")", R"(,"invocations":[{"executionSuccessful":false}])"),
       ReportState::partial, "tool-error"},
      {"an error notification",
       sarif(
           result(kPlace), R"("name":"x")",
           R"(,"invocations":[{"executionSuccessful":true,"toolExecutionNotifications":[{"level":"error","message":{"text":"no such file"}}]}])"),
       ReportState::partial, "tool-notification"},
      {"a warning notification",
       sarif(
           result(kPlace), R"("name":"x")",
           R"(,"invocations":[{"executionSuccessful":true,"toolExecutionNotifications":[{"level":"warning","message":{"text":"slow"}}]}])"),
       ReportState::complete, "tool-warning"},
      {"a warning line before it", "3 warnings generated.\n" + full, ReportState::complete, "text-before-document"},
      {"words after it", full + "\n3 warnings generated.\n", ReportState::complete, "text-after-document"},
      {"another document after it", full + "\n" + full, ReportState::partial, "second-document"},
      {"cut in the second result", full.substr(0, full.size() - 60), ReportState::partial, "truncated"},
      {"the last byte is missing", full.substr(0, full.size() - 1), ReportState::partial, "truncated"},
      {"a damaged result", sarif(result(kPlace) + R"(,{"ruleId": tru})"), ReportState::partial, "rejected-record"},
      {"a result that is no object", sarif(result(kPlace) + ",7"), ReportState::partial, "rejected-record"},
      {"a missing comma", sarif(result(kPlace) + result(kPlace)), ReportState::partial, "malformed"},
      {"version 1.0.0", R"({"version":"1.0.0","runs":[]})", ReportState::unrecognised, "unrecognised"},
      {"foreign JSON", R"({"foo":[1,2,3]})", ReportState::unrecognised, "unrecognised"},
      {"an empty file", "", ReportState::unrecognised, "unrecognised"},
      {"an HTML page", "<!DOCTYPE html><html><body>sarif runs 2.1.0</body></html>", ReportState::unrecognised,
       "unrecognised"},
      {"crash text", "Traceback (most recent call last):\n  File \"x.py\"\n", ReportState::unrecognised,
       "unrecognised"},
  };
  for (const StateCase& test : cases) {
    INFO(std::string(test.what));
    const Read r = read(test.text);
    CHECK(to_string(r.report().state) == to_string(test.state));
    if (*test.note != '\0') CHECK(r.has_note(test.note));
  }
}

TEST_CASE("sarif: a cut report never loses a whole result and never invents one") {
  const std::string full = sarif(result(kPlace) + "," + result(kPlace) + "," + result(kPlace));
  std::vector<std::size_t> ends;  // offsets after each result
  for (std::size_t at = full.find("{\"ruleId\""); at != std::string::npos; at = full.find("{\"ruleId\"", at + 1))
    ends.push_back(at + result(kPlace).size());
  for (std::size_t cut = 1; cut < full.size(); ++cut) {
    const Read r = read(full.substr(0, cut), 1, "sarif");
    if (r.report().format.empty()) continue;  // not yet recognisable
    CAPTURE(cut);
    const auto whole =
        static_cast<std::size_t>(std::ranges::count_if(ends, [&](std::size_t end) { return end <= cut; }));
    CHECK(r.table.size() == whole);
    CHECK(r.report().state != ReportState::complete);
    CHECK(r.report().state != ReportState::complete_empty);
  }
}

TEST_CASE("sarif: a report whose version comes last is known when it is cut") {
  const std::string full = R"({"runs":[{"tool":{"driver":{"name":"x"}},"results":[)" + result(kPlace) + "," +
                           result(kPlace) + R"(]}],"version":"2.1.0"})";
  CHECK(read(full).report().state == ReportState::complete);
  const Read cut = read(full.substr(0, full.size() - 40));
  CHECK(cut.report().state == ReportState::partial);
  CHECK(cut.table.size() == 1);
  CHECK(cut.has_note("truncated"));
  CHECK(read(full.substr(0, full.find("driver"))).report().state == ReportState::unrecognised);
}

TEST_CASE("sarif: of repeated keys the last counts") {
  const Observation seen =
      read(sarif(R"({"ruleId":"a","ruleId":"b","message":{"text":"1"},"message":{"text":"2"}})")).only();
  CHECK(seen.rule == "b");
  CHECK(seen.message == "2");
}

TEST_CASE("sarif: a list that is given twice is said to be, and no result of it is lost") {
  const std::string run = R"({"tool":{"driver":{"name":"x"}},"results":[)" + result(kPlace) + "]}";
  const std::string empty = R"({"tool":{"driver":{"name":"x"}},"results":[]})";
  const std::string head = R"({"version":"2.1.0","runs":[)";
  struct Case {
    std::string text;
    std::size_t results;
  };
  const Case cases[] = {
      {head + run + R"(],"runs":[]})", 1},
      {head + run + R"(],"runs":[)" + empty + "]}", 1},
      {head + empty + R"(],"runs":[)" + run + "]}", 1},
      {head + run + R"(],"runs":[)" + run + "]}", 2},
      {head + run + "," + run + R"(],"runs":[)" + run + "]}", 3},
      {head + run.substr(0, run.size() - 1) + R"(,"results":[]}]})", 1},
  };
  for (const Case& test : cases) {
    CAPTURE(test.text);
    const Read r = read(test.text, 1, "sarif");
    CHECK(r.table.size() == test.results);
    CHECK(r.report().state == ReportState::partial);
    CHECK(r.has_note("repeated-list"));
    CHECK_FALSE(r.has_note("run-without-results"));
    for (const Note& note : r.report().notes) CHECK(note.text.find("\"runs\" is given twice") == std::string::npos);
  }
  // Of other keys the last counts.
  const Read other = read(R"({"version":"2.1.0","version":"2.1.0","runs":[)" + run + "]}");
  CHECK(other.report().state == ReportState::complete);
  CHECK(other.has_note("duplicate-key"));
}

TEST_CASE("sarif: bytes that are not UTF-8 are read as U+FFFD, with a note") {
  const std::string bad = "\xC3(", good = "\xEF\xBF\xBD(";
  const std::string members =
      R"({"ruleId":"R%","message":{"text":"m\"%"},"guid":"g%","locations":[{"physicalLocation":{"artifactLocation":{"uri":"a%.py"},
          "region":{"startLine":3,"snippet":{"text":"s%"}}}}]})";
  const std::string driver = R"("name":"Semgrep","version":"1%")";
  const Read r = read(sarif(text::replace_all(members, "%", bad) + "," + members, text::replace_all(driver, "%", bad)));
  CHECK(r.report().state == ReportState::complete);
  CHECK(r.report().engines == std::vector<std::string>{"semgrep"});
  CHECK(r.report().tools == std::vector<ToolInfo>{{"Semgrep", "1" + good}});
  CHECK(std::ranges::count(r.report().notes, "invalid-utf8", &Note::code) == 2);
  CHECK_FALSE(r.has_note("run-without-results"));
  REQUIRE(r.table.size() == 2);
  const Observation seen = r.table.observation(0), whole = r.table.observation(1);
  CHECK(seen.rule == "R" + good);
  CHECK(seen.message == "m\"" + good);
  CHECK(seen.uid == "g" + good);
  CHECK(seen.place.path == "a" + good + ".py");
  CHECK(seen.at == "/runs/0/results/0");
  CHECK(whole.message == "m\"%");
  // Damage of the grammar beside it is still damage.
  const Read damaged = read(sarif(result(kPlace) + ",{\"ruleId\":\"" + bad + "\",}"));
  CHECK(damaged.report().state == ReportState::partial);
  CHECK(damaged.table.size() == 1);
}

TEST_CASE("sarif: a damaged frame is no reason to say that results are missing") {
  const Read r = read(R"({"version":"2.1.0","$schema":"sarif","runs":[{"tool":{"driver":{"name":tru}},"results":[)" +
                      result(kPlace) + "]}]}");
  CHECK(r.report().state == ReportState::partial);
  CHECK(r.table.size() == 1);
  CHECK(r.has_note("malformed"));
  CHECK_FALSE(r.has_note("run-without-results"));
}

TEST_CASE("sarif: a message that is cut is said to be") {
  const auto with_message = [](std::size_t length) {
    return read(sarif(R"({"ruleId":"a","message":{"text":")" + std::string(length, 'x') + "\"}}"));
  };
  const Read cut = with_message((1 << 20) + 1);
  CHECK(cut.has_note("message-cut"));
  CHECK(cut.only().message.size() == 1 << 20);
  CHECK(cut.report().state == ReportState::complete);
  const Read whole = with_message(1 << 20);
  CHECK_FALSE(whole.has_note("message-cut"));
  CHECK(whole.only().message.size() == 1 << 20);
}

TEST_CASE("sarif: keys written with escapes are the same keys") {
  const Observation seen = read(sarif(R"({"rule\u0049d":"a","m\u0065ssage":{"text":"1"}})")).only();
  CHECK(seen.rule == "a");
  CHECK(seen.message == "1");
}

TEST_CASE("sarif: a secret's value is not in what is read") {
  std::string token;
  for (int i = 0; i < 20; ++i) token += static_cast<char>(i % 2 == 0 ? 'A' + i : '0' + i % 10);
  const Observation seen =
      read(
          sarif(
              R"({"ruleId":"aws","message":{"text":"found )" + token +
                  R"( in the file"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a"},"region":{"startLine":1,"snippet":{"text":")" +
                  token + R"("}}}}],"properties":{"offender":")" + token + R"("}})",
              R"("name":"Gitleaks")"))
          .only();
  CHECK(seen.kind == Kind::secret);
  CHECK(seen.message == "found *** in the file");
  CHECK(seen.context.empty());
}

namespace {

// What a scanner may find; made here, so that no file holds one.
std::string a_token() {
  std::string token;
  for (int i = 0; i < 20; ++i) token += static_cast<char>(i % 2 == 0 ? 'A' + i : '0' + i % 10);
  return token;
}

// A result of a secret scanner that repeats TOKEN wherever it can. SNIPPET is what it shows of the place.
const std::string kTalkative = R"({"ruleId":"aws-key","message":{"text":"found TOKEN here"},"guid":"g-TOKEN",
  "hostedViewerUri":"https://x.example/TOKEN","webRequest":{"target":"/TOKEN","method":"GET"},
  "locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.py"},"region":{"startLine":2,"startColumn":6,
     "endColumn":26,"snippet":{"text":"SNIPPET"}},"contextRegion":{"startLine":1,"snippet":{"text":"k = TOKEN"}}},
     "logicalLocations":[{"fullyQualifiedName":"f.TOKEN"}]},
    {"logicalLocations":[{"name":"TOKEN"}]}],
  "partialFingerprints":{"commitSha":"0123456789abcdef0123456789abcdef01234567","secret":"TOKEN","sec/v1":"a.py:TOKEN"},
  "fingerprints":{"f/v1":"TOKEN"},"properties":{"secret":"TOKEN","Match":"k=TOKEN"},
  "fixes":[{"description":{"text":"remove TOKEN"},"artifactChanges":[{"artifactLocation":{"uri":"a.py"},
     "replacements":[{"deletedRegion":{"startLine":2},"insertedContent":{"text":"# TOKEN"}}]}]}],
  "relatedLocations":[{"message":{"text":"TOKEN"},"logicalLocations":[{"name":"TOKEN"}],"physicalLocation":
     {"artifactLocation":{"uri":"a.py"},"region":{"startLine":2,"snippet":{"text":"TOKEN"}}}}],
  "codeFlows":[{"message":{"text":"TOKEN"},"threadFlows":[{"locations":[{"location":{"message":{"text":"TOKEN"},
     "logicalLocations":[{"name":"TOKEN"}],"physicalLocation":{"artifactLocation":{"uri":"a.py"}}}}]}]}],
  "suppressions":[{"kind":"external","status":"accepted","justification":"TOKEN is for tests"}]})";

Read read_talkative(const std::string& engine, const std::string& snippet, const std::string& token) {
  std::string text = text::replace_all(kTalkative, "SNIPPET", snippet);
  text =
      sarif(text, R"("name":")" + engine + R"(","rules":[{"id":"aws-key","shortDescription":{"text":"key TOKEN"}}])");
  ingest::Options options;
  options.secret_key = Secret("a key that is used in tests only");
  Read result;
  ingest::read_report(result.table, "report.sarif", Bytes::of(text::replace_all(text, "TOKEN", token)), options);
  return result;
}

}  // namespace

TEST_CASE("sarif: no text of an observation repeats the secret that its snippet shows") {
  for (const std::string& token : {a_token(), std::string("swordfish")}) {
    for (const char* const snippet : {"TOKEN", "k = \\\"TOKEN\\\"", "k=TOKEN", "\\\"k\\\": 'TOKEN',"}) {
      for (const char* const engine : {"gitleaks", "trufflehog", "detect-secrets"}) {
        CAPTURE(token);
        CAPTURE(std::string(snippet));
        const Read r = read_talkative(engine, snippet, token);
        CHECK(r.only().kind == Kind::secret);
        CHECK(test::to_json(r.table, 0).find(token) == std::string::npos);
        CHECK(r.only().message == "found *** here");
        CHECK(r.only().title == "key ***");
        REQUIRE(r.only().fixes.size() == 1);
        CHECK(r.only().fixes[0] == Fix{.description = "remove ***"});
        REQUIRE(r.only().fingerprints.size() == 1);
        CHECK(r.only().fingerprints[0].first == "commitSha");
        CHECK(r.only().place.path == "a.py");
        CHECK(r.only().suppression->reason == "*** is for tests");
      }
    }
  }
}

TEST_CASE("sarif: a result is a secret when it or its rule says so, whatever the tool") {
  const auto kind_of = [](const std::string& members, const char* driver) {
    return read(sarif(result(members), driver)).only().kind;
  };
  CHECK(kind_of(R"("properties":{"tags":["security","Secret"]})", R"("name":"Acme")") == Kind::secret);
  CHECK(kind_of(R"("properties":{"tags":["secretive"]})", R"("name":"Acme")") == Kind::sast);
  CHECK(kind_of(kPlace, R"("name":"Trivy","rules":[{"id":"r","properties":{"tags":["secret"]}}])") == Kind::secret);
  CHECK(read(sarif(R"({"ruleId":"generic.secrets.security.detected-x","message":{"text":"m"}})")).only().kind ==
        Kind::secret);
}

TEST_CASE("sarif: without a snippet what looks like a token is hidden") {
  const std::string token = a_token();
  const Read r = read_talkative("gitleaks", "", token);
  const Observation seen = r.only();
  CHECK(seen.message == "found **** here");
  CHECK(seen.fixes == std::vector<Fix>{{.description = "remove ****"}});
  CHECK(seen.title == "key ****");
  CHECK(seen.suppression->reason == "**** is for tests");
  for (const auto& [name, value] : seen.fingerprints) CHECK(value.find(token) == std::string::npos);
  REQUIRE(seen.secret);
  CHECK(seen.secret->id.empty());
}

TEST_CASE("sarif: a secret's message is masked, however it is made") {
  const std::string token = a_token();
  const std::string driver =
      R"("name":"gitleaks","rules":[{"id":"r","messageStrings":{"m":{"text":"by id {0}\\u001b"}}}])";
  for (const std::string& message :
       {R"("text":"text {0} here","arguments":[")" + token + R"("])", R"("id":"m","arguments":[")" + token + R"("])",
        R"("text":"broken \xC3( )" + token + R"(")", R"("markdown":"\u001b )" + token + R"(")"}) {
    CAPTURE(message);
    const Observation seen = read(sarif(R"({"ruleId":"r","message":{)" + message + "}}", driver)).only();
    CHECK(seen.message.find(token) == std::string::npos);
    CHECK(seen.message.find("****") != std::string::npos);
    CHECK(seen.message.find('\x1B') == std::string::npos);
  }
}

TEST_CASE("sarif: a secret has an id when the snippet is the secret and nothing else") {
  const std::string token = a_token();
  const auto id_of = [&](const char* engine, const char* snippet) {
    return read_talkative(engine, snippet, token).only().secret->id;
  };
  const std::string id = id_of("trufflehog", "TOKEN");
  CHECK(id.starts_with("hmac:"));
  CHECK(id_of("detect-secrets", "TOKEN") == id);
  CHECK(id_of("gitleaks", "TOKEN") == id);
  CHECK(read_talkative("trufflehog", "TOKEN", std::string(20, 'z')).only().secret->id != id);
  CHECK(read_talkative("trufflehog", "TOKEN", token).only().secret->kind == "aws-key");
  CHECK(id_of("trufflehog", "k=TOKEN").empty());  // wider than the region
  CHECK(id_of("trufflehog", "k = TOKEN").empty());
  CHECK(id_of("gitleaks", "REDACTED").empty());
  CHECK(id_of("gitleaks", "").empty());
  // The same value and kind as another format states them give the same id.
  const auto gitlab = test::read_text(
      R"({"version":"15.0.0","scan":{"type":"secret_detection","scanner":{"id":"gitleaks"}},"vulnerabilities":[{"id":"1",
          "raw_source_code_extract":")" +
      token + R"(","location":{"file":"a.py"},
          "identifiers":[{"type":"gitleaks_rule_id","name":"x","value":"aws-key"}]}]})");
  REQUIRE(gitlab.table.size() == 1);
  CHECK(gitlab.observations()[0].secret->id == id);
}

TEST_CASE("sarif: any number of threads reads the same") {
  std::string results;
  for (int i = 0; i < 6000; ++i) {
    results += (i == 0 ? "" : ",") + std::string(R"({"ruleId":"r)") + std::to_string(i % 9) +
               R"(","message":{"text":"message )" + std::to_string(i) + std::string(300, 'x') +
               R"("},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/)" + std::to_string(i % 70) +
               R"(.c","uriBaseId":"S"},"region":{"startLine":)" + std::to_string(i + 1) +
               R"(}}}],"partialFingerprints":{"a/v1":"f)" + std::to_string(i) + R"("},"guid":"g)" + std::to_string(i) +
               "\"}";
  }
  const std::string text =
      sarif(results, R"("name":"x")", R"(,"originalUriBaseIds":{"S":{"uri":"file:///github/workspace/lib/"}})");
  REQUIRE(text.size() > (1 << 21));
  const Read one = read(text, 1);
  for (const unsigned threads : {2U, 3U, 7U}) {
    const Read many = read(text, threads);
    REQUIRE(many.table.size() == 6000);
    for (Row row = 0; row < 6000; ++row) {
      const Observation a = one.table.observation(row), b = many.table.observation(row);
      const bool same = a.rule == b.rule && a.message == b.message && a.place == b.place &&
                        a.fingerprints == b.fingerprints && a.uid == b.uid && a.at == b.at && a.engine == b.engine;
      REQUIRE(same);
    }
  }
  CHECK(one.table.observation(5).place.path == "lib/src/5.c");
}

TEST_CASE("sarif: messages that are looked into are found by every thread") {
  std::string results;
  for (int i = 0; i < 5000; ++i) {
    const std::string number = std::to_string(i);
    results +=
        (i == 0 ? "" : ",") +
        (i % 2 == 0 ? R"({"message":{"text":"Package: lib)" + number + R"(\nInstalled Version: 1.)" + number +
                          R"(\nFixed Version: 2.0"},"locations":[{"physicalLocation":{"artifactLocation":)" +
                          R"({"uri":"package-lock.json"}}}],"properties":{"x":")"
                    : R"({"message":{"text":"place {0}","arguments":[")" + number + R"("]},"properties":{"x":")") +
        std::string(300, 'x') + R"("},"ruleId":"CVE-2024-)" + std::to_string(10'000 + i) + "\"}";
  }
  const std::string text = sarif(results, R"("name":"Trivy")");
  REQUIRE(text.size() > (1 << 20));
  for (const unsigned threads : {1U, 2U, 3U}) {
    const Read r = read(text, threads);
    REQUIRE(r.table.size() == 5000);
    for (Row row = 0; row < 5000; row += 2) {
      const Observation seen = r.table.observation(row);
      REQUIRE(seen.component.has_value());
      REQUIRE(seen.component->purl == "pkg:npm/lib" + std::to_string(row) + "@1." + std::to_string(row));
    }
    for (Row row = 1; row < 5000; row += 2) {
      REQUIRE(r.table.message(r.table.row(row)) == "place " + std::to_string(row));
    }
  }
}

TEST_CASE("sarif: the published samples are read whole") {
  const auto shared = test::shared_folder();
  if (!shared) return;
  const std::pair<const char*, std::size_t> samples[] = {{"ansible-lint/ansible-lint.sarif", 14},
                                                         {"ast-grep/ast-grep.sarif", 2},
                                                         {"biome/biome.sarif", 10},
                                                         {"clang-analyzer/parse.c.sarif", 6},
                                                         {"clang-diagnostics/parse.c.sarif", 9},
                                                         {"eslint/eslint.sarif", 18},
                                                         {"flawfinder/flawfinder.sarif", 13},
                                                         {"oxlint/oxlint.sarif", 19},
                                                         {"secretlint/secretlint.sarif", 3},
                                                         {"spectral/spectral-oas.sarif", 9},
                                                         {"trivy/trivy-config.sarif", 49},
                                                         {"trivy/trivy-vuln.sarif", 9}};
  for (const auto& [name, count] : samples) {
    INFO(std::string(name));
    std::ifstream file(*shared + "/samples/" + name);
    std::stringstream text;
    text << file.rdbuf();
    const Read r = read(text.str());
    CHECK(r.table.size() == count);
    CHECK(r.report().state == ReportState::complete);
    for (Row row = 0; row < r.table.size(); ++row) {
      const Observation seen = r.table.observation(row);
      CHECK_FALSE(seen.rule.empty());
      CHECK_FALSE(seen.message.empty());
      CHECK(seen.place.path.find("/home/") == std::string::npos);
      CHECK(seen.place.range.first_line > 0);
    }
  }
}

TEST_CASE("sarif: what a tool knows of reachability is taken, from its own words only") {
  const auto reach = [](const std::string& driver, const std::string& members) {
    return read(sarif(R"({"ruleId":"GO-2024-1",)" + members + "}", R"("name":")" + driver + "\"")).only().reach;
  };
  const auto message = [](const std::string& text) { return R"("message":{"text":")" + text + "\"}"; };
  CHECK(reach("govulncheck", message("Your code calls vulnerable functions in 1 package (a.b/c).")) == Reach::called);
  const std::string quiet = ", but doesn\xE2\x80\x99t appear to call any of the vulnerable symbols.";
  CHECK(reach("govulncheck", message("Your code imports 1 vulnerable package (a.b/c)" + quiet)) == Reach::unreachable);
  CHECK(
      reach("govulncheck", message("Your code depends on 1 vulnerable module (a.b), but doesn't appear to call any of "
                                   "the vulnerable symbols.")) == Reach::unreachable);
  CHECK(reach("govulncheck", message("Your code imports 1 vulnerable package (a.b/c). Run the call-level analysis")) ==
        Reach::imported);
  CHECK(reach("Other", message("Your code calls vulnerable functions in 1 package (a.b/c).")) == Reach::unknown);
  CHECK(reach("Semgrep OSS", R"("message":{"text":"m"},"properties":{"exposure":"reachable"})") == Reach::called);
  CHECK(reach("Semgrep OSS", R"("message":{"text":"m"},"properties":{"exposure":"unreachable"})") ==
        Reach::unreachable);
  CHECK(reach("Semgrep OSS", R"("message":{"text":"m"},"properties":{"exposure":"undetermined"})") == Reach::unknown);
}
