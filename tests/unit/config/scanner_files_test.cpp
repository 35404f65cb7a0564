#include "config/scanner_files.hpp"

#include <doctest/doctest.h>

#include "base/time.hpp"

using namespace gatepost;
using namespace gatepost::config;

TEST_CASE("scanner files: .trivyignore") {
  const auto read = read_scanner_file(
      ".trivyignore", "# why\nCVE-2024-1\n\nCVE-2024-2 exp:2026-12-31 # later\nAVD-DS-0002 exp:never\n");
  REQUIRE(read.waivers.size() == 2);
  CHECK(read.waivers[0].id.value == ".trivyignore:CVE-2024-1");
  CHECK(read.waivers[0].rule_or_advisory == "CVE-2024-1");
  CHECK(read.waivers[0].engine == "trivy");
  CHECK(read.waivers[0].where == ".trivyignore:2:1");
  CHECK(read.waivers[0].approved_by.empty());
  CHECK(read.waivers[1].expires == *parse_date("2026-12-31"));
  REQUIRE(read.notes.size() == 1);
  CHECK(read.notes[0].text == "\"never\" is no day; the entry ignores nothing here");
  CHECK(read.notes[0].at == ".trivyignore:5:1");
}

TEST_CASE("scanner files: .trivyignore.yaml has an entry for each of its places") {
  const auto read =
      read_scanner_file(".trivyignore.yaml",
                        "vulnerabilities:\n  - id: CVE-2024-1\n    paths: [a/**, 'b/*.lock']\n    expired_at: "
                        "2026-12-31\n    statement: not reached\n  - id: CVE-2024-2\n    purls: "
                        "['pkg:npm/a@1.0.0']\nsecrets:\n  - paths: [x]\n");
  REQUIRE(read.waivers.size() == 3);
  CHECK(read.waivers[0].path->matches("a/x"));
  CHECK(read.waivers[1].path->matches("b/c.lock"));
  CHECK(read.waivers[1].justification == "not reached");
  CHECK(read.waivers[2].purl == "pkg:npm/a@1.0.0");
  CHECK(read.notes.size() == 1);
}

TEST_CASE("scanner files: .snyk counts where it means every way to the package") {
  const auto read =
      read_scanner_file(".snyk",
                        "version: v1.25.0\nignore:\n  SNYK-JS-A-1:\n    - '*':\n        reason: none yet\n        "
                        "expires: 2026-12-31T00:00:00.000Z\n  SNYK-JS-B-2:\n    - 'a > b':\n        reason: x\n");
  REQUIRE(read.waivers.size() == 1);
  CHECK(read.waivers[0].rule_or_advisory == "SNYK-JS-A-1");
  CHECK(read.waivers[0].expires == *parse_date("2026-12-31"));
  REQUIRE(read.notes.size() == 1);
  CHECK(read.notes[0].text.find("it is about the way \"a > b\"") == 0);
}

TEST_CASE("scanner files: osv-scanner.toml") {
  const auto read =
      read_scanner_file("osv-scanner.toml",
                        "# c\n[[IgnoredVulns]]\nid = \"GO-2022-0968\"\nignoreUntil = 2026-11-09 # day\nreason = "
                        "\"No ssh \\\"servers\\\" here\"\n\n[[IgnoredVulns]]\nreason = 'x'\n[[PackageOverrides]]\nid = "
                        "\"lib\"\n[[IgnoredVulns]]\nid = \"unclosed\n");
  REQUIRE(read.waivers.size() == 1);
  CHECK(read.waivers[0].rule_or_advisory == "GO-2022-0968");
  CHECK(read.waivers[0].justification == "No ssh \"servers\" here");
  CHECK(read.waivers[0].expires == *parse_date("2026-11-09"));
  CHECK(read.notes.size() == 3);
}

TEST_CASE("scanner files: .gitleaksignore is about one line of one file") {
  const std::string commit(40, 'a');
  const auto read = read_scanner_file(
      ".gitleaksignore", "# c\n" + commit + ":src/[a].py:generic-api-key:12\nsrc/b.py:aws:3\nnonsense\n:rule:3\n");
  REQUIRE(read.waivers.size() == 2);
  CHECK(read.waivers[0].path->matches("src/[a].py"));
  CHECK_FALSE(read.waivers[0].path->matches("src/a.py"));
  CHECK(read.waivers[0].rule == "generic-api-key");
  CHECK(read.waivers[0].line == 12);
  CHECK(read.waivers[1].line == 3);
  CHECK(read.notes.size() == 2);
}

TEST_CASE("scanner files: bytes of strangers have a limit") {
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "CVE-2024-" + std::to_string(i) + "\n";
  const auto read = read_scanner_file(".trivyignore", many);
  CHECK(read.waivers.size() == 10'000);
  CHECK(read.notes.size() <= 5);
  CHECK(read_scanner_file(".snyk", "{{{").waivers.empty());
  CHECK(read_scanner_file("other", "x").waivers.empty());
}
