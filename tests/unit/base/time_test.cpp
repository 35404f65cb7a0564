#include "base/time.hpp"

#include <doctest/doctest.h>

using namespace gatepost;

TEST_CASE("time: what is read") {
  struct Case {
    std::string_view text;
    std::int64_t unix_ms;
  };
  const Case cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01", 0},
      {"1969-12-31T23:59:59.999Z", -1},
      {"2026-11-21T04:05:06.789Z", 1795233906789},
      {"2026-11-21t04:05:06.789z", 1795233906789},
      {"2026-11-21 04:05:06.789Z", 1795233906789},
      {"2026-11-21T04:05:06,789Z", 1795233906789},
      {"2026-11-21T04:05:06.7Z", 1795233906700},
      {"2026-11-21T04:05:06.7891239999999999999999999Z", 1795233906789},
      {"2026-11-21T04:05:06", 1795233906000},
      {"2026-11-21T04:05Z", 1795233900000},
      {"2026-11-21T06:05:06+02:00", 1795233906000},
      {"2026-11-21T06:05:06+0200", 1795233906000},
      {"2026-11-21T06:05:06+02", 1795233906000},
      {"2026-11-21 06:05:06 +0200", 1795233906000},
      {"2026-11-20T22:35:06-05:30", 1795233906000},
      {"2026-11-21T04:05:06-00:00", 1795233906000},
      {"2016-12-31T23:59:60Z", 1483228799000},  // a leap second counts as the second before
      {"2024-02-29T00:00:00Z", 1709164800000},
      {"0001-01-01T00:00:00Z", -62135596800000},
      {"9999-12-31T23:59:59.999Z", 253402300799999},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    const auto time = parse_timestamp(it.text);
    REQUIRE(time);
    CHECK(time->unix_ms == it.unix_ms);
  }
}

TEST_CASE("time: what is not") {
  for (const std::string_view text : {"",
                                      "now",
                                      "2026",
                                      "2026-11",
                                      "2026-11-2",
                                      "26-11-21",
                                      "2026-13-01",
                                      "2026-00-01",
                                      "2026-11-31",
                                      "2023-02-29",
                                      "1900-02-29",
                                      "0000-01-01",
                                      "2026-11-21T",
                                      "2026-11-21T4:05:06Z",
                                      "2026-11-21T24:00:00Z",
                                      "2026-11-21T04:60:00Z",
                                      "2026-11-21T04:05:61Z",
                                      "2026-11-21T04:05:06.Z",
                                      "2026-11-21T04:05:06X",
                                      "2026-11-21T04:05:06+24:00",
                                      "2026-11-21T04:05:06+02:60",
                                      "2026-11-21T04:05:06+2",
                                      "2026-11-21T04:05:06ZZ",
                                      "2026-11-21T04:05:06Z ",
                                      " 2026-11-21",
                                      "2026/11/21",
                                      "2026-11-21x",
                                      "+2026-11-21",
                                      "-001-11-21",
                                      "0001-01-01T00:00:00+01:00",
                                      "9999-12-31T23:59:59-01:00",
                                      "٢٠٢٦-11-21"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_timestamp(text));
  }
}

TEST_CASE("time: written in UTC, with milliseconds only when there are some") {
  CHECK(to_string(Timestamp{0}) == "1970-01-01T00:00:00Z");
  CHECK(to_string(Timestamp{-1}) == "1969-12-31T23:59:59.999Z");
  CHECK(to_string(Timestamp{1795233906007}) == "2026-11-21T04:05:06.007Z");
  CHECK(to_string(Timestamp{-62135596800000}) == "0001-01-01T00:00:00Z");
}

TEST_CASE("time: what is written is read back") {
  for (std::int64_t ms = -62135596800000; ms < 253402300799999; ms += 8'640'123'457'891) {
    const Timestamp time{ms};
    REQUIRE(parse_timestamp(to_string(time)) == time);
    REQUIRE(parse_date(to_string(day_of(time))) == day_of(time));
  }
}

TEST_CASE("time: a date is ten characters and nothing else") {
  using namespace std::chrono;
  CHECK(parse_date("2026-11-21") == sys_days{year{2026} / 11 / 21});
  for (const std::string_view text : {"2026-11-21T00:00:00Z", "2026-11-21 ", "2026-2-1", "2026-02-30", ""}) {
    CHECK_FALSE(parse_date(text));
  }
  CHECK(to_string(sys_days{year{33} / 4 / 3}) == "0033-04-03");
  CHECK(day_of(Timestamp{-1}) == sys_days{year{1969} / 12 / 31});
}
