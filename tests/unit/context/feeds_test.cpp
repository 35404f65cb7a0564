#include "context/feeds.hpp"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>

#include "doc/json.hpp"

using namespace gatepost;
using namespace gatepost::context;

namespace {

const std::string kEpss =
    "#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000\n"
    "cve,epss,percentile\n"
    "CVE-2021-44228,0.94358,0.99958\n"
    "CVE-1999-0001,0.01167,0.77\n"
    "CVE-2024-10000,1,1.0\n";

doc::Document json(const std::string& text) {
  auto document = doc::parse_json(text, "feed.json");
  REQUIRE(document.ok());
  return std::move(*document);
}

std::uint32_t ppm(const std::string& written) {
  const auto table = EpssTable::parse("CVE-2024-0001," + written + ",0.5\n", "epss.csv");
  return table ? table->find("CVE-2024-0001")->ppm : 0xFFFFFFFF;
}

std::string record(const std::string& cve, const std::string& exploitation, const std::string& extra = "") {
  return fmt::format(
      R"({{"cveMetadata":{{"cveId":"{}"}},"containers":{{"adp":[{{"providerMetadata":{{"shortName":"CISA-ADP"}},
      "metrics":[{{"other":{{"type":"ssvc","content":{{"timestamp":"2026-10-01T10:00:00Z","options":[
        {{"Exploitation":"{}"}},{{"Automatable":"yes"}},{{"Technical Impact":"total"}}]}}}}}}{}]}}]}}}})",
      cve, exploitation, extra);
}

Feeds feeds_of(const std::string& text) {
  Feeds feeds;
  const auto document = json(text);
  feeds.add(read_cve_record(document.root()));
  feeds.sort();
  return feeds;
}

}  // namespace

TEST_CASE("epss: scores are found whatever the order of the rows, with the model and the day of the feed") {
  const auto table = EpssTable::parse(kEpss, "epss.csv");
  REQUIRE(table.ok());
  CHECK(table->size() == 3);
  CHECK(table->model() == "v2025.03.14");
  CHECK(table->date() == "2026-11-20");
  REQUIRE(table->find("CVE-1999-0001").has_value());
  CHECK(table->find("CVE-1999-0001")->ppm == 11670);
  CHECK(table->find("CVE-1999-0001")->percentile_ppm == 770000);
  CHECK(table->find("CVE-2024-10000")->ppm == 1'000'000);
  CHECK_FALSE(table->find("CVE-2024-1000").has_value());
  CHECK_FALSE(table->find("GHSA-jfh8-c2jp-5v3q").has_value());
}

