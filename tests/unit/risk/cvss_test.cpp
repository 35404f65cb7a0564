#include "risk/cvss.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "support/skip.hpp"

using gatepost::risk::CvssScores;
using gatepost::risk::CvssVector;

namespace {

constexpr int kNone = -1;

struct Expected {
  const char* vector;
  int base, temporal, environmental, overall;
};

void check_scores(const Expected& expected) {
  INFO(std::string(expected.vector));
  const auto vector = CvssVector::parse(expected.vector);
  REQUIRE(vector.ok());
  const CvssScores scores = vector->scores();
  CHECK(vector->base_tenths() == expected.base);
  CHECK(scores.base == expected.base);
  CHECK(scores.temporal.value_or(kNone) == expected.temporal);
  CHECK(scores.environmental.value_or(kNone) == expected.environmental);
  CHECK(scores.overall == expected.overall);
}

// v3 in long double, which errs by less than 1e-17 here: independent of the fixed-point code.
struct Reference {
  long double value = 0;  // before it is rounded up
  bool changed = false;
};

long double requirement(char level) { return level == 'H' ? 1.5L : level == 'L' ? 0.5L : 1.0L; }
long double harm(char level) { return level == 'H' ? 0.56L : level == 'L' ? 0.22L : 0.0L; }

struct Case {
  char version, av, ac, pr, ui, s, c, i, a, cr, ir, ar;
  bool modified;
};

Reference reference(const Case& it) {
  const bool changed = it.s == 'C';
  long double lost = 1 - (1 - harm(it.c) * requirement(it.cr)) * (1 - harm(it.i) * requirement(it.ir)) *
                             (1 - harm(it.a) * requirement(it.ar));
  if (it.modified) lost = std::min(lost, 0.915L);
  const bool shrinks = it.modified && it.version == '1';
  long double power = 1;
  for (int i = 0; i < (shrinks ? 13 : 15); ++i) power *= (shrinks ? lost * 0.9731L : lost) - 0.02L;
  const long double impact = changed ? 7.52L * (lost - 0.029L) - 3.25L * power : 6.42L * lost;
  if (impact <= 0) return {0, changed};
  const long double reach = it.av == 'N' ? 0.85L : it.av == 'A' ? 0.62L : it.av == 'L' ? 0.55L : 0.2L;
  const long double rights = it.pr == 'N' ? 0.85L : it.pr == 'L' ? (changed ? 0.68L : 0.62L) : (changed ? 0.5L : 0.27L);
  const long double exploit = 8.22L * reach * (it.ac == 'L' ? 0.77L : 0.44L) * rights * (it.ui == 'N' ? 0.85L : 0.62L);
  return {std::min<long double>(10, changed ? 1.08L * (impact + exploit) : impact + exploit), changed};
}

int rounded(const Case& it, long double value) {
  if (it.version == '0') return static_cast<int>(std::ceil(value * 10 - 1e-12L));
  const auto scaled = std::llround(value * 100000);
  return static_cast<int>((scaled + 9999) / 10000);
}

// How far the value is from where rounding turns.
long double clearance(const Case& it, long double value) {
  const long double turn = it.version == '0' ? value * 10 : value * 10 - 0.00005L;
  return std::fabs(turn - std::round(turn));
}

std::string text_of(const Case& it) {
  const std::string m = it.modified ? "M" : "";
  std::string text = std::string("CVSS:3.") + it.version;
  if (it.modified) text += "/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N";
  for (const auto& [name, value] : {std::pair<const char*, char>{"AV", it.av},
                                    {"AC", it.ac},
                                    {"PR", it.pr},
                                    {"UI", it.ui},
                                    {"S", it.s},
                                    {"C", it.c},
                                    {"I", it.i},
                                    {"A", it.a}}) {
    text += "/" + m + name + ":" + value;
  }
  if (it.modified) text += std::string("/CR:") + it.cr + "/IR:" + it.ir + "/AR:" + it.ar;
  return text;
}

// Every inner score of v3 there is.
template <class Check>
void for_each_case(bool modified, Check check) {
  const std::string_view requirements = modified ? "LMH" : "M";
  for (char version : {'0', '1'})
    for (char av : {'N', 'A', 'L', 'P'})
      for (char ac : {'L', 'H'})
        for (char pr : {'N', 'L', 'H'})
          for (char ui : {'N', 'R'})
            for (char s : {'U', 'C'})
              for (char c : {'N', 'L', 'H'})
                for (char i : {'N', 'L', 'H'})
                  for (char a : {'N', 'L', 'H'})
                    for (char cr : requirements)
                      for (char ir : requirements)
                        for (char ar : requirements)
                          check(Case{version, av, ac, pr, ui, s, c, i, a, cr, ir, ar, modified});
}

}  // namespace

