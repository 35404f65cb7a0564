#include "ingest/claims.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace gatepost;
using ingest::claim_of;
using ingest::Rating;

namespace {

std::string unmapped;

}  // namespace

TEST_CASE("claims: a vector says its version by its prefix, and v2 by its metrics") {
  CHECK(ingest::method_of_vector("CVSS:4.0/AV:N") == SeverityMethod::cvss40);
  CHECK(ingest::method_of_vector(" cvss:3.1/AV:N") == SeverityMethod::cvss31);
  CHECK(ingest::method_of_vector("CVSS:3.0/AV:N") == SeverityMethod::cvss30);
  CHECK(ingest::method_of_vector("(AV:N/AC:L/Au:N/C:P/I:P/A:P)") == SeverityMethod::cvss2);
  CHECK_FALSE(ingest::method_of_vector("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"));
  CHECK_FALSE(ingest::method_of_vector("SL:1/M:4"));
  CHECK_FALSE(ingest::method_of_vector(""));
}

TEST_CASE("claims: the stated word and the stated score are both kept") {
  const auto claim = claim_of({.severity = "medium", .score = 8.6, .method = "CVSSv31", .source = "redhat"}, unmapped);
  REQUIRE(claim.has_value());
  CHECK(claim->label == SeverityLabel::medium);
  CHECK(claim->tenths == 86);
  CHECK(claim->method == SeverityMethod::cvss31);
  CHECK(claim->source == "redhat");
}

TEST_CASE("claims: without a word the label follows from the score, in the bands of its version") {
  CHECK(claim_of({.score = 10.0, .method = "CVSSv31"}, unmapped)->label == SeverityLabel::critical);
  CHECK(claim_of({.score = 10.0, .method = "CVSSv2"}, unmapped)->label == SeverityLabel::high);
  CHECK(claim_of({.score = 0.0, .method = "CVSSv2"}, unmapped)->label == SeverityLabel::low);
  CHECK(claim_of({.score = 0.0, .method = "CVSSv4"}, unmapped)->label == SeverityLabel::info);
}

TEST_CASE("claims: a vector without prefix gets the one of its method") {
  const Rating rating{.method = "CVSSv3", .vector = "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"};
  CHECK(claim_of(rating, unmapped)->vector == "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
  CHECK_FALSE(claim_of({.vector = rating.vector}, unmapped).has_value());
}

TEST_CASE("claims: the prefix of a vector wins over the method") {
  const auto claim = claim_of({.method = "CVSSv3", .vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}, unmapped);
  CHECK(claim->method == SeverityMethod::cvss31);
  CHECK(claim->label == SeverityLabel::unknown);
  CHECK_FALSE(claim->tenths.has_value());
}

TEST_CASE("claims: a word that nobody knows stays unknown and is named") {
  const auto claim = claim_of({.severity = "Blinding"}, unmapped);
  CHECK(claim->label == SeverityLabel::unknown);
  CHECK(unmapped == "Blinding");
  CHECK(claim_of({.severity = "Unknown"}, unmapped)->label == SeverityLabel::unknown);
  CHECK(unmapped == "");
}

TEST_CASE("claims: a rating that states nothing is no claim") {
  CHECK_FALSE(claim_of({.method = "SSVC", .vector = "SSVCv2/E:A", .source = "cisa"}, unmapped).has_value());
  CHECK_FALSE(claim_of({.score = 11.0}, unmapped).has_value());
  CHECK_FALSE(claim_of({.score = -1.0, .method = "other"}, unmapped).has_value());
  CHECK_FALSE(claim_of({}, unmapped).has_value());
}

TEST_CASE("claims: databases have one spelling") {
  CHECK(ingest::severity_source("NVD") == "nvd");
  CHECK(ingest::severity_source("nvd:cpe") == "nvd");
  CHECK(ingest::severity_source("github:language:java") == "ghsa");
  CHECK(ingest::severity_source("GitHub Advisories") == "ghsa");
  CHECK(ingest::severity_source("Red Hat") == "redhat");
  CHECK(ingest::severity_source("Acme Labs") == "acme-labs");
}