TEST_CASE("epss: a probability is read exactly, in every way it is written") {
  CHECK(ppm("0.00043") == 430);
  CHECK(ppm("0.000430000") == 430);
  CHECK(ppm("4.3e-05") == 43);
  CHECK(ppm("4.3E-04") == 430);
  CHECK(ppm("0") == 0);
  CHECK(ppm("1.00000") == 1'000'000);
  CHECK(ppm("\"0.5\"") == 500'000);
  for (const char* const wrong : {"", "1.1", "-0.1", "nan", "1e9", "0.1.2", "."}) {
    CAPTURE(wrong);
    CHECK(ppm(wrong) == 0xFFFFFFFF);
  }
}

TEST_CASE("epss: of a CVE that stands there twice the higher score counts; other lines are counted") {
  const auto table =
      EpssTable::parse("cve,epss,percentile\r\nCVE-2024-0001,0.1,0.2\r\nCVE-2024-0001,0.3,0.4\r\nx,y\r\n", "epss.csv");
  REQUIRE(table.ok());
  CHECK(table->find("CVE-2024-0001")->ppm == 300'000);
  CHECK(table->bad_lines() == 1);
}

TEST_CASE("epss: a row that was cut says nothing") {
  for (const char* const cut : {"CVE-2024-2,0.", "CVE-2024-2,0", "CVE-2024-2,0.5,", "CVE-2024-2"}) {
    const auto table = EpssTable::parse(
        "cve,epss,percentile\nCVE-2024-1001,0.5,0.9\nCVE-2024-1003,0.5,0.9\n" + std::string(cut), "e.csv");
    CAPTURE(cut);
    REQUIRE(table.ok());
    CHECK(table->find("CVE-2024-1001"));
    CHECK(table->bad_lines() == 1);
  }
}

TEST_CASE("epss: what is no list of scores is refused") {
  for (const char* const text :
       {"", "cve,epss,percentile\n", "<html>not found</html>\n", "a,b\nCVE-2024-0001,0.5,1\nc,d\n"}) {
    CAPTURE(text);
    const auto table = EpssTable::parse(text, "epss.csv");
    REQUIRE_FALSE(table.ok());
    CHECK(table.error().message.starts_with("epss.csv: "));
  }
}

TEST_CASE("kev: an entry has its days, and whether ransomware uses it") {
  const auto catalogue = KevCatalogue::read(json(
      R"({"dateReleased":"2026-11-19T15:00:00Z","vulnerabilities":[
        {"cveID":"CVE-2024-3094","dateAdded":"2024-04-01","dueDate":"2024-04-22","knownRansomwareCampaignUse":"Known"},
        {"cveID":"CVE-2020-0001","dateAdded":"2022-01-01","knownRansomwareCampaignUse":"Unknown"},{"other":1}]})"));
  REQUIRE(catalogue.ok());
  CHECK(catalogue->date() == "2026-11-19");
  CHECK(catalogue->bad_entries() == 1);
  const KevFact* const known = catalogue->find("CVE-2024-3094");
  REQUIRE(known != nullptr);
  CHECK(known->since == "2024-04-01");
  CHECK(known->due == "2024-04-22");
  CHECK(known->ransomware == true);
  REQUIRE(catalogue->find("CVE-2020-0001") != nullptr);
  CHECK_FALSE(catalogue->find("CVE-2020-0001")->ransomware.has_value());
  CHECK(catalogue->find("CVE-2020-0002") == nullptr);
}

TEST_CASE("kev: another document is refused with its place") {
  const auto catalogue = KevCatalogue::read(json("{\"vulnerabilities\": 1}"));
  REQUIRE_FALSE(catalogue.ok());
  CHECK(catalogue.error().message.starts_with("feed.json:1:1: "));
  CHECK_FALSE(KevCatalogue::read(json("{\"vulnerabilities\": []}")).ok());
}

TEST_CASE("vulnrichment: words are read in any case") {
  for (const char* const word : {"active", "Active", "ACTIVE"}) {
    const Feeds feeds = feeds_of(record("CVE-2024-3094", word));
    const Enrichment known = ask(feeds, {"CVE-2024-3094"});
    REQUIRE(known.ssvc.has_value());
    CHECK(known.maturity() == Maturity::active);
    CHECK(known.ssvc->automatable == true);
    CHECK(known.ssvc->total_impact == true);
    CHECK(known.ssvc->date == "2026-10-01");
  }
  CHECK(ask(feeds_of(record("CVE-2024-3094", "PoC")), {"CVE-2024-3094"}).maturity() == Maturity::poc);
  CHECK(ask(feeds_of(record("CVE-2024-3094", "whatever")), {"CVE-2024-3094"}).maturity() == Maturity::unknown);
}

TEST_CASE("vulnrichment: only CISA's container counts") {
  std::string text = record("CVE-2024-3094", "active");
  text.replace(text.find("CISA-ADP"), 8, "ACME-ADP");
  CHECK(ask(feeds_of(text), {"CVE-2024-3094"}).empty());
}

TEST_CASE("vulnrichment: a KEV date counts when no catalogue says more") {
  const Feeds feeds =
      feeds_of(record("CVE-2024-3094", "active", R"(,{"other":{"type":"kev","content":{"dateAdded":"2024-04-01"}}})"));
  const Enrichment known = ask(feeds, {"CVE-2024-3094"});
  REQUIRE(known.kev.has_value());
  CHECK(known.kev->source == "Vulnrichment");
  CHECK(known.kev->since == "2024-04-01");
}

TEST_CASE("feeds: of several CVEs the strongest facts count") {
  Feeds feeds;
  feeds.epss = *EpssTable::parse(kEpss, "epss.csv");
  const Enrichment known = ask(feeds, {"CVE-1999-0001", "CVE-2021-44228", "CVE-2099-1"});
  REQUIRE(known.epss.has_value());
  CHECK(known.epss->cve == "CVE-2021-44228");
  CHECK(known.epss->ppm == 943'580);
  CHECK(known.epss->date == "2026-11-20");
  CHECK(ask(feeds, {}).empty());
}
