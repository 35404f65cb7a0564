#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "app/enrich_threat.hpp"
#include "app/finding_facts.hpp"
#include "support/an_assessment.hpp"

using namespace gatepost;
using namespace gatepost::app;
using namespace gatepost::test;

namespace {

const Timestamp kNow = *parse_timestamp("2026-11-21T12:00:00Z");

FindingSpec vulnerable(std::string_view advisory) {
  FindingSpec spec = a_finding("flaw in a package").of(Kind::sca).package("minimist", "1.2.5").advisory(advisory);
  spec.seen.component->purl = "pkg:npm/minimist@1.2.5";
  spec.seen.engine = "grype";
  return spec;
}

VexStatement spared(const std::string& cve) {
  VexStatement it;
  it.ids = {cve};
  it.targets = {{{.id = "pkg:npm/minimist", .purl = "pkg:npm/minimist", .versions = {}, .cpe = {}}, {}}};
  it.status = VexStatus::not_affected;
  it.origin = VexOrigin::repository;
  it.document = "vex.json";
  return it;
}

Assessment enriched(const FindingSpec& spec, std::vector<VexStatement> statements, const std::string& runtime = {}) {
  Assessment assessment = AssessmentBuilder().finding(spec).build().assessment;
  context::Evidence evidence;
  evidence.vex = context::VexIndex(std::move(statements), {});
  if (!runtime.empty()) evidence.runtime.add(*context::read_runtime(runtime, "seen"));
  enrich_threats(assessment, {}, kNow, evidence);
  return assessment;
}

}  // namespace

TEST_CASE("evidence: a statement that counts exempts a finding; the score stays") {
  const Assessment known = enriched(vulnerable("CVE-2021-44906"), {spared("CVE-2021-44906")});
  const risk::RiskInput input = risk_input(known, 0);
  CHECK(input.exemption == Exemption::vex_not_affected);
  const Risk risk = risk::score(input);
  CHECK(risk.effective_tenths == 0);
  CHECK(risk.score_tenths > 0);
}

TEST_CASE("evidence: a finding of several CVEs is spared only when all of them are") {
  FindingSpec both = vulnerable("CVE-2021-44906");
  both.advisory("CVE-2020-7598");
  const Assessment half = enriched(both, {spared("CVE-2021-44906")});
  REQUIRE(half.enrichment_of(0) != nullptr);
  CHECK_FALSE(half.enrichment_of(0)->not_applicable());
  CHECK(half.enrichment_of(0)->vex.at(0).advisory_only == "it does not cover all CVEs of the finding");
  CHECK(enriched(both, {spared("CVE-2021-44906"), spared("CVE-2020-7598")}).enrichment_of(0)->not_applicable());
}

TEST_CASE("evidence: what a report says of itself is shown and spares nothing") {
  FindingSpec spec = vulnerable("CVE-2021-44906");
  spec.seen.suppression = Suppression{.by = "vex", .reason = "not_affected: code_not_reachable"};
  const Assessment known = enriched(spec, {});
  REQUIRE(known.enrichment_of(0) != nullptr);
  CHECK(known.enrichment_of(0)->vex.size() == 1);
  CHECK_FALSE(known.enrichment_of(0)->not_applicable());
  CHECK(risk_input(known, 0).exemption == Exemption::none);
}

TEST_CASE("evidence: what was seen running raises reach; of what the change brings, absence says nothing") {
  const auto line = [](const std::string& purl) {
    return R"({"v":1,"service":"cart","purl":")" + purl +
           R"(","state":"loaded","last_seen":"2026-11-20T00:00:00Z","window_s":604800,"coverage":0.98})";
  };
  const Assessment loaded = enriched(vulnerable("CVE-2021-44906"), {}, line("pkg:npm/minimist@1.2.5"));
  CHECK(risk_input(loaded, 0).reach == Reach::loaded);
  const Assessment absent = enriched(vulnerable("CVE-2021-44906"), {}, line("pkg:npm/left-pad@1.0.0"));
  CHECK(risk_input(absent, 0).reach == Reach::unknown);
}