TEST_CASE("cvss: v2 rounds half away from zero at every step") {
  const Expected cases[] = {
      // The examples of the guide, section 3.3.
      {"AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H", 78, 64, 92, 92},
      {"AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L", 100, 83, 90, 90},
      {"AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M", 62, 49, 75, 75},
      {"CVSS2#AV:N/AC:L/Au:N/C:P/I:P/A:P", 75, kNone, kNone, 75},
      {"CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P", 75, kNone, kNone, 75},
      {"(AV:N/AC:L/Au:N/C:P/I:P/A:P)", 75, kNone, kNone, 75},
      {"AV:N/AC:L/Au:N/C:N/I:N/A:N/E:H", 0, 0, kNone, 0},
      {"AV:N/AC:L/Au:N/C:P/I:P/A:P/E:ND/TD:ND", 75, kNone, kNone, 75},
      {"AV:N/AC:L/Au:N/C:P/I:P/A:P/TD:N", 75, kNone, 0, 0},
  };
  for (const Expected& expected : cases) check_scores(expected);
}

TEST_CASE("cvss: v3 scores as published by the specification") {
  const Expected cases[] = {
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98, kNone, kNone, 98},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100, kNone, kNone, 100},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61, kNone, kNone, 61},
      {"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 64, kNone, kNone, 64},
      {"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0, kNone, kNone, 0},
      {"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98, kNone, kNone, 98},
      {"CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N", 98, kNone, kNone, 98},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C", 98, 88, kNone, 88},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:X/MAV:X", 98, kNone, kNone, 98},
      // 5.0 × 0.92 is 4.6 exactly; in binary floats it is a little more, and v3.0 rounds up.
      {"CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:N/A:N/RC:U", 50, 46, kNone, 46},
      // Modified privileges are weighed by the modified scope.
      {"CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H/MS:C", 72, kNone, 91, 91},
  };
  for (const Expected& expected : cases) check_scores(expected);
}

TEST_CASE("cvss: v4.0 scores, and what each of its groups does") {
  const Expected cases[] = {
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 100, kNone, kNone, 100},
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 93, kNone, kNone, 93},
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0, kNone, kNone, 0},
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:P/CR:L", 93, 89, 93, 88},
      // Supplemental metrics have no score.
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/S:P/AU:Y/R:I/V:C/RE:H/U:Red", 93, kNone, kNone,
       93},
      // Safety counts only when modified; here it makes up for no impact at all.
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N/MSI:S", 0, kNone, 89, 89},
  };
  for (const Expected& expected : cases) check_scores(expected);
}

