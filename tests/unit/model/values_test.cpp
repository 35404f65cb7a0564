// The strict value types of the model: advisories, CWE numbers, paths, severities, ids.
#include <doctest/doctest.h>

#include <random>

#include "base/text.hpp"
#include "model/advisory_id.hpp"
#include "model/assessment.hpp"
#include "model/cwe.hpp"
#include "model/finding.hpp"
#include "model/kind.hpp"
#include "model/observation.hpp"
#include "model/repo_path.hpp"
#include "model/risk.hpp"
#include "model/severity.hpp"

using namespace gatepost;

TEST_CASE("advisory: ids in the spelling of their database") {
  struct Case {
    std::string_view given, value;  // "" for none
    bool looks = false;
  };
  const Case cases[] = {
      {"CVE-2024-0001", "CVE-2024-0001", true},
      {"cve-2024-123456", "CVE-2024-123456", true},
      {" CVE-2024-0001\n", "CVE-2024-0001", false},
      {"CVE-2024-001", ""},
      {"CVE-24-0001", ""},
      {"CVE-2024-0001x", ""},
      {"CVE-", ""},
      {"CAN-2003-0001", "CAN-2003-0001", true},
      {"GHSA-ABCD-1234-wxyz", "GHSA-abcd-1234-wxyz", true},
      {"ghsa-abcd-1234-wxyz", "GHSA-abcd-1234-wxyz", true},
      {"GHSA-abcd-1234", ""},
      {"GHSA-abc--1234-wxyz", ""},
      {"GO-2022-0001", "GO-2022-0001", true},
      {"go-vet", ""},
      {"go-1.21-upgrade", ""},
      {"RUSTSEC-2021-0001", "RUSTSEC-2021-0001", true},
      {"PYSEC-2021-66", "PYSEC-2021-66", true},
      {"MAL-2023-1", "MAL-2023-1", true},
      {"RHSA-2021:1234", "RHSA-2021:1234", true},
      {"DSA-1234-1", "DSA-1234-1", true},
      {"TEMP-0290435-0B57B5", "TEMP-0290435-0B57B5", true},
      {"temp-file", ""},
      {"SNYK-JS-LODASH-567746", "SNYK-JS-LODASH-567746", true},
      {"snyk-code", "SNYK-code"},
      {"npm:lodash:20180130", "NPM:lodash:20180130"},
      {"npm-audit-2", "NPM-audit-2"},
      {"sonatype-2019-0467", "SONATYPE-2019-0467", true},
      {"ALAS2-2021-1234", "ALAS2-2021-1234"},
      {"B602", "B602"},  // of no database we know
      {"", ""},
      {"two words", ""},
      {"ctrl\x01", ""},
      {"\xC3\xA4", ""},
  };
  for (const Case& it : cases) {
    CAPTURE(it.given);
    const auto id = AdvisoryId::parse(it.given);
    CHECK(id.has_value() == !it.value.empty());
    if (id) {
      CHECK(id->value() == it.value);
      CHECK(AdvisoryId::parse(id->value()) == id);
    }
    CHECK(looks_like_advisory(it.given) == it.looks);
  }
  CHECK_FALSE(AdvisoryId::parse(std::string(129, 'x')));
  CHECK(AdvisoryId::parse("CVE-2024-0001")->is_cve());
  CHECK(AdvisoryId::parse("mal-2023-1")->is_malware());
  CHECK_FALSE(AdvisoryId::parse("B602")->is_cve());
}

TEST_CASE("cwe: the ways tools write a number") {
  struct Case {
    std::string_view text;
    std::uint32_t number;  // 0 for none
  };
  const Case cases[] = {
      {"CWE-79", 79},
      {"cwe79", 79},
      {"79", 79},
      {" 79 ", 79},
      {"CWE-079", 79},
      {"cwe_79", 79},
      {"CWE: 79", 79},
      {"CWE 79", 79},
      {"CWE-79: Improper Neutralization of Input", 79},
      {"CWE-79: see also CWE-80", 79},
      {"CWE-79,CWE-80", 79},
      {"external/cwe/cwe-079", 79},
      {"https://cwe.mitre.org/data/definitions/79.html", 0},  // the number is not behind "cwe"
      {"CWE-99999", 99999},
      {"CWE-100000", 0},
      {"CWE-0", 0},
      {"CWE-", 0},
      {"CWE", 0},
      {"", 0},
      {"CWE-79a", 0},
      {"CWE-noinfo", 0},
      {"NVD-CWE-Other", 0},
      {"2021-A1", 0},
      {"-79", 0},
      {"CWE-18446744073709551695", 0},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    const auto cwe = parse_cwe(it.text);
    CHECK((cwe ? cwe->number : 0) == it.number);
  }
}

