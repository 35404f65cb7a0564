#include "app/enrich_threat.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "app/finding_facts.hpp"
#include "support/an_assessment.hpp"

using namespace gatepost;
using namespace gatepost::app;
using namespace gatepost::test;

namespace {

const Timestamp kNow = *parse_timestamp("2026-11-21T12:00:00Z");

FindingSpec vulnerable(std::string_view advisory) {
  FindingSpec spec = a_finding("flaw in a package").of(Kind::sca).package("minimist", "1.2.5").advisory(advisory);
  spec.seen.engine = "grype";
  return spec;
}

context::Threats epss(const std::string& text) {
  context::Threats threats;
  auto table = context::EpssTable::parse(text, "epss.csv");
  REQUIRE(table.ok());
  threats.feeds.epss = std::move(*table);
  return threats;
}

// The only finding of an assessment.
Assessment enriched(const FindingSpec& spec, const context::Threats& threats) {
  Assessment assessment = AssessmentBuilder().finding(spec).build().assessment;
  enrich_threats(assessment, threats, kNow);
  return assessment;
}

}  // namespace

TEST_CASE("enrich: the feed's score takes the place of the tool's, higher or lower") {
  for (const std::uint32_t said : {10U, 900'000U}) {
    FindingSpec spec = vulnerable("CVE-2021-44906");
    spec.seen.epss_ppm = said;
    const Assessment known =
        enriched(spec, epss("#model_version:v1,score_date:2026-11-20\nCVE-2021-44906,0.43,0.97\n"));
    REQUIRE(known.enrichment_of(0) != nullptr);
    CHECK(known.enrichment_of(0)->epss->source == "EPSS");
    CHECK(risk_input(known, 0).epss_ppm == 430'000);
  }
}

TEST_CASE("enrich: a tool's own statements count where no feed says anything, with the tool's name and no day") {
  FindingSpec spec = vulnerable("CVE-2021-44906");
  spec.seen.epss_ppm = 12'345;
  spec.seen.kev = true;
  const Assessment known = enriched(spec, epss("CVE-1999-0001,0.5,0.5\n"));
  REQUIRE(known.enrichment_of(0) != nullptr);
  CHECK(known.enrichment_of(0)->epss->source == "grype");
  CHECK(known.enrichment_of(0)->epss->date.empty());
  CHECK(known.enrichment_of(0)->kev->source == "grype");
  CHECK(risk_input(known, 0).epss_ppm == 12'345);
  CHECK(risk_input(known, 0).kev);
}

TEST_CASE("enrich: what nobody knows anything about has no enrichment") {
  CHECK(enriched(vulnerable("CVE-2021-44906"), {}).enrichment_of(0) == nullptr);
  CHECK(enriched(a_finding("SQL injection"), epss("CVE-1999-0001,0.5,0.5\n")).enrichment_of(0) == nullptr);
}

TEST_CASE("enrich: the age of a feed is told when it is old, and that it has no day") {
  const auto notes = [](const std::string& text) { return enriched(vulnerable("CVE-1999-0001"), epss(text)).notes; };
  CHECK(notes("#model_version:v1,score_date:2026-11-18\nCVE-2021-44906,0.43,0.97\n").empty());
  const auto old = notes("#model_version:v1,score_date:2026-11-17\nCVE-2021-44906,0.43,0.97\n");
  REQUIRE(old.size() == 1);
  CHECK(old.front().text == "the EPSS feed is of 2026-11-17, 4 days old: it is used nevertheless");
  REQUIRE(notes("CVE-2021-44906,0.43,0.97\n").size() == 1);
}

TEST_CASE("enrich: a name without a CVE is asked for under the CVE that another report gives with it") {
  FindingSpec both = vulnerable("CVE-2021-44906");
  both.advisory("GHSA-xvch-5gv4-984h");
  FindingSpec alone = vulnerable("GHSA-xvch-5gv4-984h");
  alone.at("other/package-lock.json", 3);
  Assessment assessment = AssessmentBuilder().finding(both).finding(alone).build().assessment;
  enrich_threats(assessment, epss("#model_version:v1,score_date:2026-11-20\nCVE-2021-44906,0.43,0.97\n"), kNow);
  for (std::size_t i = 0; i < 2; ++i) {
    REQUIRE(assessment.enrichment_of(i) != nullptr);
    CHECK(assessment.enrichment_of(i)->epss->ppm == 430'000);
  }
}