TEST_CASE("cvss: a v4.0 score says which metrics it is made of") {
  const std::string base = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
  CHECK(CvssVector::parse(base)->nomenclature() == "CVSS-B");
  CHECK(CvssVector::parse(base + "/E:X/S:P")->nomenclature() == "CVSS-B");
  CHECK(CvssVector::parse(base + "/E:A")->nomenclature() == "CVSS-BT");
  CHECK(CvssVector::parse(base + "/MAV:N")->nomenclature() == "CVSS-BE");
  CHECK(CvssVector::parse(base + "/E:A/CR:H")->nomenclature() == "CVSS-BTE");
  CHECK(CvssVector::parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P")->nomenclature().empty());
}

TEST_CASE("cvss: metrics in another order than the standard's are read, and said to be") {
  CHECK(CvssVector::parse("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N")->conforming());
  const auto mixed = CvssVector::parse("CVSS:4.0/AC:L/AV:N/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N");
  CHECK_FALSE(mixed->conforming());
  CHECK(mixed->base_tenths() == 93);
  CHECK_FALSE(CvssVector::parse("AC:L/AV:N/Au:N/C:P/I:P/A:P")->conforming());
  CHECK(CvssVector::parse("CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N")->conforming());
}

TEST_CASE("cvss: v2 has three labels, the later versions five") {
  using gatepost::risk::cvss_rating;
  using enum gatepost::risk::CvssVersion;
  CHECK(cvss_rating(v20, 100) == "high");
  CHECK(cvss_rating(v20, 0) == "low");
  CHECK(cvss_rating(v40, 90) == "critical");
  CHECK(cvss_rating(v31, 89) == "high");
  CHECK(cvss_rating(v31, 69) == "medium");
  CHECK(cvss_rating(v31, 39) == "low");
  CHECK(cvss_rating(v30, 0) == "none");
}

TEST_CASE("cvss: what is no vector is refused with the reason and what was expected") {
  const std::string v4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
  const std::pair<std::string, const char*> cases[] = {
      {"", "it is empty; expected a vector"},
      {"9.8", "unknown metric \"9.8\"; CVSS v2.0 has AV"},
      {"CVSS:3.1", "expected CVSS:2.0/, CVSS:3.0/, CVSS:3.1/ or CVSS:4.0/ at the start"},
      {"CVSS:3.1/", "a metric is empty"},
      {"CVSS:5.0/AV:N", "expected CVSS:2.0/, CVSS:3.0/, CVSS:3.1/ or CVSS:4.0/ at the start"},
      {"cvss:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "not metrics of CVSS v2"},
      {"AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "not metrics of CVSS v2; expected CVSS:3.0/"},
      {"(AV:N/AC:L/Au:N/C:P/I:P/A:P", "expected ) at the end"},
      {"AV:N/AC:L/Au:N/C:P/I:P", "without A; expected every base metric"},
      {"AV:N/AC:L/Au:N/C:H/I:P/A:P", "C cannot be \"H\"; expected N, P or C"},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", "without A; expected every base metric"},
      {"CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV is given twice"},
      {"CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV cannot be \"Z\"; expected N, A, L or P"},
      {"CVSS:3.1/av:n/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "unknown metric \"av\"; CVSS v3.1 has AV, AC"},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/", "a metric is empty"},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/Q:1", "unknown metric \"Q\""},
      {"CVSS:3.1/AV:NN/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV cannot be \"NN\""},
      {"CVSS:3.1/AV/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV cannot be \"\""},
      {v4 + "/E:H", "E cannot be \"H\"; expected X, A, P or U"},
      {v4 + "/SI:S", "SI cannot be \"S\""},
      {v4 + "/S:U", "S cannot be \"U\""},
      {v4 + "/RL:O", "unknown metric \"RL\"; CVSS v4.0 has AV"},
      {v4 + "\n", "SA cannot be"},
  };
  for (const auto& [vector, why] : cases) {
    INFO(vector);
    const auto parsed = CvssVector::parse(vector);
    REQUIRE_FALSE(parsed.ok());
    INFO(parsed.error().message);
    CHECK(parsed.error().message.find(why) != std::string::npos);
    CHECK(parsed.error().message.find('\n') == std::string::npos);
  }
}

TEST_CASE("cvss: every base score of v3 stays clear of where rounding turns by far more than the arithmetic errs") {
  int checked = 0;
  for_each_case(false, [&](const Case& it) {
    const Reference expected = reference(it);
    const auto vector = CvssVector::parse(text_of(it));
    const bool clear =
        !expected.changed || expected.value == 0 || expected.value == 10 || clearance(it, expected.value) > 1e-12L;
    if (vector && vector->base_tenths() == rounded(it, expected.value) && clear) {
      ++checked;
    } else {
      FAIL_CHECK(text_of(it));
    }
  });
  CHECK(checked == 2 * 2592);
}

TEST_CASE("cvss: so does every environmental score of v3") {
  int checked = 0;
  for_each_case(true, [&](const Case& it) {
    const Reference expected = reference(it);
    const auto vector = CvssVector::parse(text_of(it));
    const bool clear =
        !expected.changed || expected.value == 0 || expected.value == 10 || clearance(it, expected.value) > 1e-12L;
    if (vector && vector->scores().environmental == rounded(it, expected.value) && clear) {
      ++checked;
    } else {
      FAIL_CHECK(text_of(it));
    }
  });
  CHECK(checked == 2 * 2592 * 27);
}

TEST_CASE("cvss: the labelled vectors of all versions") {
  const auto shared = gatepost::test::shared_folder();
  if (!shared) return;
  std::ifstream file(*shared + "/vectors/cvss.json");
  const auto vectors = nlohmann::json::parse(file);
  int checked = 0;
  for (const char* const part : {"vectors", "contested"}) {
    for (const auto& labelled : vectors[part]) {
      CAPTURE(labelled.dump());
      const auto vector = CvssVector::parse(labelled["vector"].get<std::string>());
      REQUIRE(vector.ok());
      const CvssScores scores = vector->scores();
      const auto tenths = [&](const char* key) {
        return labelled.contains(key) ? static_cast<int>(std::lround(labelled[key].get<double>() * 10)) : kNone;
      };
      const bool four = labelled["version"] == "4.0";
      CHECK(to_string(vector->version()) == labelled["version"].get<std::string>());
      CHECK(cvss_rating(vector->version(), scores.overall) == labelled["severity"].get<std::string>());
      if (!four || labelled.contains("base")) CHECK(scores.base == tenths("base"));
      if (!four || labelled.contains("overall")) CHECK(scores.overall == tenths("overall"));
      if (!four) CHECK(scores.temporal.value_or(kNone) == tenths("temporal"));
      if (!four) CHECK(scores.environmental.value_or(kNone) == tenths("environmental"));
      ++checked;
    }
  }
  CHECK(checked > 400);
  for (const auto& invalid : vectors["invalid"]) {
    CAPTURE(invalid.dump());
    CHECK_FALSE(CvssVector::parse(invalid["vector"].get<std::string>()).ok());
  }
}