TEST_CASE("repository path: normal forms, and what is none") {
  struct Case {
    std::string_view text, value;  // "" for none
  };
  const Case cases[] = {
      {"a", "a"},
      {"a/b.c", "a/b.c"},
      {"./a//b/", "a/b"},
      {"a/./b/../c", "a/c"},
      {"a/..", ""},
      {"..", ""},
      {"../a", ""},
      {"a/../../b", ""},
      {"/a", ""},
      {"", ""},
      {".", ""},
      {" a ", " a "},  // names are git's
      {"a\\b", "a\\b"},
      {"...", "..."},
      {"ä/\xFF", "ä/\xFF"},
      {std::string_view("a\0b", 3), ""},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    const auto path = RepoPath::parse(it.text);
    CHECK((path ? path->value() : "") == it.value);
    if (path) CHECK(RepoPath::parse(path->value()) == path);
  }
  CHECK(RepoPath::parse(std::string(4096, 'x')));
  CHECK_FALSE(RepoPath::parse(std::string(4097, 'x')));
  CHECK(RepoPath::parse("a/b/c.txt")->name() == "c.txt");
  CHECK(RepoPath::parse("a/b/c.txt")->directory() == "a/b");
  CHECK(RepoPath::parse("c.txt")->name() == "c.txt");
  CHECK(RepoPath::parse("c.txt")->directory() == "");
}

TEST_CASE("reported path: every spelling that tools use") {
  struct Case {
    std::string_view reported, as_path, as_uri;
  };
  const Case cases[] = {
      {"", "", ""},
      {"src/a.c", "src/a.c", "src/a.c"},
      {"./src/a.c", "src/a.c", "src/a.c"},
      {"  src/a.c\n", "src/a.c", "src/a.c"},
      {"src//./a.c/", "src/a.c", "src/a.c"},
      {"src/x/../a.c", "src/a.c", "src/a.c"},
      {"../../src/a.c", "../../src/a.c", "../../src/a.c"},
      {"../a/../../b", "../../b", "../../b"},
      {".", "", ""},
      {"src\\b\\a.c", "src/b/a.c", "src/b/a.c"},
      {".\\a.c", "a.c", "a.c"},
      {"src/a%20b.c", "src/a%20b.c", "src/a b.c"},
      {"src%2Fa.c", "src%2Fa.c", "src/a.c"},
      {"src/%2e%2e/a.c", "src/%2e%2e/a.c", "a.c"},
      {"src%5Ca.c", "src%5Ca.c", "src/a.c"},
      {"a%ZZ%4", "a%ZZ%4", "a%ZZ%4"},
      {"a%00b", "a%00b", "a%00b"},
      {std::string_view("a\0b", 3), "ab", "ab"},
      {"/work/src/a.c", "/work/src/a.c", "/work/src/a.c"},
      {"/", "/", "/"},
      {"/../../etc/passwd", "/etc/passwd", "/etc/passwd"},  // above the root there is nothing
      {"//server/share/a.c", "/server/share/a.c", "/server/share/a.c"},
      {"\\\\server\\share\\a.c", "/server/share/a.c", "/server/share/a.c"},
      {"C:\\x\\a.c", "C:/x/a.c", "C:/x/a.c"},
      {"c:/x/../../a.c", "c:/a.c", "c:/a.c"},
      {"C:", "C:/", "C:/"},
      {"file:///work/src/a.c", "file:/work/src/a.c", "/work/src/a.c"},
      {"file:/work/src/a.c", "file:/work/src/a.c", "/work/src/a.c"},
      {"FILE:///work/a%20b.c", "FILE:/work/a%20b.c", "/work/a b.c"},
      {"file://localhost/work/a.c", "file:/localhost/work/a.c", "/work/a.c"},
      {"file://server/share/a.c", "file:/server/share/a.c", "/server/share/a.c"},
      {"file:///C:/x/a.c", "file:/C:/x/a.c", "C:/x/a.c"},
      {"file:///c%3A/x/a.c", "file:/c%3A/x/a.c", "/c:/x/a.c"},
      {"file://C:/x/a.c", "file:/C:/x/a.c", "C:/x/a.c"},
      {"file://C:\\x\\a.c", "file:/C:/x/a.c", "C:/x/a.c"},
      {"file:C:/x/a.c", "file:C:/x/a.c", "C:/x/a.c"},
      {"file:src/a.c", "file:src/a.c", "src/a.c"},
      {"file:///", "file:", "/"},
      {"https://example.org/a.js?x=1", "https:/example.org/a.js?x=1", "https://example.org/a.js?x=1"},
      {"jar:file:///x.jar!/a.class", "jar:file:/x.jar!/a.class", "jar:file:///x.jar!/a.class"},
      {"ä/ö.c", "ä/ö.c", "ä/ö.c"},
      {"%C3%A4.c", "%C3%A4.c", "ä.c"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.reported);
    CHECK(normalise_reported_path(it.reported, false) == it.as_path);
    CHECK(normalise_reported_path(it.reported, true) == it.as_uri);
    CHECK(normalise_reported_path(it.as_path, false) == it.as_path);  // nothing more to do
  }
  CHECK(is_absolute_path("/x"));
  CHECK(is_absolute_path("C:/x"));
  CHECK_FALSE(is_absolute_path("x"));
  CHECK_FALSE(is_absolute_path(""));
  CHECK_FALSE(is_absolute_path("c:x"));
}

