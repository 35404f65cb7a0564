#include "risk/cvss.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/skip.hpp"

using gatepost::risk::CvssVector;

namespace {

int tenths(std::string_view vector) {
  const auto parsed = CvssVector::parse(vector);
  return parsed ? parsed->base_tenths() : -1;
}

}  // namespace

TEST_CASE("cvss: base scores as published by the specification") {
  const std::pair<const char*, int> cases[] = {
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61},
      {"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 64},
      {"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N", 55},
      {"CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 31},
      {"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0},
      {"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98},
      {"CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N", 98},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C", 98},
  };
  for (const auto& [vector, expected] : cases) {
    INFO(std::string(vector));
    CHECK(tenths(vector) == expected);
  }
}

TEST_CASE("cvss: what is not a v3 vector is refused with the reason") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "expected CVSS:3.0/ or CVSS:3.1/"},
      {"AV:N/AC:L/Au:N/C:C/I:C/A:C", "expected CVSS:3.0/ or CVSS:3.1/"},
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "expected CVSS:3.0/ or CVSS:3.1/"},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", "A is missing"},
      {"CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV is given twice"},
      {"CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV cannot be \"Z\""},
      {"CVSS:3.1/av:n/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "unknown metric"},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/", "unknown metric"},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/Q:1", "unknown metric"},
      {"CVSS:3.1/AV:NN/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV cannot be"},
  };
  for (const auto& [vector, why] : cases) {
    INFO(std::string(vector));
    const auto parsed = CvssVector::parse(vector);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().message.find(why) != std::string::npos);
  }
}

TEST_CASE("cvss: every base vector stays clear of a rounding boundary by far more than the arithmetic errs") {
  // The same sums in long double: 64 bits of mantissa, independent of the fixed-point code.
  const std::string_view av = "NALP", ac = "LH", pr = "NLH", ui = "NR", cia = "HLN";
  int checked = 0;
  for (const char* const version : {"CVSS:3.0", "CVSS:3.1"}) {
    for (char v : av)
      for (char c : ac)
        for (char p : pr)
          for (char u : ui)
            for (char s : {'U', 'C'})
              for (char x : cia)
                for (char y : cia)
                  for (char z : cia) {
                    const auto weight = [](char w) { return w == 'H' ? 0.56L : w == 'L' ? 0.22L : 0.0L; };
                    const long double iss = 1 - (1 - weight(x)) * (1 - weight(y)) * (1 - weight(z));
                    const bool changed = s == 'C';
                    long double power = 1;
                    for (int i = 0; i < 15; ++i) power *= iss - 0.02L;
                    const long double impact = changed ? 7.52L * (iss - 0.029L) - 3.25L * power : 6.42L * iss;
                    const long double reach = v == 'N' ? 0.85L : v == 'A' ? 0.62L : v == 'L' ? 0.55L : 0.2L;
                    const long double rights = p == 'N'   ? 0.85L
                                               : p == 'L' ? (changed ? 0.68L : 0.62L)
                                                          : (changed ? 0.5L : 0.27L);
                    const long double exploit =
                        8.22L * reach * (c == 'L' ? 0.77L : 0.44L) * rights * (u == 'N' ? 0.85L : 0.62L);
                    long double total =
                        std::min<long double>(10, changed ? 1.08L * (impact + exploit) : impact + exploit);
                    if (impact <= 0) total = 0;
                    int expected = 0;
                    if (std::string_view(version) == "CVSS:3.1") {
                      const auto scaled = std::llround(total * 100000);
                      expected = static_cast<int>(scaled % 10000 == 0 ? scaled / 10000 : scaled / 10000 + 1);
                    } else {
                      expected = static_cast<int>(std::ceil(total * 10 - 1e-12L));
                    }
                    std::string vector = std::string(version) + "/AV:" + v + "/AC:" + c + "/PR:" + p + "/UI:" + u +
                                         "/S:" + s + "/C:" + x + "/I:" + y + "/A:" + z;
                    INFO(std::string(vector));
                    CHECK(tenths(vector) == expected);
                    ++checked;
                  }
  }
  CHECK(checked == 2 * 2592);
}

TEST_CASE("cvss: the labelled vectors of versions 3.0 and 3.1") {
  const auto shared = gatepost::test::shared_folder();
  if (!shared) return;
  std::ifstream file(*shared + "/vectors/cvss.json");
  const auto vectors = nlohmann::json::parse(file);
  int checked = 0;
  for (const char* const part : {"vectors", "contested"}) {
    for (const auto& vector : vectors[part]) {
      if (!vector["version"].get<std::string>().starts_with("3.")) continue;
      CAPTURE(vector.dump());
      CHECK(tenths(vector["vector"].get<std::string>()) == std::lround(vector["base"].get<double>() * 10));
      ++checked;
    }
  }
  CHECK(checked > 20);
}
