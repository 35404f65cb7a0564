#include "risk/severity.hpp"

#include <doctest/doctest.h>

using namespace gatepost;
using risk::effective_severity;
using enum SeverityLabel;

namespace {

SeverityClaim word(SeverityLabel label, std::string source = "tool") {
  return {label, {}, SeverityMethod::label, std::move(source), {}};
}
SeverityClaim level(SeverityLabel label) { return {label, {}, SeverityMethod::level, "tool", {}}; }
SeverityClaim number(int tenths, std::string source = "tool") {
  return {label_for_tenths(tenths), tenths, SeverityMethod::security_severity, std::move(source), {}};
}
SeverityClaim vector(std::string text, std::string source) {
  return {unknown, {}, SeverityMethod::cvss31, std::move(source), std::move(text)};
}

}  // namespace

TEST_CASE("severity: nothing said is unknown, in the middle") {
  const Severity nothing = effective_severity({});
  CHECK(nothing.label == unknown);
  CHECK(nothing.tenths == 50);
  const SeverityClaim empty[] = {word(unknown)};
  CHECK(effective_severity(empty).label == unknown);
}

TEST_CASE("severity: a number beats a word, and a word beats a level") {
  const SeverityClaim all[] = {level(high), word(low), number(55)};
  CHECK(effective_severity(all).tenths == 55);
  CHECK(effective_severity(all).label == medium);
  const SeverityClaim words[] = {level(high), word(critical)};
  CHECK(effective_severity(words).label == critical);
  CHECK(effective_severity(words).tenths == 95);
}

TEST_CASE("severity: a vector is computed, whatever score stands beside it") {
  SeverityClaim wrong = vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "nvd");
  wrong.tenths = 12;
  wrong.label = low;
  const SeverityClaim claims[] = {wrong, number(99)};
  const Severity severity = effective_severity(claims);
  CHECK(severity.tenths == 98);
  CHECK(severity.label == critical);
  CHECK(severity.source == "nvd");
  CHECK(severity.vector == "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
}

TEST_CASE("severity: a vector that cannot be computed leaves its score") {
  SeverityClaim claim{high, 87, SeverityMethod::cvss40, "ghsa", "CVSS:4.0/AV:N/AC:L"};
  CHECK(effective_severity({&claim, 1}).tenths == 87);
  CHECK(effective_severity({&claim, 1}).method == SeverityMethod::cvss40);
}

TEST_CASE("severity: a vector that comes to nothing does not win over what another source says") {
  const SeverityClaim nothing{unknown, {}, SeverityMethod::cvss40, "ghsa", "CVSS:4.0/AV:N/AC:L"};
  const SeverityClaim scored{critical, 98, SeverityMethod::cvss31, "nvd", {}};
  const SeverityClaim broken = vector("CVSS:3.1/AV:Q", "override");
  const SeverityClaim claims[] = {nothing, broken, scored};
  CHECK(effective_severity(claims).tenths == 98);
  CHECK(effective_severity(claims).label == critical);
  CHECK(effective_severity(claims).source == "nvd");
  const SeverityClaim with_level[] = {broken, level(low), nothing};
  CHECK(effective_severity(with_level).label == low);
  // Alone it is unknown, and says whose vector that is.
  CHECK(effective_severity({&nothing, 1}).label == unknown);
  CHECK(effective_severity({&nothing, 1}).source == "ghsa");
}

TEST_CASE("severity: the source that knows better wins, then the higher one") {
  const SeverityClaim claims[] = {word(critical, "nvd"), word(low, "ghsa")};
  CHECK(effective_severity(claims).label == low);
  const SeverityClaim tie[] = {number(40), number(70)};
  CHECK(effective_severity(tie).tenths == 70);
}

TEST_CASE("severity: the order of the claims does not matter") {
  const SeverityClaim a[] = {word(low, "ghsa"), number(70, "x"), number(70, "y"), level(high)};
  const SeverityClaim b[] = {level(high), number(70, "y"), word(low, "ghsa"), number(70, "x")};
  CHECK(effective_severity(a) == effective_severity(b));
}

TEST_CASE("severity: of one source's vectors the newest version counts, each computed by its own arithmetic") {
  const SeverityClaim v2 = vector("AV:N/AC:L/Au:N/C:C/I:C/A:C", "nvd");
  const SeverityClaim v30 = vector("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "nvd");
  const SeverityClaim v31 = vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "nvd");
  const SeverityClaim v40 = vector("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", "nvd");
  const SeverityClaim all[] = {v2, v30, v31, v40};
  CHECK(effective_severity(all).method == SeverityMethod::cvss40);
  CHECK(effective_severity(all).tenths == 69);
  const SeverityClaim without_v4[] = {v2, v30, v31};
  CHECK(effective_severity(without_v4).tenths == 98);
  const SeverityClaim old[] = {v2, v30};
  CHECK(effective_severity(old).tenths == 75);
  CHECK(effective_severity({&v2, 1}).tenths == 100);
  CHECK(effective_severity({&v2, 1}).label == high);
  CHECK(effective_severity({&v2, 1}).method == SeverityMethod::cvss2);
}

TEST_CASE("severity: only the base score of a vector counts") {
  const SeverityClaim threat = vector("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", "ghsa");
  CHECK(effective_severity({&threat, 1}).tenths == 93);
  const SeverityClaim here = vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/MAV:P", "nvd");
  CHECK(effective_severity({&here, 1}).tenths == 98);
}

TEST_CASE("severity: a v2 score of 0 is low, as v2 knows nothing below") {
  const SeverityClaim claim = vector("AV:N/AC:L/Au:N/C:N/I:N/A:N", "nvd");
  CHECK(effective_severity({&claim, 1}).label == low);
  CHECK(effective_severity({&claim, 1}).tenths == 0);
}

TEST_CASE("severity: CVSS v2 has no critical") {
  const SeverityClaim claim{unknown, 100, SeverityMethod::cvss2, "nvd", {}};
  CHECK(effective_severity({&claim, 1}).label == high);
}