TEST_CASE("reported path: whatever a stranger writes, the result has no empty or single-dot segment") {
  static constexpr std::string_view kPieces[] = {
      "/", "\\", "..", ".", "a", "%2e", "%2F", "file:", "//", "C:", "%5c", " ", "://", "x", "%00"};
  std::mt19937 random(31);
  for (int round = 0; round < 100'000; ++round) {
    std::string text;
    for (std::size_t n = random() % 10; n-- > 0;) text += kPieces[random() % std::size(kPieces)];
    for (const bool uri : {false, true}) {
      const std::string path = normalise_reported_path(text, uri);
      if (uri && path.find("://") != std::string::npos) continue;
      CAPTURE(text);
      CAPTURE(path);
      REQUIRE(path.find("//") == std::string::npos);
      REQUIRE(("/" + path + "/").find("/./") == std::string::npos);
      const bool climbs = path.find("..") != std::string::npos && is_absolute_path(path);
      REQUIRE_FALSE((climbs && ("/" + path + "/").find("/../") != std::string::npos));
    }
  }
}

TEST_CASE("severity: words of tools and databases") {
  using enum SeverityLabel;
  struct Case {
    std::string_view word;
    std::optional<SeverityLabel> label;
  };
  const Case cases[] = {
      {"critical", critical},
      {"CRITICAL", critical},
      {"Blocker", critical},
      {"fatal", critical},
      {"high", high},
      {"Important", high},
      {"ERROR", high},
      {" severe ", high},
      {"MODERATE", medium},
      {"medium", medium},
      {"warning", medium},
      {"major", medium},
      {"low", low},
      {"minor", low},
      {"note", low},
      {"info", info},
      {"INFORMATIONAL", info},
      {"none", info},
      {"Negligible", info},
      {"style", info},
      {"unknown", unknown},
      {"Not Yet Assigned", unknown},
      {"UNDEFINED", unknown},
      {"", std::nullopt},
      {"purple", std::nullopt},
      {"9.8", std::nullopt},
      {"highest", std::nullopt},
  };
  for (const Case& it : cases) {
    CAPTURE(it.word);
    CHECK(severity_from_word(it.word) == it.label);
  }
  CHECK(parse_severity_label("high") == high);
  CHECK_FALSE(parse_severity_label("HIGH"));
  CHECK_FALSE(parse_severity_label("important"));
}

