#include "unit/report/cases.hpp"

#include <string>

namespace gatepost::report::cases {
namespace {

using test::a_finding;
using test::an_assessment;
using test::AssessmentBuilder;
using test::FindingSpec;

FindingSpec sql_injection() {
  return a_finding("User input reaches a SQL statement that is put together as text")
      .by("semgrep", "python.django.security.injection.sql.sql-injection-using-raw")
      .also_by("codeql", "py/sql-injection")
      .at("payments/src/checkout/persistence/order_repository.py", 118)
      .says("The request parameter `q` is put into the query text. Use bound parameters.")
      .cwe(89)
      .severity(98)
      .risk(913)
      .owned_by("@acme/payments", ".github/CODEOWNERS:12 /payments/")
      .blocks()
      .because("severity", "9.8", 0, "CVSS 3.1 of the rule")
      .because("reach", "called", 0, "the route POST /orders leads here")
      .because("exposure", "internet", 0, "catalogue: service checkout is public")
      .because("mitigation", "partial", 61, "web application firewall in front, until 2027-01-31")
      .fix("use bound parameters: Order.objects.filter(name=q)")
      .line_hash("39fa2ee980eb94b0:1");
}

FindingSpec prototype_pollution() {
  return a_finding("Prototype pollution in lodash")
      .by("trivy", "CVE-2019-10744")
      .at("web/package-lock.json", 2210)
      .of(Kind::sca)
      .package("lodash", "4.17.11", {"4.17.12", "4.17.21"})
      .advisory("CVE-2019-10744")
      .advisory("GHSA-jf85-cpcp-j695")
      .cwe(1321)
      .severity(91)
      .risk(642)
      .owned_by("@acme/web", ".github/CODEOWNERS:20 /web/")
      .asks_for(Action::warn)
      .because("severity", "9.1", 0, "CVSS 3.1 of the NVD")
      .because("exploitation", "EPSS 3.8 %", 118, "FIRST, 2026-11-20");
}

FindingSpec small(std::string title, std::string path, std::uint32_t line, std::uint16_t risk) {
  return a_finding(std::move(title)).at(std::move(path), line).risk(risk).severity(risk / 10);
}

AssessmentBuilder clean() {
  return an_assessment()
      .finding(small("Weak hash MD5", "legacy/hash.c", 14, 233).is(Presence::unrelated))
      .says(Outcome::pass);
}

AssessmentBuilder one_critical() {
  return an_assessment()
      .finding(sql_injection())
      .says(Outcome::fail)
      .reason("no-new-critical", Action::block, "a change must not introduce findings of critical risk")
      .totals(913, 15, 913);
}

AssessmentBuilder many_owners() {
  return an_assessment()
      .finding(sql_injection())
      .finding(prototype_pollution())
      .finding(small("Hard-coded credentials for the staging database", "payments/config/staging.yml", 7, 701)
                   .of(Kind::secret)
                   .by("gitleaks", "generic-api-key")
                   .owned_by("@acme/payments", ".github/CODEOWNERS:12 /payments/")
                   .asks_for(Action::require_review)
                   .cwe(798))
      .finding(small("S3 bucket without encryption at rest", "infra/storage.tf", 31, 412)
                   .of(Kind::iac)
                   .by("checkov", "CKV_AWS_19")
                   .owned_by("@acme/platform", ".github/CODEOWNERS:3 /infra/")
                   .owned_by("ops@acme.example", ".github/CODEOWNERS:3 /infra/")
                   .is(Presence::worsened))
      .finding(small("Cookie without the Secure attribute", "", 0, 288)
                   .of(Kind::dast)
                   .by("zap", "10011")
                   .seen_at("GET", "https://shop.example/login"))
      .finding(small("Unused variable", "tools/x.py", 3, 20).of(Kind::quality).by("pylint", "W0612"))
      .says(Outcome::fail)
      .reason("no-new-critical", Action::block, "a change must not introduce findings of critical risk")
      .reason("secrets-need-eyes", Action::require_review, "somebody of the security team looks at every new secret")
      .reason("default", Action::warn, "new findings of high risk")
      .totals(951, 40, 2976);
}

AssessmentBuilder fixed_and_waived() {
  return an_assessment()
      .finding(small("Path traversal in the download handler", "src/download.go", 77, 822).is(Presence::fixed))
      .finding(small("XML external entities are resolved", "src/import/xml.go", 12, 688).is(Presence::fixed))
      .finding(small("Deserialisation of untrusted data", "src/queue/worker.py", 204, 745)
                   .waived({.id = {"WAIVER-7"},
                            .reason = "risk_accepted",
                            .justification = "the queue is written by our own services only; rewritten in Q1",
                            .approved_by = "@alice",
                            .expires = "2027-01-31"}))
      .finding(small("Use of assert in production code", "src/util.py", 5, 95).suppressed("inSource", "nosec B101"))
      .finding(small("Regular expression that may run for ever", "src/parse.js", 41, 390).is(Presence::touched))
      .finding(small("Open redirect", "src/login.js", 9, 450).is(Presence::unrelated))
      .finding(small("Old finding of a scanner that did not run", "src/a.js", 1, 333).is(Presence::not_evaluated))
      .finding(small("OpenSSL: use after free", "Dockerfile", 1, 512)
                   .of(Kind::container)
                   .by("grype", "CVE-2024-12797")
                   .package("openssl", "3.0.15-1", {"3.0.16-1"})
                   .advisory("CVE-2024-12797")
                   .is(Presence::external))
      .says(Outcome::pass)
      .totals(97, 0, -1510);
}

AssessmentBuilder damaged_reports() {
  return clean()
      .report({.path = "reports/trivy.json",
               .format = "trivy",
               .tools = {{"Trivy", "0.58.0"}},
               .engines = {"trivy"},
               .state = ReportState::partial,
               .records = {.seen = 120, .mapped = 117, .rejected = 3},
               .notes = {{Note::Level::error, "rejected-record", "a vulnerability without an id", "/Results/0/3"}}})
      .report({.path = "reports/dependency-check.html",
               .state = ReportState::unrecognised,
               .notes = {{Note::Level::error, "not-a-report", "starts with \"<html>\"", ""}}})
      .report({.path = "reports/codeql.sarif",
               .format = "sarif",
               .tools = {{"CodeQL", "2.19.0"}},
               .engines = {"codeql"},
               .state = ReportState::tool_error,
               .notes = {{Note::Level::error, "tool-error", "out of memory while analysing java", "/runs/0"}}})
      .report({.path = "reports/bandit.json",
               .format = "bandit",
               .engines = {"bandit"},
               .state = ReportState::complete_empty});
}

AssessmentBuilder inconclusive() {
  return damaged_reports()
      .says(Outcome::inconclusive)
      .reason("required-scanners", Action::block, "no complete report of codeql, which is required");
}

AssessmentBuilder monitor() {
  return an_assessment()
      .finding(prototype_pollution())
      .mode("monitor")
      .says(Outcome::warn)
      .reason("no-new-critical", Action::warn, "no new critical findings; monitor mode: would close the gate")
      .note({Note::Level::warning, "unknown-owner", "no such team @acme/ghosts", ".github/CODEOWNERS:44"});
}

AssessmentBuilder no_base() {
  return an_assessment()
      .finding(sql_injection().is(Presence::existing))
      .finding(prototype_pollution().is(Presence::existing))
      .without_base()
      .says(Outcome::warn);
}

// Every text a stranger may choose, hostile.
AssessmentBuilder hostile() {
  const std::string evil =
      "</td><script>alert(1)</script> ![x](https://evil.example/p.png) [y](javascript:z) @octocat fixes #1 |\n/merge\n"
      "::error::x ##[group]y \x1b[2J \u202Eabc <!-- gatepost -->";
  return an_assessment()
      .finding(a_finding(evil)
                   .by("eng|ine`", "rule`|](https://evil.example)")
                   .at("src/`|</code>\x1b[31m\u202E/@team #1 %20.c", 1)
                   .says(evil)
                   .risk(999)
                   .severity(100)
                   .blocks()
                   .owned_by("@evil/[x](y)|", evil)
                   .because("fac`tor", evil, 0, evil)
                   .fix(evil)
                   .line_hash("abc:1"))
      .finding(a_finding("=HYPERLINK(\"https://evil.example\")")
                   .by("+sum", "@sum")
                   .at("-x.c", 2)
                   .package("=1+1", "|x|", {"`rm -rf /`"})
                   .waived({.id = {"W|1"},
                            .reason = "false_positive",
                            .justification = evil,
                            .approved_by = "@bob",
                            .expires = "2027-01-31"}))
      .finding(a_finding("漢字かな交じり文の題名はここで幅が二倍になるので折り返しが要る e\u0301e\u0301 😀")
                   .at("src/データ/長いディレクトリの名前/さらに長いディレクトリの名前/ファイル.cpp", 12)
                   .is(Presence::fixed))
      .report({.path = "reports/" + evil,
               .tools = {{evil, evil}},
               .state = ReportState::tool_error,
               .notes = {{Note::Level::error, "x", evil, evil}}})
      .says(Outcome::fail)
      .reason("pol|icy`", Action::block, evil)
      .note({Note::Level::warning, "x", evil, evil})
      .totals(999, 0, 1499);
}

}  // namespace

test::BuiltAssessment ten_thousand(bool reversed) {
  auto builder = an_assessment();
  constexpr int kAll = 10'000;
  for (int n = 0; n < kAll; ++n) {
    const int i = reversed ? kAll - 1 - n : n;
    const std::string number = std::to_string(i);
    FindingSpec spec = a_finding("Problem number " + number + " of a very long list")
                           .by(i % 3 == 0 ? "semgrep" : "codeql", "rule-" + std::to_string(i % 200))
                           .at("src/module" + std::to_string(i % 40) + "/file" + std::to_string(i % 1000) + ".c",
                               static_cast<std::uint32_t>(1 + i % 777))
                           .risk(static_cast<std::uint16_t>(i * 7919 % 1000))
                           .severity(i * 7919 % 101)
                           .cwe(static_cast<std::uint32_t>(1 + i % 50))
                           .owned_by("@acme/team-" + std::to_string(i % 40), "CODEOWNERS:" + std::to_string(i % 40));
    if (i % 1000 == 0) spec.blocks();
    if (i % 10 == 3) spec.is(Presence::unrelated);
    if (i % 10 == 4) spec.is(Presence::fixed);
    builder.finding(spec);
  }
  return builder.says(Outcome::fail)
      .reason("rule-0", Action::block, "rule 0 is not allowed")
      .totals(1000, 10, 123456)
      .build();
}

test::BuiltAssessment everything_observed() {
  FindingSpec full = sql_injection()
                         .of(Kind::sca)
                         .package("lodash", "4.17.11", {"4.17.12", "4.17.21"})
                         .advisory("CVE-2019-10744")
                         .flow("src/route.py", 3)
                         .flow("src/order.py", 118)
                         .suppressed("inSource", "# nosec");
  Observation& seen = full.seen;
  seen.help_url = "https://semgrep.dev/r/x";
  seen.claims.push_back({SeverityLabel::high, std::nullopt, SeverityMethod::label, "semgrep", ""});
  seen.claims.push_back(
      {SeverityLabel::critical, 98, SeverityMethod::cvss31, "nvd", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"});
  seen.confidence = Confidence::high;
  seen.place.symbol = "shop.orders.find";
  seen.locations = {seen.place, {"src/second.py", {9, 0, 9, 0}, ""}};
  seen.related = {{"src/sanitiser.py", {1, 1, 2, 10}, "clean"}};
  seen.component->dependency_path = {"app@1.0.0", "lodash@4.17.11"};
  seen.resource = "aws_s3_bucket.logs";
  seen.image = "registry.example/shop:1.2";
  seen.endpoint = Endpoint{"GET", "/u/{id}", "q"};
  seen.secret = SecretMark{"generic-key", "hmac:0011:2233", true};
  seen.reach = Reach::called;
  seen.epss_ppm = 38'000;
  seen.kev = false;
  seen.needs_review = true;
  seen.vendor_status = "will_not_fix";
  seen.fixes = {{"bind the parameter", {{"src/order.py", {118, 5, 118, 20}, "raw(sql, [q])"}}},
                {"unclear", {{"x", {}, ""}}}};
  seen.uid = "123e4567";
  seen.fingerprints = {{"primaryLocationLineHash", "abc:1"}, {"matchBasedId/v1", "def"}, {"matchBasedId/v1", "again"}};
  seen.occurrences = 3;
  FindingSpec bare;
  bare.seen.engine = "gitleaks";
  bare.seen.kind = Kind::secret;
  bare.seen.message = "line one\nline two, with \"quotes\" and [a link](https://evil.example)";
  bare.in_file = false;
  return an_assessment()
      .finding(full)
      .finding(bare)
      .report({.path = "reports/nothing.txt",
               .state = ReportState::unrecognised,
               .notes = {{Note::Level::error, "not-a-report", "empty file", ""}}})
      .build();
}

std::vector<Case> all() {
  std::vector<Case> cases;
  cases.push_back({"clean", clean().build()});
  cases.push_back({"one-critical", one_critical().build()});
  cases.push_back({"many-owners", many_owners().build()});
  cases.push_back({"fixed-and-waived", fixed_and_waived().build()});
  cases.push_back({"damaged-reports", damaged_reports().build()});
  cases.push_back({"inconclusive", inconclusive().build()});
  cases.push_back({"monitor", monitor().build()});
  cases.push_back({"no-base", no_base().build()});
  cases.push_back({"hostile", hostile().build()});
  return cases;
}

Input input_for(const test::BuiltAssessment& built) {
  Input input{.assessment = built.assessment};
  input.explain = [&](std::size_t finding) { return built.factors[finding]; };
  input.line_hash = [&](std::size_t finding) { return built.hashes[finding]; };
  input.links.code = "https://github.com/acme/shop/blob/" + built.assessment.change.head;
  input.links.report = "https://github.com/acme/shop/actions/runs/1";
  input.markdown.marker = "<!-- gatepost:summary -->";
  input.sarif.repository_url = "https://github.com/acme/shop";
  input.tool_version = "1.0.0";
  return input;
}

}  // namespace gatepost::report::cases
