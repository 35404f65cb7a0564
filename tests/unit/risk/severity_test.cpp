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

TEST_CASE("severity: who made the claim comes before how it was made") {
  const SeverityClaim nvd = vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "nvd");
  const char* const order[] = {"override", "vendor", "cna", "GHSA", "cisa-adp", "nvd", "trivy"};
  for (std::size_t i = 0; i + 1 < std::size(order); ++i) {
    const SeverityClaim two[] = {number(99, order[i + 1]), word(low, order[i])};
    CAPTURE(order[i]);
    CHECK(effective_severity(two).source == order[i]);
  }
  const SeverityClaim by_tool[] = {nvd, number(20, "trivy")};
  CHECK(effective_severity(by_tool).tenths == 98);
}

TEST_CASE("severity: a distribution is believed about its own packages, and about no other") {
  const SeverityClaim claims[] = {word(low, "redhat"), word(medium, "debian"), word(critical, "nvd")};
  CHECK(effective_severity(claims, {.vendor = "debian"}).label == medium);
  CHECK(effective_severity(claims, {.vendor = "redhat"}).label == low);
  CHECK(effective_severity(claims, {.vendor = ""}).label == critical);
  CHECK(effective_severity({claims, 1}, {.vendor = ""}).label == low);  // nobody else says anything
  const SeverityClaim by_tool[] = {word(low, "redhat"), word(high, "trivy")};
  CHECK(effective_severity(by_tool, {.vendor = ""}).label == high);
  const auto vendor = [](const char* purl) { return risk::vendor_of(*Purl::parse(purl)); };
  CHECK(vendor("pkg:deb/debian/libc6@2.36") == "debian");
  CHECK(vendor("pkg:deb/ubuntu/libc6@2.36") == "ubuntu");
  CHECK(vendor("pkg:rpm/redhat/glibc@2.34") == "redhat");
  CHECK(vendor("pkg:apk/alpine/musl@1.2") == "alpine");
  CHECK(vendor("pkg:npm/lodash@4.17.15") == "");
}

TEST_CASE("severity: two bands apart is a conflict, one is not") {
  const auto apart = [](SeverityClaim a, SeverityClaim b, std::optional<std::string_view> vendor = {}) {
    const SeverityClaim claims[] = {std::move(a), std::move(b)};
    return risk::in_conflict(claims, vendor);
  };
  CHECK(apart(word(critical, "nvd"), word(medium, "ghsa")));
  CHECK(apart(number(98, "nvd"), word(low, "debian"), "debian"));
  CHECK_FALSE(apart(word(critical, "nvd"), word(low, "debian"), "ubuntu"));
  CHECK_FALSE(apart(word(critical, "nvd"), word(high, "ghsa")));
  CHECK_FALSE(apart(word(critical, "nvd"), word(unknown, "ghsa")));
  CHECK_FALSE(apart(word(critical, "trivy"), level(low)));
}

TEST_CASE("severity: what nobody judges is taken for what it is, and marked") {
  const struct {
    risk::Unjudged problem;
    SeverityLabel label;
    const char* by;
  } kCases[] = {
      {{.kind = Kind::secret, .rule = "private-key"}, critical, "kind of secret"},
      {{.kind = Kind::secret, .rule = "stripe-access-token"}, high, "kind of secret"},
      {{.kind = Kind::secret, .rule = "generic-api-key"}, medium, "kind of secret"},
      {{.kind = Kind::secret, .rule = "x", .secret_kind = "High Entropy String"}, medium, "kind of secret"},
      {{.kind = Kind::secret, .rule = "generic-api-key", .secret_verified = true}, critical, "secret's state"},
      {{.kind = Kind::secret, .rule = "private-key", .secret_verified = false}, info, "secret's state"},
      {{.kind = Kind::iac, .title = "S3 Bucket has an ACL defined which allows public READ access."},
       high,
       "family of the control"},
      {{.kind = Kind::iac, .title = "Container should not be privileged"}, high, "family of the control"},
      {{.kind = Kind::iac, .title = "Ensure all data stored in the S3 bucket have versioning enabled"},
       low,
       "family of the control"},
      {{.kind = Kind::iac, .title = "Ensure the S3 bucket has access logging enabled"},
       medium,
       "family of the control"},
  };
  for (const auto& it : kCases) {
    CAPTURE(it.problem.rule);
    CAPTURE(it.problem.title);
    const auto severity = risk::default_severity(it.problem);
    REQUIRE(severity);
    CHECK(severity->label == it.label);
    CHECK(severity->source == it.by);
    CHECK(severity->method == SeverityMethod::derived);
  }
  const Cwe injection[] = {{489}, {89}}, other[] = {{4711}};
  CHECK(risk::default_severity({.kind = Kind::sast, .cwes = injection})->label == critical);
  CHECK(risk::default_severity({.kind = Kind::sast, .cwes = injection})->source == "CWE-89");
  CHECK(risk::default_severity({.kind = Kind::sast, .cwes = other})->label == medium);
  CHECK_FALSE(risk::default_severity({.kind = Kind::sast}));
  CHECK_FALSE(risk::default_severity({.kind = Kind::sca, .cwes = injection}));
  CHECK_FALSE(risk::default_severity({.kind = Kind::iac, .title = "Ensure that it is so"}));
}

TEST_CASE("severity: a default is weaker than any judgement, and stronger than a constant of the engine") {
  const Severity otherwise{critical, 95, SeverityMethod::derived, "CWE-89", {}};
  const SeverityClaim judged[] = {level(low)}, constant[] = {{medium, {}, SeverityMethod::derived, "checkov", {}}};
  CHECK(effective_severity(judged, {.otherwise = otherwise}).label == low);
  CHECK(effective_severity(constant, {.otherwise = otherwise}).label == critical);
  CHECK(effective_severity({}, {.otherwise = otherwise}).label == critical);
  CHECK(effective_severity(constant).label == medium);
}