TEST_CASE("severity: numbers to labels and back") {
  using enum SeverityLabel;
  const std::pair<int, SeverityLabel> bands[] = {{0, info},  {1, low},   {39, low},      {40, medium},   {69, medium},
                                                 {70, high}, {89, high}, {90, critical}, {100, critical}};
  for (const auto& [tenths, label] : bands) {
    CAPTURE(tenths);
    CHECK(label_for_tenths(tenths) == label);
  }
  for (const SeverityLabel label : {info, low, medium, high, critical}) {
    CHECK(label_for_tenths(tenths_for_label(label)) == label);
  }
  CHECK(tenths_for_label(unknown) == 50);
  CHECK(to_string(SeverityMethod::cvss31) == "cvss31");
  CHECK(to_string(SeverityMethod::security_severity) == "sarif_security_severity");
}

TEST_CASE("risk: bands begin at 10, 35, 60 and 80 points") {
  const std::pair<int, Band> bands[] = {
      {0, Band::info},     {99, Band::info},  {100, Band::low},  {349, Band::low},      {350, Band::medium},
      {599, Band::medium}, {600, Band::high}, {799, Band::high}, {800, Band::critical}, {1000, Band::critical}};
  for (const auto& [tenths, band] : bands) CHECK(band_for_tenths(tenths) == band);
}

TEST_CASE("finding: an id is written whole or short, and named in any case") {
  FindingId id, other;
  for (std::size_t i = 0; i < id.digest.bytes.size(); ++i) id.digest.bytes[i] = static_cast<std::uint8_t>(17 * i + 3);
  other.digest.bytes[15] = 1;
  CHECK(to_string(id).size() == 29);
  CHECK(to_string(id).starts_with("GP-"));
  CHECK(short_form(id) == to_string(id).substr(0, 11));
  CHECK(names(to_string(id), id));
  CHECK(names(text::lower(to_string(id)), id));
  CHECK(names(" " + text::lower(short_form(id)) + " ", id));
  CHECK_FALSE(names(to_string(id).substr(0, 12), id));
  CHECK_FALSE(names(to_string(id).substr(0, 10), id));
  CHECK_FALSE(names(short_form(id), other));
  CHECK_FALSE(names("", id));
  for (const char* const text : {"GP-ABCDEFGH", " gp-abcdefg7", "GP-ABCDEFGHIJKLMNOPQRSTUVWXY2"}) {
    CAPTURE(text);
    CHECK(is_finding_id(text));
  }
  for (const char* const text : {"", "GP-1", "GP-ABCDEFG1", "GP-ABCDEFGHI", "XX-ABCDEFGH", "GP-ABCDEFGé"}) {
    CAPTURE(text);
    CHECK_FALSE(is_finding_id(text));
  }
  CHECK(other < id);
}

TEST_CASE("names: every enumeration has a name for each value, and reads it back") {
  for (int i = 0; i < 14; ++i) CHECK(parse_kind(to_string(static_cast<Kind>(i))) == static_cast<Kind>(i));
  CHECK_FALSE(parse_kind("SAST"));
  for (int i = 0; i < 8; ++i) CHECK(parse_presence(to_string(static_cast<Presence>(i))) == static_cast<Presence>(i));
  CHECK_FALSE(parse_presence("new"));
  CHECK(to_string(Confidence::confirmed) == "confirmed");
  CHECK(to_string(Scope::optional) == "optional");
  CHECK(to_string(Reach::unreachable) == "unreachable");
  CHECK(to_string(Outcome::inconclusive) == "inconclusive");
  CHECK(to_string(Action::block) == "block");
  CHECK(to_string(Band::critical) == "critical");
  CHECK(is_dependency_kind(Kind::container));
  CHECK_FALSE(is_dependency_kind(Kind::secret));
}

TEST_CASE("confidence: words of tools") {
  CHECK(confidence_from_word("HIGH") == Confidence::high);
  CHECK(confidence_from_word("very-high") == Confidence::high);
  CHECK(confidence_from_word("Certain") == Confidence::confirmed);
  CHECK(confidence_from_word("firm") == Confidence::high);
  CHECK(confidence_from_word(" tentative ") == Confidence::low);
  CHECK(confidence_from_word("Weak") == Confidence::low);
  CHECK(confidence_from_word("maybe") == Confidence::unknown);
  CHECK(confidence_from_word("") == Confidence::unknown);
}
